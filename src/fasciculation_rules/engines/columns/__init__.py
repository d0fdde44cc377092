"""Rules over whole columns of people: one sheet of formulas, printed as Polars expressions or as SQL."""
