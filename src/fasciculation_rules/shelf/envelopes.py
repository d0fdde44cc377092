"""Reads signatures: DSSE envelopes, and the statements inside them. Whether they are signed is not looked at here."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, SignatureError, problem
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.signing import PAYLOAD_TYPE, Envelope, Statement
from fasciculation_rules.shelf.strict_json import read_json

Said = TypeVar("Said", bound=Statement)


def read_envelope(raw: bytes, name: str) -> Envelope:
    """An envelope from the bytes of a file of this name.

    Raises SignatureError where it is none.
    """
    problems: list[Problem] = []
    document = read_json(raw, name, problems)
    if document is not None:
        try:
            return Envelope.model_validate(document.data)
        except ValidationError as error:
            problems = [document.locate(found) for found in problems_of(error, Envelope)]
    raise SignatureError(f"{name} is not a signature (a DSSE envelope)", problems)


def statement_in(envelope: Envelope, kind: type[Said], name: str) -> Said:
    """What an envelope says, as a statement of this kind.

    Raises SignatureError where it says something else.
    """
    problems: list[Problem] = []
    if envelope.payload_type != PAYLOAD_TYPE:
        found = f"found payload type '{envelope.payload_type[:60]}'; expected '{PAYLOAD_TYPE}'"
        raise SignatureError(f"{name} does not say what can be read here", [problem("bad-value", found)])
    document = read_json(envelope.payload, name, problems)
    if document is not None:
        try:
            return kind.model_validate(document.data)
        except ValidationError as error:
            problems = problems_of(error, kind)
    raise SignatureError(f"{name} does not say what can be read here", problems)
