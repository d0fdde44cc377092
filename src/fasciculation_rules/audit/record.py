"""The record of one decision: made from an assessment, or read again; one line of canonical JSON."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fasciculation_rules.audit import origin
from fasciculation_rules.audit.decision import decision_of
from fasciculation_rules.audit.reference import check_reference, check_source
from fasciculation_rules.errors import Problem, RecordError, wrong_argument
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.record import RecordForm
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.digest import canonical_json, digest_of
from fasciculation_rules.shelf.strict_json import read_json

FORMAT = 1
UNREAD = "the record cannot be read"


@dataclass(frozen=True)
class Record:
    """One record as its line of canonical JSON (RFC 8785), without the end of the line."""

    line: bytes

    @cached_property
    def data(self) -> Any:
        """The same as plain data; nobody should change it."""
        return json.loads(self.line)

    @cached_property
    def said(self) -> RecordForm:
        """The same as a value."""
        return RecordForm.read(self.data)

    @property
    def id(self) -> str:
        """The decision's id: a digest, never random."""
        found: str = self.data["id"]
        return found

    @property
    def reference(self) -> str:
        """The caller's own word for what was decided about."""
        found: str = self.data["reference"]
        return found

    @cached_property
    def decision(self) -> bytes:
        """The bytes that a replay must give again."""
        return canonical_json(self.data["decision"])

    def __str__(self) -> str:
        return self.line.decode()

    def __repr__(self) -> str:
        return f"<Record {self.id[:19]}>"


def record_of(
    case: Case | Mapping[str, Any],
    ruleset: Ruleset,
    assessment: Assessment,
    *,
    at: datetime.datetime,
    reference: str,
    on: datetime.date | None = None,
    reconcile: bool = False,
    reference_ok: bool = False,
    source_ok: bool | None = None,
    hook_instance: str | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Record:
    """The record of an assessment of this case, with the same `on` and `reconcile`.

    `at` is the caller's time, with its offset. `reference` is the caller's opaque word, by which the record is found.
    `reference_ok` and `source_ok` (without it the same) vouch that they name no patient.
    With `hook_instance` the id does not depend on the time, so that a call that is repeated has the same id.
    `beside` is what else is kept beside the decision, such as what was shown; it is no part of the id or of a replay.
    Raises RecordError where the reference or the source of a statement may say who the patient is, and ArgumentError
    where the assessment is not of this case.
    """
    case = Case.read(case)
    _check_words(at, reference, hook_instance, reference_ok=reference_ok)
    _check_sources(case, source_ok=reference_ok if source_ok is None else source_ok)
    said: dict[str, Any] = {
        "reference": reference,
        "at": at.isoformat(),
        "decision": decision_of(case, ruleset, assessment, on=on, reconcile=reconcile),
    }
    if hook_instance is not None:
        said["hook_instance"] = hook_instance
    parts = {name: canonical_json(part) for name, part in said.items()}
    parts["id"] = canonical_json(f"sha256:{hashlib.sha256(_joined(parts, _named_by(said))).hexdigest()}")
    whence = {
        "format": FORMAT,
        "ruleset": ruleset_of_record(ruleset),
        "library": origin.library(),
        "engine": origin.engine(assessment.engine),
        "python": origin.python(),
    }
    parts = {name: canonical_json(part) for name, part in {**(beside or {}), **whence}.items()} | parts
    return Record(_joined(parts, parts))


def with_beside(record: Record, **beside: Any) -> Record:
    """The same record with more beside its decision; neither its id nor its replay changes."""
    return Record(canonical_json({**beside, **record.data}))


def _joined(parts: Mapping[str, bytes], names: Iterable[str]) -> bytes:
    """The canonical JSON of an object whose parts are there already: a decision is long, and is written once."""
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), parts[name]) for name in sorted(names)) + b"}"


def _named_by(data: Mapping[str, Any]) -> tuple[str, ...]:
    """What the id of a record is the digest of."""
    return ("hook_instance", "decision") if "hook_instance" in data else ("reference", "at", "decision")


def id_of(data: Mapping[str, Any]) -> str:
    """The id that belongs to what a record says."""
    return digest_of({key: data[key] for key in _named_by(data)})


def read_record(raw: bytes, file: str = "") -> Record:
    """A record as somebody kept it, put into canonical form.

    Raises RecordError where it is no record of a format that this version reads.
    """
    problems: list[Problem] = []
    if read_json(raw, file, problems) is None:
        raise RecordError(UNREAD, problems)
    try:
        record = Record(canonical_json(json.loads(raw, parse_float=_refused, parse_constant=_refused)))
    except ValueError:  # a number that is not whole, or half a character: nothing that a record is made of
        raise RecordError(f"{UNREAD}: it holds what no canonical JSON of a record can hold") from None
    RecordForm.read(record.data)
    return record


def _refused(_: str) -> None:
    raise ValueError


def _check_words(at: Any, reference: Any, hook_instance: Any, *, reference_ok: bool) -> None:
    if not isinstance(at, datetime.datetime) or at.tzinfo is None:
        raise wrong_argument("`at` is a datetime.datetime with its offset from UTC", at)
    for text in (reference,) if hook_instance is None else (reference, hook_instance):
        if not isinstance(text, str):
            raise wrong_argument("a reference is text", text)
        check_reference(text, reference_ok=reference_ok)


def _check_sources(case: Case, *, source_ok: bool) -> None:
    for name, given in case.given.items():
        if given.source is not None:
            check_source(name, given.source, source_ok=source_ok)


def ruleset_of_record(ruleset: Ruleset) -> dict[str, Any]:
    """Which rules these are, with the whole of the profile they stand under."""
    profile = ruleset.profile
    return {
        "version": ruleset.version,
        "status": ruleset.status,
        "text_digest": ruleset.text_digest,
        "logic_digest": ruleset.logic_digest,
        "effective_digest": ruleset.effective_digest,
        "profile": None
        if profile is None
        else {"name": profile.name, "digest": ruleset.profile_digest, "thresholds": dict(profile.thresholds)},
    }
