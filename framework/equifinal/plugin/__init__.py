"""Plugins: the hooks, what they bring, how they are found, and the base of all that they bring."""
