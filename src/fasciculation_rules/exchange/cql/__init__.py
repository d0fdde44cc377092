"""A ruleset in CQL, the query language of clinical quality: what a record says, and what follows from it."""
