"""Where a code and an item do not mean the same: data of its own, because each line is a clinical judgement.

Sources: the labels in codes.csv against the questions of the vocabulary; REVIEW 1 (rows C1 and CODES.csv).
"""

from __future__ import annotations

from enum import StrEnum

from fasciculation_rules.exchange.systems import HPO, ICD10CM, SNOMED


class Relation(StrEnum):
    """What the code says of the item."""

    EQUIVALENT = "equivalent"
    NARROWER = "narrower"
    """The code is one kind of the item: its presence counts, its absence does not."""
    WIDER = "wider"
    """The code may mean something else too: it is set aside."""


RELATIONS: dict[tuple[str, str, str], Relation] = {
    (ICD10CM, "G51.4", "eyelid_twitch"): Relation.WIDER,  # facial myokymia
    (ICD10CM, "R29.2", "hyperreflexia"): Relation.WIDER,  # abnormal reflex, also a lost one
    (ICD10CM, "A69.20", "rash_migrans"): Relation.WIDER,  # Lyme disease, unspecified
    (ICD10CM, "Z82.0", "family_history_nm"): Relation.WIDER,  # also of epilepsy
    (ICD10CM, "F41.9", "anxiety"): Relation.NARROWER,
    (ICD10CM, "G51.39", "facial_twitch_unilateral"): Relation.NARROWER,
    (ICD10CM, "G70.00", "known_myasthenia"): Relation.NARROWER,
    (ICD10CM, "E05.90", "known_thyrotoxicosis"): Relation.NARROWER,
    (ICD10CM, "I45.81", "long_qt"): Relation.NARROWER,
    (ICD10CM, "M62.81", "weakness"): Relation.NARROWER,
    (ICD10CM, "R15.9", "bowel_incontinence"): Relation.NARROWER,
    (ICD10CM, "R20.0", "sensory_loss"): Relation.NARROWER,
    (ICD10CM, "R29.6", "falls"): Relation.NARROWER,
    (ICD10CM, "R41.0", "confusion"): Relation.NARROWER,
    (ICD10CM, "R53.83", "fatigue"): Relation.NARROWER,
    (ICD10CM, "R56.9", "seizure"): Relation.NARROWER,
    (ICD10CM, "R61", "hyperhidrosis"): Relation.NARROWER,
}

NEVER: dict[tuple[str, str, str], str] = {
    (SNOMED, "16046003", "rigidity"): "it is muscle stiffness as reported, and rigidity is found by an examiner",
    (ICD10CM, "G51.0", "facial_weakness"): "Bell's palsy would hide a central one",
    (HPO, "HP:0001171", "split_hand"): "that term is a malformation, not the wasted hand",
}
"""What no site mapping may say."""

OF_RELATIVES: dict[str, str] = {
    "als": "family_history_als_ftd",
    "mnd_unspecified": "family_history_als_ftd",
    "kennedy_sbma": "family_history_kennedy",
    "sma_adult": "family_history_nm",
    "muscular_dystrophy": "family_history_nm",
}
"""What a disease of a close relative (a row of codes.csv) says of the patient."""

PAST_COUNTS = frozenset(
    {
        "cancer_history",
        "childhood_onset",
        "heavy_metal_exposure",
        "high_calcium_known",
        "kidney_stones",
        "known_inflammatory_neuropathy",
        "low_sodium_tendency",
        "neck_surgery",
        "polio_history",
        "radiotherapy_history",
    }
)
"""Items whose question asks for the past too, so that a resolved condition or a finished treatment is one."""
