"""The search for models: cubes, prime implicants, and the smallest covers of the observed rows."""
