"""`python -m fasciculation_rules` is `fasciculation-rules`."""

from fasciculation_rules.cli import main

main()
