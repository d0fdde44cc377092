"""What another version of a ruleset would do to the people of a table, counted."""
