"""The patients that a ruleset keeps (its examples, its cases, those a solver made), and which goals they meet."""
