"""A service for CDS Hooks, an HTTP interface and a page for the point of care; see docs/explanation/cards.md."""
