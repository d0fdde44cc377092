"""Cutting a version: released, withdrawn, signed, verified."""
