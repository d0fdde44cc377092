"""Records of what was decided, their replay, and the ledger that keeps them."""
