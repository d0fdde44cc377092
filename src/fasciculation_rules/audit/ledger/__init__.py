"""An append-only file of records that shows tampering: SQLite, a hash chain, and Merkle heads for others to hold."""
