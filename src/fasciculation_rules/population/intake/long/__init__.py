"""The long form: a row a statement, as a case would say it of one person."""
