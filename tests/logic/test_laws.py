"""The laws of conditions, each as the sentence it is. What a condition means is `evaluate`; the rest must agree."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not, leaves, names
from fasciculation_rules.logic.english import in_english
from fasciculation_rules.logic.evaluate import Meaning, evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import WORDS, Firing
from fasciculation_rules.logic.program import Program
from fasciculation_rules.logic.rails import negation_normal_form, positive, rails

FALSE, AWAITS_TEST, AWAITS_EXAMINATION, OPEN, TRUE = Firing
FINDINGS = tuple("abcdefgh")
QUANTITIES = ("p", "q", "r")
OPENNESS: dict[str, Firing] = {
    **dict(
        zip(
            FINDINGS,
            (OPEN, OPEN, OPEN, AWAITS_EXAMINATION, AWAITS_EXAMINATION, AWAITS_TEST, AWAITS_TEST, OPEN),
            strict=True,
        )
    ),
    **dict(zip(QUANTITIES, (OPEN, AWAITS_EXAMINATION, AWAITS_TEST), strict=True)),
}
MEANS: dict[str, Condition] = {
    "x": Any((Is("a", "present"), Is("d", "present"))),
    "y": All((Is("x", "absent"), Compare("q", ">=", Count(3)))),
    "z": Not(AtLeast(2, (Is("y", "present"), Is("f", "present"), Is("b", "absent")))),
}
MEANING = Meaning(OPENNESS, MEANS)


def value(condition: Condition, facts: Facts) -> Firing:
    return evaluate(condition, facts, MEANING)


# ---------------------------------------------------------------- what is generated

findings = st.builds(Is, st.sampled_from((*FINDINGS, *MEANS)), st.sampled_from(("present", "absent")))
comparisons = st.builds(
    Compare, st.sampled_from(QUANTITIES), st.sampled_from((">=", "<=", ">", "<")), st.integers(-1, 7).map(Count)
)


def members(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[tuple[Condition, ...]]:
    return st.lists(inner, min_size=1, max_size=3).map(tuple)


@st.composite
def counted(draw: st.DrawFn, inner: st.SearchStrategy[Condition]) -> AtLeast:
    of = draw(members(inner))
    return AtLeast(draw(st.integers(1, len(of))), of)


def grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.one_of(
        st.builds(All, members(inner)), st.builds(Any, members(inner)), st.builds(Not, inner), counted(inner)
    )


conditions: st.SearchStrategy[Condition] = st.recursive(st.one_of(findings, comparisons), grow, max_leaves=7)
intervals = st.tuples(st.integers(-2, 8), st.integers(0, 4)).map(lambda drawn: (drawn[0], sum(drawn)))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Mostly unknown, or mostly absent."""
    usual = draw(st.sampled_from((None, None, False)))
    said = dict.fromkeys(FINDINGS, usual) | draw(
        st.dictionaries(st.sampled_from(FINDINGS), st.sampled_from((None, False, True)), max_size=5)
    )
    known = {name: present for name, present in said.items() if present is not None}
    return Facts(known, draw(st.dictionaries(st.sampled_from(QUANTITIES), intervals, max_size=3)))


@st.composite
def lessons(draw: st.DrawFn) -> tuple[Facts, Facts, str]:
    """What is known, what is known after one item was learnt, and the name of the item."""
    before = draw(facts())
    unknown = [name for name in FINDINGS if name not in before.findings]
    name = draw(st.sampled_from([*unknown, *QUANTITIES]))
    if name in QUANTITIES:
        low, high = before.quantities.get(name, (-2, 12))
        ends = sorted((draw(st.integers(low, high)), draw(st.integers(low, high))))
        return before, Facts(before.findings, {**before.quantities, name: (ends[0], ends[1])}), name
    return before, Facts({**before.findings, name: draw(st.booleans())}, before.quantities), name


def holds(condition: Condition, known: Facts) -> bool:
    """A rail with two values, over what is known and nothing else."""
    match condition:
        case Is(name=name, value=said) if name in MEANS:
            return holds(negation_normal_form(MEANS[name], negate=said == "absent"), known)
        case Is(name=name, value=said):
            return known.findings.get(name) is (said == "present")
        case Compare(name=name, comparator=comparator, limit=Count(value=limit)):
            if name not in known.quantities:
                return False
            low, high = known.quantities[name]
            return {">=": low >= limit, ">": low > limit, "<=": high <= limit, "<": high < limit}[comparator]
        case All(of=of):
            return all(holds(member, known) for member in of)
        case Any(of=of):
            return any(holds(member, known) for member in of)
        case AtLeast(n=n, of=of):
            return sum(holds(member, known) for member in of) >= n
    raise AssertionError(f"a rail has no {condition}")


