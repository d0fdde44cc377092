"""Clinical validation: whether the rules are right for people whom their authors did not choose."""
