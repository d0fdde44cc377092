"""A ruleset as FHIR knowledge artefacts, for repositories and for those who build on them."""
