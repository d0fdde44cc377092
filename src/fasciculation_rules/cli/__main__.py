"""`python -m fasciculation_rules.cli` is `fasciculation-rules`."""

from fasciculation_rules.cli import main

main()
