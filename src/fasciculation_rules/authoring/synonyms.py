"""Plain words that a question may use for a word of a label: data, read by `lint`, reviewed line by line.

A question names a finding if it has a word of the finding's label, or one of the words given here for it.
Add a line only where a person who hears the question would think of the finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYNONYMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "anxiety": ("worry",),
        "autonomic": ("faints", "palpitations", "sweats"),
        "bladder": ("urine",),
        "botulinum": ("Botox",),
        "bowel": ("opening", "stool"),
        "cholinesterase": ("dementia", "myasthenia"),
        "drops": ("neck",),
        "hallucinations": ("seeing",),
        "insomnia": ("sleep",),
        "nitrous": ("laughing",),
        "sclerosis": ("MS",),
        "sensory": ("numbness", "tingling", "feeling"),
        "tremor": ("shake",),
        "vision": ("sight",),
        "wasting": ("smaller", "bulk"),
        "weakness": ("strength",),
    }
)
"""A word of a label, and the words of a question that stand for it."""

EMPTY = frozenset(
    """
    a an and are as at be been before by do does for from had has have her his in into is it its last new of on one or
    own person persons severe some sudden that the their this to use used was were who with you your
    """.split()  # noqa: SIM905
)
"""Words that name nothing by themselves."""
