"""A proof that is made by a ledger is checked without it, against a head that somebody holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.audit.conftest import Making, numbered

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.erasing import erase
from fasciculation_rules.audit.ledger.heads import fault_in, head_of, prove_consistency, prove_inclusion, vouched_for
from fasciculation_rules.errors import LedgerError
from fasciculation_rules.model.ledger import Consistency, Inclusion, Proof, read_proof


def again(proof: Proof, **changes: Any) -> Proof:
    """The proof as somebody else reads it, perhaps with something edited on the way."""
    return read_proof({**json.loads(proof.to_json()), **changes})


def test_every_entry_is_proved_to_be_in_every_size_of_the_ledger(making: Making) -> None:
    ledger, heads = making(), {}
    for number in range(1, 12):
        append(ledger, [numbered(number)])
        heads[number] = head_of(ledger)
    for size, head in heads.items():
        for number in range(1, size + 1):
            proof = again(prove_inclusion(ledger, str(number), size=size))
            assert fault_in(proof) is None
            assert vouched_for(proof, head)


def test_every_size_is_proved_to_be_the_beginning_of_every_later_one(making: Making) -> None:
    ledger = making(11)
    for size in range(12):
        for first in range(size + 1):
            assert fault_in(again(prove_consistency(ledger, first, size=size))) is None


def test_a_proof_reveals_the_body_only_if_it_is_asked_to(making: Making) -> None:
    ledger = making(5)
    closed, open_ = prove_inclusion(ledger, numbered(3).id), prove_inclusion(ledger, "3", reveal=True)
    assert "visit-0003" not in closed.to_json()
    assert open_.revealed is not None
    assert open_.revealed.body == numbered(3).data
    assert fault_in(again(open_)) is None
    revealed = {"salt": open_.revealed.salt, "body": {**numbered(3).data, "reference": "visit-9"}}
    assert fault_in(again(open_, revealed=revealed)) == "the body is not the one that the entry commits to"


def test_proofs_hold_after_an_erasure_but_nothing_is_revealed(making: Making) -> None:
    ledger = making(5)
    before, head = prove_inclusion(ledger, "3"), head_of(ledger)
    erase(ledger, "3", basis="asked for", by="data protection")
    assert prove_inclusion(ledger, "3", size=5) == before
    assert vouched_for(prove_consistency(ledger, 5), head)
    assert fault_in(prove_consistency(ledger, 5)) is None
    with pytest.raises(LedgerError, match="was erased"):
        prove_inclusion(ledger, "3", reveal=True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"root": "0" * 64}, "does not lead"),
        ({"size": 3}, "does not lead"),
        ({"path": []}, "does not lead"),
        ({"entry": [1, 4, "record"]}, "none"),
        ({"entry": [1, True, "record", "", "", False, None, "00"]}, "does not lead"),
        ({"entry": [1, 4, "record", "", "", False, None, "zz"]}, "none"),
    ],
)
def test_a_proof_that_was_edited_does_not_hold(changes: dict[str, Any], told: str, making: Making) -> None:
    proof = prove_inclusion(making(5), "4")
    assert told in (fault_in(again(proof, **changes)) or "")


def test_a_proof_is_vouched_for_by_a_head_with_its_root_alone(making: Making) -> None:
    ledger = making(5)
    early = head_of(ledger)
    append(ledger, [numbered(6)])
    late = head_of(ledger)
    proof = prove_inclusion(ledger, "4")
    assert vouched_for(proof, late)
    assert not vouched_for(proof, early)
    assert vouched_for(prove_consistency(ledger, 5), early)
    assert not vouched_for(proof, late.model_copy(update={"ledger": "another"}))


def test_a_size_that_was_edited_is_vouched_for_by_no_head(making: Making) -> None:
    """A tree of another size may have paths of the same shape; a head names its size beside its root."""
    ledger = making(5)
    assert not vouched_for(again(prove_inclusion(ledger, "4"), size=6), head_of(ledger))


def test_what_there_is_not_is_not_proved(making: Making) -> None:
    ledger = making(3)
    for call in (
        lambda: prove_inclusion(ledger, "4"),
        lambda: prove_inclusion(ledger, "3", size=2),
        lambda: prove_inclusion(ledger, "1", size=4),
        lambda: prove_consistency(ledger, 4),
    ):
        with pytest.raises(LedgerError):
            call()


@pytest.mark.parametrize("data", [[], {}, {"kind": "head"}, {"kind": "inclusion", "path": ["zz"]}])
def test_what_is_no_proof_is_refused(data: object) -> None:
    with pytest.raises(LedgerError, match="the proof cannot be read"):
        read_proof(data)


def test_both_kinds_come_back_as_what_they_are(making: Making) -> None:
    ledger = making(3)
    assert isinstance(again(prove_inclusion(ledger, "1")), Inclusion)
    assert isinstance(again(prove_consistency(ledger, 1)), Consistency)
