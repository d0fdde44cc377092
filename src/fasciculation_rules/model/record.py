"""The record of one decision, format 1: what was decided, by which rules, from what, and nothing that says of whom.

What is in `decision` is fixed for ever; beside it a later version may add keys, which readers should ignore.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, ValidationError

from fasciculation_rules.errors import Problem, RecordError, is_plain_name, problem
from fasciculation_rules.model.assessment import Part, UrgencyRange
from fasciculation_rules.model.base import Date, Frozen, Text
from fasciculation_rules.model.case import GivenValue, Private
from fasciculation_rules.model.problems import expected, place_of

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _digest(text: str) -> str:
    if _DIGEST.fullmatch(text) is None:
        raise ValueError("expected a digest, 'sha256:' and 64 hexadecimal digits")
    return text


def read_time(text: str) -> datetime.datetime:
    """A time with its offset from UTC, such as `2026-11-22T17:40:00+01:00`.

    Raises ValueError for anything else.
    """
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a time, YYYY-MM-DDThh:mm:ss with an offset such as Z or +01:00") from None
    if time.tzinfo is None:
        raise ValueError("expected an offset after the time, such as Z or +01:00")
    return time


def _time(text: str) -> str:
    read_time(text)
    return text


Digest = Annotated[str, AfterValidator(_digest)]
Time = Annotated[str, AfterValidator(_time)]


class Said(Part):
    """A piece of a record outside the decision. A failed validation does not print what it found."""

    model_config = ConfigDict(hide_input_in_errors=True)


class ProfileOfRecord(Said):
    """The site profile that moved thresholds, whole, so that a replay needs no other file."""

    name: Text
    digest: Digest
    thresholds: Frozen[str, Text]


class RulesetOfRecord(Said):
    """Which rules decided."""

    version: Text
    status: Text
    text_digest: Digest
    logic_digest: Digest
    effective_digest: Digest
    profile: ProfileOfRecord | None


class LibraryOfRecord(Said):
    """Which library ran them; `code_digest` is over its own source files."""

    version: Text
    code_digest: Digest


class EngineOfRecord(Said):
    """Which engine answered, what checked it, and the digest of its compiled extension where it has one."""

    name: Text
    version: Text
    checked_by: Text | None
    extension_digest: Digest | None


class PythonOfRecord(Said):
    """What the library ran on."""

    implementation: Text
    version: Text
    platform: Text


class Closed(Private):
    """What followed from what was given: a sign for each finding, and the ends of each known quantity as counts.

    The signs stand in the order of the names: `+` present, `-` absent, `.` unknown.
    """

    findings: str
    quantities: Frozen[str, tuple[int, int]]


class InputOfDecision(Private):
    """What the decision rests on: as it was given, as of which day, and as it was closed."""

    given: Frozen[str, GivenValue]
    on: Date | None
    reconcile: bool
    closed: Closed


class DispositionOfDecision(Private):
    """The one rung shown, and what it means in time and place."""

    rung: Text
    settled: bool
    maximum_delay: Text | None
    first_action_within: Text | None
    refer: tuple[Text, ...]
    floors: tuple[Text, ...]


class PlanOfDecision(Private):
    """What to do, by id."""

    referrals: tuple[Text, ...]
    tests: tuple[Text, ...]
    advice: tuple[Text, ...]
    safety_net: tuple[Text, ...]
    afterwards: tuple[Text, ...]


class Decision(Private):
    """What a replay must give again, byte for byte: no sentences, no questions, no engine.

    `firings` has a letter for each rule, derived finding and condition of the ruleset, in the order of their names:
    `f` fires, `o` open, `e` awaits examination, `t` awaits a test, `.` does not fire. `escalations` are those rules
    among them that fire and raise the urgency, `discharged` those of these that a normal examination made routine.
    """

    input: InputOfDecision
    entry: bool | None
    firings: str
    escalations: tuple[Text, ...]
    discharged: tuple[Text, ...]
    urgency: UrgencyRange
    disposition: DispositionOfDecision
    plan: PlanOfDecision
    differential: tuple[tuple[Text, Literal["supported", "possible", "opposed", "excluded"]], ...]


class RecordForm(Said):
    """The whole record. `id` is the digest of the decision with `reference` and `at`, or with `hook_instance`."""

    format: Literal[1]
    id: Digest
    reference: Text
    hook_instance: Text | None = None
    at: Time
    ruleset: RulesetOfRecord
    library: LibraryOfRecord
    engine: EngineOfRecord
    python: PythonOfRecord
    decision: Decision

    @classmethod
    def read(cls, data: object) -> RecordForm:
        """A record from plain data.

        Raises RecordError with every problem at its place; no value of the record is in its message.
        """
        if isinstance(data, Mapping) and data.get("format") != 1:
            raise RecordError("not a record of format 1, the only one that this version reads")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise RecordError("the record cannot be read", [_problem(item) for item in _items(error)]) from None


def _items(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_input=False))


def _problem(item: Any) -> Problem:
    """What was expected at a place; a key that is no plain name may be about a person, and is not repeated."""
    place = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    at = place_of(tuple(part for part in place if isinstance(part, int) or is_plain_name(part)))
    match item["type"]:
        case "missing":
            return problem("missing-key", f"'{item['loc'][-1]}' is missing", at=at)
        case "extra_forbidden":
            return problem("unknown-key", "there is a key here that format 1 has not", at=at)
        case "value_error":
            return problem("bad-value", str(item["ctx"]["error"]), at=at)
        case _:
            return problem("bad-value", expected(item), at=at)
