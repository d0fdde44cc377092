"""Other formats, in and out: FHIR, questionnaires, Phenopackets."""