# ---------------------------------------------------------------- the five values


def test_the_five_values_stand_in_one_chain() -> None:
    assert FALSE < AWAITS_TEST < AWAITS_EXAMINATION < OPEN < TRUE
    assert [firing.value for firing in Firing] == [0, 1, 2, 3, 4]


def test_only_the_ends_of_the_chain_are_decided() -> None:
    assert [firing for firing in Firing if firing.decided] == [FALSE, TRUE]


def test_each_value_has_one_word_that_leads_back_to_it() -> None:
    assert {str(firing): firing for firing in Firing} == WORDS
    assert len(WORDS) == 5


@given(st.lists(st.sampled_from(list(Firing)), min_size=1, max_size=5), st.data())
def test_at_least_n_is_the_nth_largest(values: list[Firing], data: st.DataObject) -> None:
    known = [member(firing) for firing in values]
    n = data.draw(st.integers(1, len(values)))
    assert value(AtLeast(n, tuple(known)), NOTHING) == sorted(values, reverse=True)[n - 1]
    assert value(All(tuple(known)), NOTHING) == min(values)
    assert value(Any(tuple(known)), NOTHING) == max(values)


NOTHING = Facts()


def member(firing: Firing) -> Condition:
    """A condition that has this value where nothing is known."""
    unknown = {OPEN: Is("a", "present"), AWAITS_EXAMINATION: Is("d", "present"), AWAITS_TEST: Is("f", "present")}
    decided = {TRUE: Compare("p", ">=", Count(-(2**52))), FALSE: Compare("p", "<", Count(-(2**52)))}
    return {**unknown, **decided}[firing]


@given(conditions, facts())
def test_strong_kleene_is_the_same_chain_with_the_middle_merged(condition: Condition, known: Facts) -> None:
    merged = {FALSE: 0, AWAITS_TEST: 1, AWAITS_EXAMINATION: 1, OPEN: 1, TRUE: 2}
    assert merged[value(condition, known)] == kleene(condition, known)


def kleene(condition: Condition, known: Facts) -> int:
    """Three values, and `not` as it stands in the books: no normal form."""
    match condition:
        case Is(name=name, value=said) if name in MEANS:
            worth = kleene(MEANS[name], known)
            return worth if said == "present" else 2 - worth
        case Is() | Compare():
            return (
                2 if holds(condition, known) else 0 if holds(negation_normal_form(condition, negate=True), known) else 1
            )
        case Not(of=of):
            return 2 - kleene(of, known)
        case All(of=of):
            return min(kleene(one, known) for one in of)
        case Any(of=of):
            return max(kleene(one, known) for one in of)
        case AtLeast(n=n, of=of):
            return sorted((kleene(one, known) for one in of), reverse=True)[n - 1]


# ---------------------------------------------------------------- normal form and rails


@given(conditions, facts())
def test_negation_normal_form_keeps_the_value(condition: Condition, known: Facts) -> None:
    assert value(negation_normal_form(condition), known) == value(condition, known)


@given(conditions)
def test_negation_normal_form_has_no_not_and_is_its_own_normal_form(condition: Condition) -> None:
    normal = negation_normal_form(condition)
    assert "Not(" not in repr(normal)
    assert negation_normal_form(normal) == normal
    assert names(normal) == names(condition)


@given(conditions)
def test_negating_twice_is_the_normal_form(condition: Condition) -> None:
    assert negation_normal_form(negation_normal_form(condition, negate=True), negate=True) == negation_normal_form(
        condition
    )
    assert negation_normal_form(Not(Not(condition))) == negation_normal_form(condition)


@given(conditions)
def test_the_rails_of_a_negation_are_the_rails_exchanged(condition: Condition) -> None:
    one, other = rails(condition), rails(Not(condition))
    assert (one.true, one.false) == (other.false, other.true)


@given(st.lists(conditions, min_size=1, max_size=4).map(tuple))
def test_de_morgan_holds_on_the_rails(of: tuple[Condition, ...]) -> None:
    falses, trues = tuple(rails(one).false for one in of), tuple(rails(one).true for one in of)
    assert rails(All(of)).false == Any(falses)
    assert rails(Any(of)).false == All(falses)
    assert rails(Not(All(of))).true == Any(falses)
    assert rails(Not(Any(of))).true == All(falses)
    assert rails(All(of)).true == All(trues)
    for n in range(1, len(of) + 1):
        assert rails(AtLeast(n, of)).false == AtLeast(len(of) - n + 1, falses)


