"""What a ledger gives others to hold: heads and proofs. Digests of trees and entries are hexadecimal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError

from fasciculation_rules.errors import LedgerError, problem
from fasciculation_rules.model.assessment import Part
from fasciculation_rules.model.base import Text
from fasciculation_rules.model.problems import problems_of

_HASH = re.compile(r"[0-9a-f]{64}")


def _hash(text: str) -> str:
    if _HASH.fullmatch(text) is None:
        raise ValueError("expected 64 hexadecimal digits")
    return text


Hash = Annotated[str, AfterValidator(_hash)]
Count = Annotated[int, Field(ge=0)]


class Held(Part):
    """Something of a ledger that is held elsewhere."""

    model_config = ConfigDict(hide_input_in_errors=True)

    format: Literal[1] = 1
    ledger: Text

    def to_json(self) -> str:
        """One line."""
        return self.model_dump_json(exclude_none=True)


class Head(Held):
    """The state of a ledger of some size: the root over all entries so far, and those of its full subtrees.

    `time` is that of the newest entry; null in an empty ledger.
    """

    kind: Literal["head"] = "head"
    size: Count
    root: Hash
    peaks: tuple[Hash, ...]
    time: Text | None = None

    @classmethod
    def read(cls, data: object) -> Self:
        """A head from plain data.

        Raises LedgerError where it is none.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise LedgerError("the head cannot be read", problems_of(error, cls)) from None


class Revealed(Part):
    """What an entry commits to, for whoever may see it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    salt: Hash
    body: dict[str, Any]


class Inclusion(Held):
    """That an entry is in a ledger of some size: the path from its hash to the root."""

    kind: Literal["inclusion"] = "inclusion"
    size: Count
    root: Hash
    entry: tuple[Any, ...]
    path: tuple[Hash, ...]
    revealed: Revealed | None = None


class Consistency(Held):
    """That a ledger of one size is the beginning of the same ledger once it had grown."""

    kind: Literal["consistency"] = "consistency"
    first: Count
    first_root: Hash
    size: Count
    root: Hash
    path: tuple[Hash, ...]


Proof = Inclusion | Consistency
KINDS = ("inclusion", "consistency")
_PROOF: TypeAdapter[Proof] = TypeAdapter(Annotated[Proof, Discriminator("kind")])


def read_proof(data: object) -> Proof:
    """A proof from plain data.

    Raises LedgerError where it is none.
    """
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if kind not in KINDS:
        fault = f"expected '{KINDS[0]}' or '{KINDS[1]}', as `ledger prove` prints it"
        raise LedgerError("the proof cannot be read", [problem("bad-value", fault, at="kind")])
    try:
        return _PROOF.validate_python(data)
    except ValidationError as error:
        model = Inclusion if kind == "inclusion" else Consistency
        raise LedgerError("the proof cannot be read", problems_of(error, model)) from None
