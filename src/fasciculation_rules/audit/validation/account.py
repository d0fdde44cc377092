"""A validation in lines for people and as values for machines; of no person anything is said."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from fasciculation_rules._version import __version__
from fasciculation_rules.audit.validation.validating import Counted, Validated


def lines_of(found: Validated) -> Iterator[str]:
    """First whether it was done; then why not, the endpoints, and the digests of everything that went in."""
    ruleset, protocol = found.ruleset, found.protocol
    yield f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review})"
    yield f"{found.said[0].upper()}{found.said[1:]}"
    yield from (f"  because {why}" for why in found.why_not)
    yield f"{len(found.cases.cases)} cases, {found.refused} refused; {_percent(found.screen)} of the screen answered"
    yield f"Shares with exact {protocol.confidence} % intervals (Clopper and Pearson)"
    for each in found.sensitivity:
        yield f"  shown the panel's rung or above, {ruleset.outcomes.conditions[each.name].label}: {_said(each)}"
    if not found.sensitivity:
        yield "  nobody has a condition that must not be missed"
    yield f"  well, and kept at {' or '.join(protocol.calm.rungs)}: {_said(found.calm)}"
    about = found.about_kappa
    near = f", about {about[0]:.2f} to {about[1]:.2f} (jackknife, approximate)" if about else ""
    value = "cannot be worked out" if found.kappa is None else f"{float(found.kappa):.2f}{near}"
    yield f"Agreement on the rung, weighted kappa: {value}; asked for: {float(protocol.agreement.at_least):.2f}"
    yield from (f"Deviation: {each}" for each in found.cases.deviations)
    yield f"Protocol {found.digests['protocol']} ({protocol.status}, {protocol.dated})"
    yield f"Cases {found.digests['cases']}"
    yield f"Ruleset text {ruleset.text_digest}, logic {ruleset.logic_digest}"


def _said(each: Counted) -> str:
    if each.interval is None:
        return "nobody"
    low, high = each.interval
    verdict = "accepted" if each.accepted else "not accepted" if each.enough else "too few people to claim anything"
    share = _percent(Fraction(each.hits, each.of))
    return (
        f"{each.hits} of {each.of} ({share}; {_percent(low)} to {_percent(high)}); asked {each.at_least} %: {verdict}"
    )


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"


def as_json(found: Validated) -> dict[str, object]:
    """The same as plain values."""
    ruleset = found.ruleset
    return {
        "format": 1,
        "said": found.said,
        "because": list(found.why_not),
        "ruleset": {
            "version": ruleset.version,
            "status": ruleset.status,
            "text_digest": ruleset.text_digest,
            "logic_digest": ruleset.logic_digest,
        },
        "library": __version__,
        "digests": found.digests,
        "cases": len(found.cases.cases),
        "refused": found.refused,
        "screen_answered": str(found.screen),
        "confidence": found.protocol.confidence,
        "sensitivity": [_as_json(each) for each in found.sensitivity],
        "calm": _as_json(found.calm),
        "kappa": None if found.kappa is None else round(float(found.kappa), 6),
        "kappa_about": None if found.about_kappa is None else [round(end, 6) for end in found.about_kappa],
        "deviations": list(found.cases.deviations),
    }


def _as_json(each: Counted) -> dict[str, object]:
    return {
        "name": each.name,
        "hits": each.hits,
        "of": each.of,
        "interval": None if each.interval is None else [float(end) for end in each.interval],
        "asked": each.at_least,
        "enough": each.enough,
        "accepted": each.accepted,
    }
