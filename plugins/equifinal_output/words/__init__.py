"""How things are said in every format: propositions, paths, measures, text in Markdown."""
