"""A case that was read from other data, as a YAML file with the report in its comments."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fasciculation_rules.model.case import Given, Span
from fasciculation_rules.model.imported import Counted, Imported, SetAside

MOST_CODES = 20
"""So many unknown codes are named in the text; the JSON has all of them."""


def imported_text(found: Imported) -> str:
    """The report as comments, and below it the case as `assess` reads it."""
    lines = [
        *(f"# {line}".rstrip() for line in _report(found)),
        "format: 1",
        "given:" if found.case.given else "given: {}",
    ]
    lines += [f"  {name}: {_given(given)}" for name, given in found.case.given.items()]
    return "\n".join(lines) + "\n"


def _given(given: Given) -> str:
    parts = [("value", _value(given.value))]
    parts += [("at", str(given.at))] if given.at else []
    parts += [("source", given.source)] if given.source else []
    parts += [("reference", _value(given.reference))] if given.reference else []
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts) + "}"


def _value(value: str | Span) -> str:
    if isinstance(value, str):
        return value if value.isalpha() else json.dumps(value)
    return f"{{from: {json.dumps(value.low)}, to: {json.dumps(value.high)}}}"


def _report(found: Imported) -> Iterator[str]:
    report = found.report
    yield f"read as of {report.as_of.isoformat()}, days counted in {report.time_zone}"
    yield f"assess it with --reconcile --on {report.on}"
    mapping = f"; site mapping {report.mapping.name}, {report.mapping.digest}" if report.mapping else ""
    yield f"ruleset {report.ruleset}{mapping}"
    read = ", ".join(f"{kind} {count}" for kind, count in report.resources.items())
    yield f"resources: {read}; of somebody else: {report.another_subject}"
    if report.text_only:
        words = ", ".join(f"{kind} {count}" for kind, count in report.text_only.items())
        yield f"with words and no code, so not read: {words}"
    if report.notices:
        yield "not taken as it stands:"
        yield from (f"  {_noticed(notice)}" for notice in report.notices)
    if report.unknown_codes:
        unknown = sorted(report.unknown_codes, key=lambda code: (-code.count, code.system, code.code))
        times = sum(code.count for code in unknown)
        yield f"codes that mean nothing here: {len(unknown)}, met {'once' if times == 1 else f'{times} times'}"
        yield from (f"  {_coded(code)}" for code in unknown[:MOST_CODES])
        if len(unknown) > MOST_CODES:
            yield f"  and {len(unknown) - MOST_CODES} more (--as json)"
    yield "whatever is not below is unknown, never absent; no clinician has reviewed the rules"


def _noticed(notice: SetAside) -> str:
    about = ", ".join(part for part in (notice.type, notice.item) if part)
    times = f" ({notice.count} times)" if notice.count > 1 else ""
    return f"{about}{': ' if about else ''}{notice.message} [{notice.code}]{times}"


def _coded(code: Counted) -> str:
    return f"{code.count} x {code.system or '(no system)'} {code.code}"
