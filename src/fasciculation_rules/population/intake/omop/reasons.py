"""Why records of OMOP tables are set aside, beside the reasons of the long form."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "concept-not-found": "concepts of the concept sets that the vocabulary of the site does not have",
    "history": "over by the index date: history, not presence",
    "narrower-denied": "what is denied is one kind of it only",
    "not-of-patient": "a term of a note that is negated, uncertain, past, or about somebody else",
    "suspicion": "the status, type or qualifier says that it is a guess, or to be ruled out",
}
"""Every reason, and its words: about no one in particular."""
