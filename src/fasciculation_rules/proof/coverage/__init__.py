"""Whether the kept patients show, of every clause of every condition, that it matters."""
