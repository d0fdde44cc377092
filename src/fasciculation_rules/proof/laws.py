"""The laws of the range, of discharge and of what is shown (DESIGN section 5), asked of all patients at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.vocabulary import Kind
from fasciculation_rules.proof.cells import normal_limits
from fasciculation_rules.proof.circuit import FALSE, TRUE, Wire
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.subject import Subject

HISTORY = (Firing.OPEN,)
EXAMINATION = (Firing.OPEN, Firing.AWAITS_EXAMINATION)
EVERYTHING = (Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
_BOUNDS = (Firing.TRUE, *EVERYTHING)


def discharges(subject: Subject) -> tuple[str, ...]:
    """The derived findings that discharge a rule."""
    named = (rule.then.discharged_by for rule in subject.ruleset.escalations.values())
    return tuple(dict.fromkeys(name for name in named if name is not None))


def rungs_above(subject: Subject, rung: str) -> tuple[str, ...]:
    """Rungs above one, ascending."""
    ladder = subject.ruleset.outcomes.ladder
    return ladder[ladder.index(rung) + 1 :]


def never_lowered(subject: Subject) -> Iterator[Question]:
    """A rung is lost only where a discharge came true, and then not below the rung of discharge."""
    now, later = subject.now, subject.later
    circuit = subject.circuit
    discharged = circuit.some([circuit.every((later.true(name), -now.true(name))) for name in discharges(subject)])
    for rung in subject.ruleset.outcomes.ladder[1:]:
        lost = (subject.learned(EVERYTHING), now.reaches(rung), -later.reaches(rung))
        lowest = subject.ruleset.rank[rung] <= subject.ruleset.rank[DISCHARGED_TO]
        excused = () if lowest else (-discharged,)
        yield Question(rung, (*lost, *excused), (now, later))


def urgent_is_never_lowered(subject: Subject) -> Iterator[Question]:
    """Above the highest rung of a minor rule nothing is lost at all, discharged or not."""
    now, later = subject.now, subject.later
    rank = subject.ruleset.rank
    minors = [rule.then.urgency for rule in subject.ruleset.escalations.values() if rule.class_ == "minor"]
    highest = max(minors, key=rank.__getitem__, default=subject.ruleset.outcomes.ladder[0])
    for rung in rungs_above(subject, highest):
        yield Question(rung, (subject.learned(EVERYTHING), now.reaches(rung), -later.reaches(rung)), (now, later))


def bounds_in_order(subject: Subject) -> Iterator[Question]:
    """at_least, at_most, after_examination, after_tests never descend."""
    now = subject.now
    for lower, upper in pairwise(_BOUNDS):
        for rung in subject.ruleset.outcomes.ladder[1:]:
            about = f"{rung}, {_words(lower)} and {_words(upper)}"
            yield Question(about, (now.reaches(rung, lower), -now.reaches(rung, upper)), (now,))


def never_raised(bound: Firing, by: tuple[Firing, ...]) -> Callable[[Subject], Iterator[Question]]:
    """Learning what is worth `by` never raises this bound."""

    def questions(subject: Subject) -> Iterator[Question]:
        now, later = subject.now, subject.later
        for rung in subject.ruleset.outcomes.ladder[1:]:
            raised = (subject.learned(by), later.reaches(rung, bound), -now.reaches(rung, bound))
            yield Question(rung, raised, (now, later))

    return questions


def what_fires_stays(subject: Subject) -> Iterator[Question]:
    """Of every rule and derived finding, both rails."""
    now, later, names = subject.now, subject.later, subject.ruleset.program.names
    for told, worth in (("fires", Reading.true), ("is ruled out", Reading.false)):
        lost = subject.circuit.some(subject.circuit.every((worth(now, name), -worth(later, name))) for name in names)
        yield Question(told, (subject.answered(now.ruleset.program.openness), lost), (now, later))


def denials_never_raise(subject: Subject) -> Iterator[Question]:
    """Nothing new is present, and no quantity known that was not."""
    now, later, circuit = subject.now, subject.later, subject.circuit
    present = now.patient.present
    denied = circuit.every(
        [
            subject.answered(now.patient.present),
            *(circuit.implies(later.patient.present[name], wire) for name, wire in present.items()),
        ]
    )
    for bound in (Firing.TRUE, Firing.OPEN):
        for rung in subject.ruleset.outcomes.ladder[1:]:
            raised = (denied, later.reaches(rung, bound), -now.reaches(rung, bound))
            yield Question(f"{rung}, {_words(bound)}", raised, (now, later))


def settled_stands(subject: Subject) -> Iterator[Question]:
    """No further history raises a settled urgency."""
    now, later = subject.now, subject.later
    for rung in subject.ruleset.outcomes.ladder[1:]:
        raised = (now.settled, subject.learned(HISTORY), later.reaches(rung), -now.reaches(rung))
        yield Question(rung, raised, (now, later))


def no_self_care_under_a_red_flag(subject: Subject) -> Iterator[Question]:
    """The list of red flags is the vocabulary's."""
    now = subject.now
    for name in subject.ruleset.vocabulary.red_flags:
        yield Question(name, (-now.shows(rungs_above(subject, "self_care")[0]), now.patient.present[name]), (now,))


