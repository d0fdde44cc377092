"""The safety file against a ruleset, its code and its tests: who carries what, and where a link is missing."""
