"""Documents that are derived from a version and its safety file: never written by hand, so never out of step."""
