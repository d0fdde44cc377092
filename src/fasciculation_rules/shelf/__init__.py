"""Where rulesets lie: finding, reading, checking and freezing a folder, and opening a version."""
