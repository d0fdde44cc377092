"""What a condition means: five firing values, the tree, the grammar, the rails. Standard library only."""
