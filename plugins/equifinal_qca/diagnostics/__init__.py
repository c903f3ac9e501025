"""What to make of a solution: kinds of cases, robustness, assumptions, theory, groups of cases, rows in doubt."""
