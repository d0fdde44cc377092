"""Whether the kept patients would find out a rule that was written wrongly in one place."""
