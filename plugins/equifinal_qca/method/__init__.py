"""The methods fsqca, csqca and mvqca, which the framework runs."""
