"""Review by clinicians: packs to read, sign-offs that lapse, and whether a version may be active."""
