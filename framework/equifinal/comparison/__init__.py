"""Comparing what methods say: verdicts, measures, importances, agreement, advice, summary."""
