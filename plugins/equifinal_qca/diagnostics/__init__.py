"""Diagnostics of a solution: kinds of cases, robustness, assumptions, theory, groups of cases, doubtful rows."""