@given(conditions, facts())
def test_never_are_both_rails_true_and_a_rail_holds_exactly_where_the_value_is_decided(
    condition: Condition, known: Facts
) -> None:
    both = rails(condition)
    true, false = holds(both.true, known), holds(both.false, known)
    assert not (true and false)
    assert true == (value(condition, known) is TRUE)
    assert false == (value(condition, known) is FALSE)


@given(conditions, facts())
def test_a_negation_is_decided_the_other_way_and_open_where_the_condition_is(
    condition: Condition, known: Facts
) -> None:
    one, other = value(condition, known), value(Not(condition), known)
    assert (one is TRUE, one is FALSE, one.decided) == (other is FALSE, other is TRUE, other.decided)


@given(conditions)
def test_a_condition_is_positive_where_its_normal_form_names_nothing_absent(condition: Condition) -> None:
    normal = negation_normal_form(condition)
    absent = any(isinstance(leaf, Is) and leaf.value == "absent" for leaf in leaves(normal))
    assert positive(condition) == (not absent)


@given(conditions.filter(positive), facts(), st.sampled_from(FINDINGS))
def test_what_is_positive_is_never_undone_by_something_present(condition: Condition, known: Facts, name: str) -> None:
    assume(not {leaf.name for leaf in leaves(condition)} & MEANS.keys())
    more = Facts({**known.findings, name: True}, known.quantities)
    if value(condition, known) is TRUE:
        assert value(condition, more) is TRUE


# ---------------------------------------------------------------- counting


@given(members(conditions), facts())
def test_at_least_one_is_any_and_at_least_all_is_all(of: tuple[Condition, ...], known: Facts) -> None:
    assert value(AtLeast(1, of), known) == value(Any(of), known)
    assert value(AtLeast(len(of), of), known) == value(All(of), known)


@given(members(conditions), facts())
def test_to_ask_for_more_is_never_worth_more(of: tuple[Condition, ...], known: Facts) -> None:
    worth = [value(AtLeast(n, of), known) for n in range(1, len(of) + 1)]
    assert worth == sorted(worth, reverse=True)


@given(members(conditions), facts(), st.data())
def test_not_at_least_n_is_at_least_the_rest_and_one_of_the_negations(
    of: tuple[Condition, ...], known: Facts, data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(of)))
    dual = AtLeast(len(of) - n + 1, tuple(Not(one) for one in of))
    assert value(Not(AtLeast(n, of)), known) == value(dual, known)


@given(members(conditions), facts(), st.randoms(use_true_random=False))
def test_the_order_of_members_is_irrelevant(of: tuple[Condition, ...], known: Facts, random: object) -> None:
    shuffled = list(of)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for one, other in ((All(of), All(tuple(shuffled))), (Any(of), Any(tuple(shuffled)))):
        assert value(one, known) == value(other, known)
    assert value(AtLeast(len(of), of), known) == value(AtLeast(len(of), tuple(shuffled)), known)


@given(conditions, facts())
def test_a_condition_with_itself_is_worth_no_more_and_no_less(condition: Condition, known: Facts) -> None:
    assert (
        value(All((condition, condition)), known)
        == value(Any((condition, condition)), known)
        == value(condition, known)
    )


# ---------------------------------------------------------------- learning


@given(conditions, lessons())
def test_to_learn_something_never_moves_what_is_decided(condition: Condition, lesson: tuple[Facts, Facts, str]) -> None:
    before, after, _ = lesson
    if value(condition, before).decided:
        assert value(condition, after) is value(condition, before)


@given(conditions, lessons())
def test_to_learn_something_never_raises_a_value_past_what_learning_it_could_raise(
    condition: Condition, lesson: tuple[Facts, Facts, str]
) -> None:
    """History raises nothing to OPEN, an examination nothing to AWAITS_EXAMINATION, a test nothing to AWAITS_TEST."""
    before, after, name = lesson
    earlier, later = value(condition, before), value(condition, after)
    for rung in (AWAITS_TEST, AWAITS_EXAMINATION, OPEN):
        if rung <= OPENNESS[name] and earlier < rung:
            assert later < rung


@given(conditions, lessons())
def test_to_narrow_a_quantity_changes_nothing_that_it_does_not_decide(
    condition: Condition, lesson: tuple[Facts, Facts, str]
) -> None:
    before, after, name = lesson
    compared = [leaf for leaf in leaves(condition) if leaf.name == name] or [Is(name, "present")]
    reached = {leaf.name for leaf in leaves(condition)} & MEANS.keys()
    if (
        name in QUANTITIES
        and not reached
        and all(value(leaf, before) == value(leaf, after) for leaf in compared if isinstance(leaf, Compare))
    ):
        assert value(condition, after) == value(condition, before)


