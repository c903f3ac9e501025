"""Many runs of one plan: a store that survives being killed, an engine, and trials of methods against known truth."""
