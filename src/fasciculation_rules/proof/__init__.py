"""What holds for every patient: theorems over a ruleset, decided by solvers."""