@given(conditions)
def test_where_everything_is_known_everything_is_decided(condition: Condition) -> None:
    known = Facts(dict.fromkeys(FINDINGS, False) | {"a": True, "f": True}, dict.fromkeys(QUANTITIES, (3, 3)))
    assert value(condition, known).decided


@given(conditions)
def test_where_nothing_is_known_nothing_is_decided(condition: Condition) -> None:
    assert not value(condition, NOTHING).decided


@pytest.mark.parametrize(
    ("comparator", "limit", "ends", "expected"),
    [
        (">=", 5, (5, 9), TRUE),
        (">=", 5, (4, 5), AWAITS_TEST),
        (">=", 5, (1, 4), FALSE),
        (">", 5, (6, 9), TRUE),
        (">", 5, (5, 6), AWAITS_TEST),
        (">", 5, (1, 5), FALSE),
        ("<=", 5, (1, 5), TRUE),
        ("<=", 5, (5, 6), AWAITS_TEST),
        ("<=", 5, (6, 9), FALSE),
        ("<", 5, (1, 4), TRUE),
        ("<", 5, (4, 5), AWAITS_TEST),
        ("<", 5, (5, 9), FALSE),
    ],
)
def test_a_comparison_that_an_interval_straddles_is_unknown(
    comparator: str, limit: int, ends: tuple[int, int], expected: Firing
) -> None:
    leaf = Compare("r", comparator, Count(limit))  # type: ignore[arg-type]
    assert value(leaf, Facts({}, {"r": ends})) is expected


@given(st.sampled_from(QUANTITIES), st.integers(-1, 7), intervals)
def test_less_is_the_negation_of_at_least_and_both_agree_at_the_limit(
    name: str, limit: int, ends: tuple[int, int]
) -> None:
    known = Facts({}, {name: ends})
    for one, other in ((">=", "<"), (">", "<=")):
        pair = [value(Compare(name, comparator, Count(limit)), known) for comparator in (one, other)]  # type: ignore[arg-type]
        assert pair in ([TRUE, FALSE], [FALSE, TRUE], [OPENNESS[name]] * 2)


@given(facts(), st.sampled_from(tuple(MEANS)))
def test_a_derived_finding_is_worth_what_it_means_and_has_no_kind_of_its_own(known: Facts, name: str) -> None:
    assert value(Is(name, "present"), known) == value(MEANS[name], known)
    assert value(Is(name, "absent"), known) == value(Not(MEANS[name]), known)


# ---------------------------------------------------------------- the program


def program(rules: Mapping[str, Condition]) -> Program:
    return Program(FINDINGS, QUANTITIES, OPENNESS, MEANS, rules)


@given(facts())
def test_facts_are_encoded_each_in_its_own_slots(known: Facts) -> None:
    whole = program({})
    vector = whole.encode(known)
    assert len(vector) == len(FINDINGS) + 2 * len(QUANTITIES) + len(MEANS)
    assert len(set(whole.slots.values())) == len(whole.slots)
    states = {None: 0, True: 1, False: 2}
    assert [vector[whole.slots[name]] for name in FINDINGS] == [states[known.findings.get(name)] for name in FINDINGS]
    for name in QUANTITIES:
        slot = whole.slots[name]
        assert (vector[slot], vector[slot + 1]) == known.quantities.get(name, (-(2**52), 2**52))
    assert whole.encode(NOTHING) == program({}).encode(Facts())


def test_derivations_come_after_what_they_rest_on_and_each_stage_rests_on_earlier_ones() -> None:
    whole = program({"rule": Is("z", "present")})
    assert whole.derivation_order == ("x", "y", "z")
    assert whole.stages == (("x",), ("y",), ("z",))
    assert whole.names == ("x", "y", "z", "rule")
    assert whole.bits == {"x": 1, "y": 2, "z": 4, "rule": 8}


@given(st.integers(0, 15))
def test_bits_are_names_and_names_are_bits(mask: int) -> None:
    whole = program({"rule": Is("a", "present")})
    assert sum(whole.bits[name] for name in whole.decode(mask)) == mask


# ---------------------------------------------------------------- English


@given(conditions)
def test_english_names_every_leaf_in_order_and_every_bracket_is_closed(condition: Condition) -> None:
    said: list[str] = []

    def say(leaf: object) -> str:
        said.append(f"<{len(said)}>")
        return said[-1]

    text = in_english(condition, say)
    assert len(said) == len(list(leaves(condition)))
    assert all(text.index(one) < text.index(other) for one, other in pairwise(said))
    assert text.count("(") == text.count(")")
    assert " not " not in f" {text} "
