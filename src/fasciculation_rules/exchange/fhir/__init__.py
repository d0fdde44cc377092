"""FHIR R4, and R5 where it differs, as raw JSON: no model library, because one takes a second for a bundle."""
