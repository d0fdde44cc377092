"""The resources that are written, one module for each kind of thing that is said."""
