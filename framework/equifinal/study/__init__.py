"""Studies: what a user declares, and what a method gets: variables, propositions, calibration, files, tables."""
