"""Other forms of people into the wide form: each person's record is read as `assess` reads it, on her index date."""
