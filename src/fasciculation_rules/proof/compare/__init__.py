"""Two versions compared: what was rewritten, for whom they decide otherwise, and that nothing else changes."""
