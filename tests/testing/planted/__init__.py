"""Plugins with one planted fault each, and sound ones from which they differ by that fault alone.

The faults were written down before the checks that find them; ``test_planted.py`` counts how many are found.
"""
