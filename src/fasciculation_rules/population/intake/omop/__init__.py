"""The OMOP common data model, version 5.4: its tables become statements of the long form."""
