"""The page for the point of care: a clinician answers, and sees how soon, why, and what to ask next."""
