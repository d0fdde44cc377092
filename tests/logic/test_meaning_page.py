"""The code on the page `docs/reference/meaning.md` gives what `logic` gives, for any condition and any facts."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Count, Is, Not
from fasciculation_rules.logic.evaluate import Meaning, evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_condition
from fasciculation_rules.logic.rails import rails

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "meaning.md"
DEFINITION = re.search(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
on_the_page = {}
exec(DEFINITION, on_the_page)

OPENNESS = {
    "asked": Firing.OPEN,
    "seen": Firing.OPEN,
    "elicited": Firing.AWAITS_EXAMINATION,
    "tested": Firing.AWAITS_TEST,
    "duration": Firing.OPEN,
    "level": Firing.AWAITS_TEST,
}
FINDINGS = ("asked", "seen", "elicited", "tested")
QUANTITIES = ("duration", "level")


def conditions(*names):
    """Conditions over these findings, and over all quantities."""
    findings = st.builds(Is, st.sampled_from(names), st.sampled_from(["present", "absent"]))
    limits = st.integers(-3, 3).map(Count)
    comparisons = st.builds(Compare, st.sampled_from(QUANTITIES), st.sampled_from([">=", "<=", ">", "<"]), limits)

    def above(member):
        members = st.lists(member, min_size=1, max_size=4).map(tuple)
        counted = members.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))
        return st.one_of(st.builds(All, members), st.builds(Any, members), st.builds(Not, member), counted)

    return st.recursive(findings | comparisons, above, max_leaves=12)


def intervals():
    """Where a quantity may lie."""
    return st.tuples(st.integers(-4, 4), st.integers(-4, 4)).map(lambda ends: (min(ends), max(ends)))


def facts():
    """What may be known: of each item something or nothing."""
    findings = st.dictionaries(st.sampled_from(FINDINGS), st.booleans())
    return st.builds(Facts, findings, st.dictionaries(st.sampled_from(QUANTITIES), intervals()))


def outline(condition):
    """A condition as the page reads it: as in a file, with the bare counts that limits are frozen to."""

    def plain(value):
        match value:
            case str():
                return value.replace("#", "")
            case dict():
                return {key: plain(inside) for key, inside in value.items()}
            case list():
                return [plain(inside) for inside in value]

    return plain(print_condition(condition))


def as_known(known):
    """Facts as the page reads them."""
    words = {name: "present" if present else "absent" for name, present in known.findings.items()}
    return {**words, **known.quantities}


@given(conditions(*FINDINGS, "derived"), conditions(*FINDINGS), facts())
def test_the_page_means_what_the_library_means(condition, means, known):
    meaning = Meaning(OPENNESS, {"derived": means})
    unknown = {name: int(firing) for name, firing in OPENNESS.items()}
    arguments = (outline(condition), as_known(known), unknown, {"derived": outline(means)})
    assert int(on_the_page["value"](*arguments)) == int(evaluate(condition, known, meaning))
    negated = evaluate(rails(condition).false, known, meaning)
    assert int(on_the_page["value"](*arguments, negate=True)) == int(negated)


def test_the_page_has_the_values_of_the_library_in_their_order():
    assert [(value.name, int(value)) for value in on_the_page["V"]] == [(value.name, int(value)) for value in Firing]


def test_the_page_fits_on_one_screen():
    """The definition, without the laws below it."""
    assert len(DEFINITION.splitlines()) <= 60
    assert max(map(len, DEFINITION.splitlines())) <= 120
