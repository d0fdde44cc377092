"""The values of the library: vocabulary, case, quantity, rule, ruleset, profile, assessment. All frozen."""
