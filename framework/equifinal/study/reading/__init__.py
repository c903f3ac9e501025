"""Reading tables of cases as people keep them: what is unambiguous is read and said, what is not stops and names the key."""
