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

NOT_KINDS: dict[tuple[str, str], str] = {
    ("HP:0010992", "urinary_incontinence"): "stress urinary incontinence: it is common and no new leaking",
    ("HP:0007970", "ptosis"): "congenital ptosis: it is not new",
    ("HP:0007911", "ptosis"): "congenital bilateral ptosis: it is not new",
    ("HP:0006837", "ptosis"): "congenital Horner syndrome: it is not new",
    ("HP:0002277", "miosis"): "Horner syndrome: it is of one pupil, and the question is about both",
    ("HP:0007728", "miosis"): "congenital miosis: it is not new",
    ("HP:0002519", "hallucinations"): "hypnagogic hallucination: healthy people have it on falling asleep",
    ("HP:0006896", "hallucinations"): "hypnopompic hallucination: healthy people have it on waking",
    ("HP:0033694", "hallucinations"): "tactile hallucination: the question is about seeing and hearing",
    ("HP:5200200", "hallucinations"): "olfactory hallucination: the question is about seeing and hearing",
    ("HP:5200201", "hallucinations"): "gustatory hallucination: the question is about seeing and hearing",
    ("HP:5200203", "hallucinations"): "proprioceptive hallucination: the question is about seeing and hearing",
    ("HP:5200214", "hallucinations"): "somatic hallucination: the question is about seeing and hearing",
    ("HP:5200215", "hallucinations"): "visceral hallucination: the question is about seeing and hearing",
    ("HP:5200267", "hallucinations"): "leaden paralysis: it is a heaviness of the limbs, nothing seen or heard",
    ("HP:5200290", "hallucinations"): "exploding head syndrome: it comes on the edge of sleep",
    ("HP:0031468", "anxiety"): "separation insecurity: it is a trait, not a state",
    ("HP:6000029", "anxiety"): "social anxiety: it belongs to certain occasions",
    ("HP:0100647", "known_thyrotoxicosis"): "Graves disease: it may be treated, so that nothing is overactive",
    ("HP:0006089", "hyperhidrosis"): "palmar hyperhidrosis: sweating palms are no drenching sweat",
    ("HP:0007410", "hyperhidrosis"): "palmoplantar hyperhidrosis: sweating palms and soles are no drenching sweat",
    ("HP:0032807", "seizure"): "neonatal seizure: the fit of a newborn says nothing of now",
    ("HP:0012469", "seizure"): "infantile spasms: they are of infancy",
    ("HP:0002373", "seizure"): "febrile seizure: it is of early childhood by its definition",
    ("HP:0033348", "seizure"): "epileptic aura: by itself it is not what a fit means to who is asked",
    ("HP:0031868", "ataxia"): "optic ataxia: it is misreaching for what is seen, not unsteadiness",
    ("HP:0010868", "ataxia"): "ocular dyssynergia: it is of the eyes, not of balance or limbs",
    ("HP:0002470", "ataxia"): "nonprogressive cerebellar ataxia: as a rule it is from birth",
    ("HP:0009878", "ataxia"): "ataxia with quadrupedal gait: it is from birth",
    ("HP:0002179", "spasticity"): "opisthotonus: it is an arching of the back, as in tetanus or meningitis",
    ("HP:0002464", "spasticity"): "spastic dysarthria: it is a way of speaking, not the tone of a limb",
    ("HP:0002491", "spasticity"): "spasticity of facial muscles: the question is about the tone of limbs",
    ("HP:0002501", "spasticity"): "spasticity of pharyngeal muscles: the question is about the tone of limbs",
    ("HP:0012392", "hyporeflexia"): "jaw hyporeflexia: many healthy people have no jaw jerk",
    ("HP:0003438", "areflexia"): "absent Achilles reflex: one lost reflex is not absent reflexes",
    ("HP:0006844", "areflexia"): "absent patellar reflexes: one lost reflex is not absent reflexes",
    ("HP:0033228", "areflexia"): "triceps areflexia: one lost reflex is not absent reflexes",
    ("HP:0033229", "areflexia"): "brachioradialis areflexia: one lost reflex is not absent reflexes",
    ("HP:0033230", "areflexia"): "biceps areflexia: one lost reflex is not absent reflexes",
    ("HP:0200101", "areflexia"): "decreased or absent ankle reflexes: they may only be decreased",
    ("HP:0001283", "weakness"): "bulbar palsy: it is of speech and swallowing, and the question is about strength",
    ("HP:0030192", "weakness"): "fatigable weakness of bulbar muscles: it is of speech, chewing and swallowing",
    ("HP:0030193", "weakness"): "fatigable weakness of chewing muscles: it is not of limbs or neck",
    ("HP:0030194", "weakness"): "fatigable weakness of speech muscles: it is not of limbs or neck",
    ("HP:0030195", "weakness"): "fatigable weakness of swallowing muscles: it is not of limbs or neck",
    ("HP:0030196", "weakness"): "fatigable weakness of respiratory muscles: it is of breathing, not of limbs or neck",
    ("HP:0002203", "weakness"): "respiratory paralysis: it is of breathing, not of limbs or neck",
    ("HP:0002747", "weakness"): "respiratory insufficiency due to muscle weakness: it is of breathing",
    ("HP:0004347", "weakness"): "weakness of muscles of respiration: it is of breathing",
    ("HP:0004878", "weakness"): "intercostal muscle weakness: it is of breathing",
    ("HP:0006597", "weakness"): "diaphragmatic paralysis: it is of breathing",
    ("HP:0009113", "weakness"): "diaphragmatic weakness: it is of breathing",
    ("HP:0012496", "weakness"): "reduced maximal inspiratory pressure: it is a test of breathing",
    ("HP:0012497", "weakness"): "reduced maximal expiratory pressure: it is a test of breathing",
    ("HP:0002421", "weakness"): "poor head control: it is of infants",
    ("HP:0009023", "weakness"): "abdominal wall muscle weakness: it may be a hernia",
    ("HP:0030664", "weakness"): "Beevor's sign: it is of the abdominal wall, not of limbs or neck",
    ("HP:0010547", "weakness"): "muscle flaccidity: it is a low tone before it is a lost strength",
    ("HP:0012507", "weakness"): "weakness of orbicularis oculi muscle: it is of the face, not of limbs or neck",
    ("HP:0002346", "tremor"): "head tremor: the question is about hands",
    ("HP:0012477", "tremor"): "vocal tremor: the question is about hands",
    ("HP:0030187", "tremor"): "titubation: it is a nodding of head or trunk",
    ("HP:0002599", "tremor"): "head titubation: it is a nodding of the head",
    ("HP:0030147", "tremor"): "truncal titubation: it is a swaying of the trunk",
    ("HP:0031947", "tremor"): "tongue tremor: the question is about hands",
    ("HP:0032006", "tremor"): "lip tremor: the question is about hands",
    ("HP:0002169", "hyperreflexia"): "clonus: it is asked for by itself, and no ruleset takes it for brisk reflexes",
    ("HP:0001615", "dysphonia"): "hoarse cry: it is of infants",
    ("HP:0032505", "dysphagia"): "hydrophobia: it is the dread of water in rabies",
    ("HP:0011444", "rigidity"): "decorticate rigidity: it is a posture in coma",
    ("HP:0025013", "rigidity"): "decerebrate rigidity: it is a posture in coma",
    ("HP:0030863", "dyspnoea"): "nasal flaring: it is a sign seen in infants, not a breathlessness felt",
    ("HP:0030864", "dyspnoea"): "intercostal retractions: they are seen, not a breathlessness felt",
    ("HP:0040183", "bowel_incontinence"): "encopresis: it is the soiling of children",
    ("HP:0006785", "muscle_wasting"): "limb-girdle muscular dystrophy: it is a disease, of which wasting may come",
    ("HP:0007269", "muscle_wasting"): "spinal muscular atrophy: it is a disease, of which wasting may come",
    ("HP:0031989", "muscle_cramp"): "perioral spasm: it is of the lips, as in tetany",
    ("HP:0007188", "facial_weakness"): "congenital facial diplegia: it is not new",
    ("HP:0033236", "fatigue"): "cognitive fatigue: it is of thinking, not of the body",
    ("HP:5200292", "insomnia"): "non-restorative sleep: whoever has it may sleep all night",
}
"""Terms of HPO that stand below the term of an item and do not say it, with all terms below them; why.

What is doubtful is left out: a term that is not read is counted as unknown and says nothing.
"""

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
