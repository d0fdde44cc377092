"""Random programs and sparse facts for Hypothesis: twelve findings, four quantities, up to five derived findings."""

from __future__ import annotations

from engine_programs import LIMITS, OPENNESS
from hypothesis import strategies as st

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import Program

FINDINGS = tuple(f"finding_{index}" for index in range(12))
QUANTITIES = tuple(f"quantity_{index}" for index in range(4))

_counts = st.sampled_from([limit + step for limit in LIMITS for step in (-1, 0, 1)])


@st.composite
def _at_least(draw: st.DrawFn, members: st.SearchStrategy[Condition]) -> Condition:
    of = tuple(draw(st.lists(members, min_size=1, max_size=4)))
    return AtLeast(draw(st.integers(1, len(of))), of)


def conditions(derived: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    """Small trees over the inputs and these derived findings."""
    leaves: st.SearchStrategy[Condition] = st.one_of(
        st.builds(Is, st.sampled_from((*FINDINGS, *derived)), st.sampled_from(("present", "absent"))),
        st.builds(
            Compare,
            st.sampled_from(QUANTITIES),
            st.sampled_from((">=", "<=", ">", "<")),
            st.builds(Count, st.sampled_from(LIMITS)),
        ),
    )

    def grow(members: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        few = st.lists(members, min_size=1, max_size=4).map(tuple)
        return st.one_of(st.builds(All, few), st.builds(Any, few), st.builds(Not, members), _at_least(members))

    return st.recursive(leaves, grow, max_leaves=8)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A program whose derived findings may rest on those before them."""
    openness = {name: draw(st.sampled_from(OPENNESS)) for name in (*FINDINGS, *QUANTITIES)}
    means: dict[str, Condition] = {}
    for index in range(draw(st.integers(0, 5))):
        means[f"derived_{index}"] = draw(conditions(tuple(means)))
    rules = draw(st.lists(conditions(tuple(means)), min_size=1, max_size=6))
    return Program(FINDINGS, QUANTITIES, openness, means, {f"rule-{index}": rule for index, rule in enumerate(rules)})


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Mostly unknown, or mostly absent; quantities at the limits and one beside, some of them intervals."""
    usual = draw(st.sampled_from((None, False)))
    exceptions = draw(st.dictionaries(st.sampled_from(FINDINGS), st.sampled_from((None, False, True)), max_size=5))
    states = dict.fromkeys(FINDINGS, usual) | exceptions
    findings = {name: state for name, state in states.items() if state is not None}
    widths = st.sampled_from((0, 0, 0, 1, 60, 1000))
    ends = st.builds(lambda low, width: (low, low + width), _counts, widths)
    return Facts(findings, draw(st.dictionaries(st.sampled_from(QUANTITIES), ends)))
