"""An export of FHIR Bulk Data: files by type of resource, joined by patient on the disk."""
