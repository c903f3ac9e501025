"""The page of a trial: what methods can be trusted with, in pictures."""
