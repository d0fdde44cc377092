"""Cohorts: every record of a health system assessed as columns, and what that shows."""
