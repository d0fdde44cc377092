"""The audit report: one version on one page, from what was proved, measured, traced, signed and left undone."""
