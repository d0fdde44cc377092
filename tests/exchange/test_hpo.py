"""Terms of HPO through those above them: a narrower one says what they say, and denies nothing."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciculation_rules import open_ruleset
from fasciculation_rules.exchange.phenopackets.from_phenopacket import Packet, from_phenopacket
from fasciculation_rules.exchange.phenopackets.hpo import FILE, nearest_known
from fasciculation_rules.exchange.relations import NEVER, NOT_KINDS
from fasciculation_rules.exchange.systems import HPO

RULESETS = {version: open_ruleset(version) for version in ("0.1.0", "1.0.0", "1.1.0")}
DIGEST = "3214c8663221d2b8a8a9656864f11fc4f92e92200e7bbb375f369bc1cdfe06b8"
"""Of hpo.csv as tests/exchange/make_hpo.py wrote it."""

META = {"created": "2026-11-01T17:40:00Z", "createdBy": "a test", "phenopacketSchemaVersion": "2.0"}
OURS = sorted({ancestor for ancestors in nearest_known().values() for ancestor in ancestors})
LEFT_OUT = [*NOT_KINDS, *((term, item) for system, term, item in NEVER if system == HPO)]
narrower = st.sampled_from(sorted(nearest_known()))
versions = st.sampled_from(sorted(RULESETS))


def read(version: str, *features: tuple[str, bool]) -> Packet:
    """What features say, each a term and whether it is excluded."""
    said = [{"type": {"id": term}, "excluded": excluded} for term, excluded in features]
    return from_phenopacket({"id": "one", "phenotypicFeatures": said, "metaData": META}, RULESETS[version])


def values(packet: Packet) -> dict[str, object]:
    return {name: stated.value for name, stated in packet.case.given.items()}


# ---------------------------------------------------------------- laws


@settings(deadline=None)
@given(versions, narrower)
def test_a_narrower_term_says_what_its_ancestors_say_together(version: str, term: str) -> None:
    found = read(version, (term, False))
    assert values(found) == values(read(version, *((each, False) for each in nearest_known()[term])))
    assert values(found)
    assert (dict(found.unknown), dict(found.set_aside)) == ({}, {})


@settings(deadline=None)
@given(versions, st.lists(narrower, min_size=1, max_size=6))
def test_an_excluded_narrower_term_denies_nothing_and_is_counted(version: str, terms: list[str]) -> None:
    found = read(version, *((term, True) for term in terms))
    assert values(found) == {}
    assert (dict(found.unknown), dict(found.set_aside)) == ({}, {"narrower-denied": len(terms)})


@settings(deadline=None)
@given(versions, st.data())
def test_the_order_of_features_changes_nothing(version: str, data: st.DataObject) -> None:
    feature = st.tuples(narrower | st.sampled_from(OURS) | st.just("HP:0031910"), st.booleans())
    features = data.draw(st.lists(feature, max_size=8))
    assert read(version, *features) == read(version, *data.draw(st.permutations(features)))


@settings(deadline=None)
@given(versions, narrower)
def test_a_narrower_term_outweighs_the_denial_of_its_ancestor(version: str, term: str) -> None:
    (ancestor, *_) = nearest_known()[term]
    found = read(version, (ancestor, True), (term, False))
    assert set(values(found).values()) == {"present"}


# ---------------------------------------------------------------- the file


def test_the_file_is_the_one_that_was_made() -> None:
    text = files("fasciculation_rules.exchange.phenopackets").joinpath(FILE).read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert "release 2025-01-16" in head[0]
    assert "The Human Phenotype Ontology Consortium" in head[1]
    assert head[2] == "# Licence: https://hpo.jax.org/app/license"


def test_every_ancestor_is_the_code_of_a_finding_and_no_term_below_is() -> None:
    codes = {
        row.hpo
        for ruleset in RULESETS.values()
        for finding in ruleset.vocabulary.findings.values()
        if (row := ruleset.codes.get(finding.codes or "")) is not None
    }
    assert set(OURS) <= codes - {""}
    assert not codes & set(nearest_known())
    assert all(ancestors == tuple(sorted(set(ancestors))) for ancestors in nearest_known().values())
    assert len(nearest_known()) > 400


@pytest.mark.parametrize("version", RULESETS)
@pytest.mark.parametrize(("term", "item"), LEFT_OUT)
def test_what_is_no_kind_of_an_item_never_says_it(version: str, term: str, item: str) -> None:
    assert item in RULESETS[version].vocabulary.findings
    assert item not in values(read(version, (term, False)))


# ---------------------------------------------------------------- single cases


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("HP:0007289", {"fasciculation"}),  # limb fasciculations
        ("HP:0002166", {"vibration_loss"}),  # impaired vibration sensation in the lower limbs
        ("HP:0009073", {"weakness_progressive", "weakness_proximal"}),  # progressive proximal muscle weakness
        ("HP:0003393", {"wasting_hand"}),  # thenar muscle atrophy, not wasting in general
        ("HP:0430025", {"facial_weakness"}),  # bilateral facial palsy
        ("HP:0002464", {"dysarthria"}),  # spastic dysarthria, of which only the speech is read
        ("HP:0002277", {"ptosis"}),  # Horner syndrome, of which only the eyelid is read
        ("HP:0001308", {"fasciculation_tongue"}),  # a term of its own, although it is below another
        ("HP:0011448", set()),  # ankle clonus, below clonus
        ("HP:0007280", set()),  # acute infantile spinal muscular atrophy, below spinal muscular atrophy
        ("HP:0032811", set()),  # neonatal electrographic only seizure, below neonatal seizure
        ("HP:0001171", set()),  # split hand, the malformation
        ("HP:0031826", set()),  # abnormal reflex, above both brisk and lost ones
    ],
)
def test_what_a_term_is_read_as(term: str, expected: set[str]) -> None:
    found = read("1.1.0", (term, False))
    assert values(found) == dict.fromkeys(expected, "present")
    assert dict(found.unknown) == ({} if expected else {term: 1})


def test_an_excluded_term_of_a_finding_is_absent_as_ever() -> None:
    assert values(read("1.1.0", ("HP:0002380", True), ("HP:0007289", True))) == {"fasciculation": "absent"}


def test_what_is_said_both_ways_is_counted_once_whatever_the_order() -> None:
    features = [("HP:0002380", True), ("HP:0007289", False), ("HP:0002380", True)]
    for each in (features, features[::-1]):
        found = read("1.1.0", *each)
        assert (values(found), dict(found.set_aside)) == ({"fasciculation": "present"}, {"said-otherwise": 1})
