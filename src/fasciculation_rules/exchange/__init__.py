"""Other formats: what other systems say as a case, and what the rules say in their words."""