def no_self_care_before_the_screen(subject: Subject) -> Iterator[Question]:
    """Every question of the screen has to be answered first."""
    now = subject.now
    for name in subject.ruleset.vocabulary.screen:
        yield Question(name, (-now.shows(rungs_above(subject, "self_care")[0]), -now.known(name)), (now,))


def screen_is_complete(subject: Subject) -> Iterator[Question]:
    """Everything denied, age, sex and durations known, nothing found: settled, and no higher than routine.

    A duration is known together with what lasted: a lid's three months, while nobody says whether a lid twitches,
    leave a question open that only a question answers.
    """
    now, circuit = subject.now, subject.circuit
    clear = circuit.every([now.patient.absent[name] for name in subject.ruleset.vocabulary.screen])
    points = [wire for name in subject.times for wire in (exactly(subject, name), _told(subject, name))]
    times = circuit.every(points)
    listed = circuit.every([_one_value(subject, name) for name in subject.ruleset.vocabulary.findings])
    quiet = circuit.every([*_no_sign_or_test(subject)])
    given = (clear, times, listed, quiet)
    yield Question("at_least", (*given, now.reaches(rungs_above(subject, DISCHARGED_TO)[0])), (now,))
    for rung in subject.ruleset.outcomes.ladder[1:]:
        yield Question(f"at_most, {rung}", (*given, now.reaches(rung, Firing.OPEN), -now.reaches(rung)), (now,))


def a_general_yes(subject: Subject) -> Iterator[Question]:
    """One general question answered yes, and nothing else known."""
    now, vocabulary = subject.now, subject.ruleset.vocabulary
    for name in vocabulary.screen:
        alone = nothing_but(subject, (name, *subject.ruleset.closure.generals[name]), ())
        if name == "motor_function_loss":
            yield Question(name, (now.patient.present[name], -now.reaches("urgent_2w")), (now,))
        else:
            yield Question(name, (alone, now.patient.present[name], now.reaches("urgent_2w")), (now,))


def age_and_duration_alone(subject: Subject) -> Iterator[Question]:
    """No finding present, no measurement known: time alone is at most routine."""
    now, ruleset = subject.now, subject.ruleset
    listed = [name for name in ruleset.program.findings if "=" in name]
    alone = nothing_but(subject, listed, subject.times)
    yield Question("any", (alone, now.reaches(rungs_above(subject, DISCHARGED_TO)[0])), (now,))


def minors_never_add_up(subject: Subject) -> Iterator[Question]:
    """Without a red-flag rule nothing is above the rung of a general practitioner soon."""
    now = subject.now
    red = [name for name, rule in subject.ruleset.escalations.items() if rule.class_ == "red_flag"]
    yield Question("any", (-now.any_true(red), now.reaches("urgent_2w")), (now,))


def discharge_needs_every_denial(subject: Subject) -> Iterator[Question]:
    """Whoever is discharged has denied every red flag of kind history or visible."""
    now, vocabulary = subject.now, subject.ruleset.vocabulary
    asked = [name for name in vocabulary.red_flags if vocabulary.findings[name].kind in (Kind.HISTORY, Kind.VISIBLE)]
    for derived in discharges(subject):
        for name in asked:
            yield Question(f"{derived}, {name}", (now.true(derived), -now.patient.absent[name]), (now,))


