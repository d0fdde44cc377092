"""Cases for property tests: sparse, as they are in life. Mostly unknown, or mostly absent; never uniform."""

from __future__ import annotations

import datetime
from fractions import Fraction
from functools import cache

from hypothesis import assume
from hypothesis import strategies as st

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.errors import CaseError
from fasciculation_rules.logic.condition import Compare, Count, leaves
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.ruleset import Ruleset

TODAY = datetime.date(2026, 11, 1)
RECENT = "2026-10-20"

Said = dict[str, object]


@cache
def cut_points(ruleset: Ruleset) -> dict[str, list[int]]:
    """The counts at which some condition compares a quantity."""
    found: dict[str, set[int]] = {name: set() for name in ruleset.vocabulary.quantities}
    program = ruleset.program
    for condition in (*program.rules.values(), *program.derivations.values()):
        for leaf in leaves(condition):
            if isinstance(leaf, Compare) and isinstance(leaf.limit, Count):
                found[leaf.name].add(leaf.limit.value)
    return {name: sorted(counts) for name, counts in found.items()}


def amount(ruleset: Ruleset, name: str, count: int) -> str:
    """A count as text in the canonical unit."""
    quantity = ruleset.vocabulary.quantities[name]
    return f"{print_number(count * quantity.resolution)} {quantity.unit}"


@st.composite
def quantities(draw: st.DrawFn, ruleset: Ruleset, name: str) -> object:
    """A value near a cut point, or anywhere, or a span or a bound."""
    cuts = cut_points(ruleset)[name]
    low, high = ruleset.vocabulary.quantities[name].bounds()
    near = st.sampled_from(cuts).flatmap(lambda cut: st.integers(max(low, cut - 1), min(high, cut + 1)))
    count = draw((near if cuts else st.integers(low, high)) | st.integers(low, high))
    shape = draw(st.sampled_from(["point"] * 4 + ["span", "below", "above"]))
    match shape:
        case "span":
            other = draw(st.integers(low, high))
            one, two = sorted((count, other))
            return {"from": amount(ruleset, name, one), "to": amount(ruleset, name, two)}
        case "below" if count > low:
            return f"< {amount(ruleset, name, count)}"
        case "above" if count < high:
            return f"> {amount(ruleset, name, count)}"
        case _:
            return amount(ruleset, name, count)


def dated(ruleset: Ruleset, name: str, value: object) -> object:
    """The value, with a recent date where the vocabulary asks for one."""
    return {"value": value, "at": RECENT} if ruleset.vocabulary.items[name].needs_date else value


@st.composite
def said(draw: st.DrawFn, ruleset: Ruleset) -> Said:
    """What a case says, without contradictions."""
    vocabulary = ruleset.vocabulary
    plain = [name for name, finding in vocabulary.findings.items() if not finding.values]
    presents = draw(st.lists(st.sampled_from(plain), max_size=6, unique=True))
    some = st.lists(st.sampled_from(plain), max_size=12, unique=True)
    screened = st.just(list(vocabulary.screen))
    absents = draw(st.one_of(st.just([]), some, screened, st.just(plain)))
    known: dict[str, bool] = {}
    for name, present in [*((n, True) for n in presents), *((n, False) for n in absents)]:
        if name not in known and not ruleset.closure.contradictions({**known, name: present}):
            known[name] = present
    found: Said = {name: dated(ruleset, name, "present" if present else "absent") for name, present in known.items()}
    for name, finding in vocabulary.findings.items():
        if finding.values and draw(st.booleans()):
            found[name] = draw(st.sampled_from(finding.values))
    measured = [name for name, quantity in vocabulary.quantities.items() if not quantity.computed]
    for name in draw(st.lists(st.sampled_from(measured), max_size=5, unique=True)):
        found[name] = draw(quantities(ruleset, name))
    if draw(st.booleans()):
        found.setdefault("age", f"{draw(st.integers(0, 99))} years")
    assume(consistent(ruleset, found))
    return found


@st.composite
def said_with(draw: st.DrawFn, ruleset: Ruleset, fixed: Said) -> Said:
    """What a case says that says this; whatever else would contradict it is left out."""
    known = {
        name: _plain(value) == "present" for name, value in fixed.items() if _plain(value) in ("present", "absent")
    }
    found = dict(fixed)
    for name, value in draw(said(ruleset)).items():
        said_so = _plain(value)
        if name in found or _shadowed(ruleset, name, found):
            continue
        if said_so in ("present", "absent") and name in ruleset.closure.generals:
            if ruleset.closure.contradictions({**known, name: said_so == "present"}):
                continue
            known[name] = said_so == "present"
        found[name] = value
    if not consistent(ruleset, found):
        found = {name: value for name, value in found.items() if name in fixed or not _may_clash(ruleset, name)}
    assume(consistent(ruleset, found))
    return found


def _plain(value: object) -> object:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _shadowed(ruleset: Ruleset, name: str, found: Said) -> bool:
    """Whether a quantity would be worked out from others beside one that is fixed."""
    inputs = {part for target, (parts, _) in COMPUTED.items() if target in found for part in parts}
    return name in inputs and name in ruleset.vocabulary.quantities


def _may_clash(ruleset: Ruleset, name: str) -> bool:
    """Summaries of a panel, and what a panel holds."""
    item = ruleset.vocabulary.items[name]
    return item.needs_date or getattr(item, "normal", None) is not None


def consistent(ruleset: Ruleset, given: Said) -> bool:
    """Whether the case does not contradict itself (a result out of range beside normal bloods does)."""
    case = Case.read({"given": given})
    try:
        close(admit(case, ruleset, on=TODAY), case, ruleset, reconcile=False)
    except CaseError:
        return False
    return True


@st.composite
def cases(draw: st.DrawFn, ruleset: Ruleset) -> Case:
    """A case without contradictions."""
    return Case.read({"given": draw(said(ruleset))})


@st.composite
def lessons(draw: st.DrawFn, ruleset: Ruleset, kind: Firing | None = None) -> tuple[Said, str, Said]:
    """What is said, the name of one unknown item (of a kind), and what is said once it is learnt too."""
    before = draw(said(ruleset))
    case = Case.read({"given": before})
    facts = close(admit(case, ruleset, on=TODAY), case, ruleset, reconcile=False).facts
    vocabulary = ruleset.vocabulary
    unknown = [name for name, f in vocabulary.findings.items() if name not in facts.findings and not f.values]
    unknown += [name for name, f in vocabulary.findings.items() if f.values and name not in before]
    unknown += [name for name, q in vocabulary.quantities.items() if not q.computed and name not in facts.quantities]
    unknown = [name for name in unknown if kind is None or vocabulary.items[name].kind.openness is kind]
    assume(unknown)
    name = draw(st.sampled_from(unknown))
    if name in vocabulary.quantities:
        value = draw(quantities(ruleset, name))
    else:
        value = draw(st.sampled_from(vocabulary.findings[name].values or ("present", "absent")))
    after = {**before, name: dated(ruleset, name, value)}
    assume(consistent(ruleset, after))
    return before, name, after


def as_fraction(text: str) -> Fraction:
    """The number at the start of an amount."""
    return Fraction(text.split(maxsplit=1)[0])