def discharge_reaches_routine(subject: Subject) -> Iterator[Question]:
    """A rule that fires and is discharged still counts as the rung of discharge."""
    now, rank = subject.now, subject.ruleset.rank
    for name, rule in subject.ruleset.escalations.items():
        if rule.then.discharged_by and rank[rule.then.urgency] >= rank[DISCHARGED_TO]:
            yield Question(name, (now.true(name), -now.reaches(DISCHARGED_TO)), (now,))


def advice_is_withheld(subject: Subject) -> Iterator[Question]:
    """What one rule withholds, another may not give."""
    now = subject.now
    for name, rule in subject.ruleset.plans.items():
        if rule.then.advise is not None:
            for against in rule.then.unless_contraindicated:
                given = (now.advises(rule.then.advise), now.patient.present[against])
                yield Question(f"{name}, {against}", given, (now,))


def tight(subject: Subject) -> Iterator[Question]:
    """Where every value that an unknown quantity can have reaches a rung, so does not knowing it."""
    now, circuit, ruleset = subject.now, subject.circuit, subject.ruleset
    for name in ruleset.program.quantities:
        valued = [subject.with_quantity(now, name, first, last) for first, last in subject.cells[name]]
        if len(valued) < 2:
            continue
        excluded = _bloods_forbid(subject, name, tuple(subject.cells[name]))
        for rung in ruleset.outcomes.ladder[1:]:
            every = [
                circuit.some((reading.reaches(rung), forbidden))
                for reading, forbidden in zip(valued, excluded, strict=True)
            ]
            wires = (-now.patient.known[name], -now.reaches(rung), *every)
            yield Question(f"{name}, {rung}", wires, (now,))


# ---------------------------------------------------------------- pieces


def nothing_but(subject: Subject, findings: Iterable[str], quantities: Iterable[str]) -> Wire:
    """No other finding is present, and no other quantity known."""
    patient = subject.now.patient
    findings, quantities = set(findings), set(quantities)
    others = [-wire for name, wire in patient.present.items() if name not in findings]
    return subject.circuit.every(others + [-wire for name, wire in patient.known.items() if name not in quantities])


def exactly(subject: Subject, name: str) -> Wire:
    """Whether a quantity is known well enough that no cut point straddles it."""
    patient = subject.now.patient
    sides = [
        subject.circuit.some((patient.start[name, cut], patient.end[name, cut])) for cut in subject.cells[name].cuts
    ]
    return subject.circuit.every([patient.known[name], *sides])


def _told(subject: Subject, name: str) -> Wire:
    """Whether it is known of the family of a duration that something of it is there, or that nothing is."""
    vocabulary, patient, circuit = subject.ruleset.vocabulary, subject.now.patient, subject.circuit
    family = vocabulary.quantities[name].family
    related = [other for other, finding in vocabulary.findings.items() if finding.family == family and family]
    there = circuit.some([patient.present[other] for other in related])
    return circuit.some((there, circuit.every([patient.absent[other] for other in related])))


def _one_value(subject: Subject, name: str) -> Wire:
    values = subject.ruleset.vocabulary.findings[name].values
    present = [subject.now.patient.present[f"{name}={value}"] for value in values]
    return subject.circuit.some(present) if values else TRUE


def _no_sign_or_test(subject: Subject) -> Iterator[Wire]:
    """No elicited sign or result present but a summary that says normal, and no measurement known."""
    vocabulary, openness, patient = subject.ruleset.vocabulary, subject.ruleset.program.openness, subject.now.patient
    for name, wire in patient.present.items():
        if openness[name] is not Firing.OPEN and not vocabulary.is_summary(name):
            yield -wire
    for name, wire in patient.known.items():
        if openness[name] is not Firing.OPEN:
            yield -wire


def _bloods_forbid(subject: Subject, name: str, cells: tuple[tuple[int, int], ...]) -> list[Wire]:
    """For each cell, whether normal bloods speak against it."""
    limits, present = normal_limits(subject.ruleset, name), subject.now.patient.present
    if not limits or BLOODS not in present:
        return [FALSE] * len(cells)
    return [present[BLOODS] if last < limits[0] or first >= limits[1] else FALSE for first, last in cells]


def _words(bound: Firing) -> str:
    return {
        Firing.TRUE: "at_least",
        Firing.OPEN: "at_most",
        Firing.AWAITS_EXAMINATION: "after_examination",
        Firing.AWAITS_TEST: "after_tests",
    }[bound]
