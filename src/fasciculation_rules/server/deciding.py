"""The straight line of one call: the record in, the situation, the verdict, the card, and the record of all of it."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from fasciculation_rules.audit.record import Record, record_of, with_beside
from fasciculation_rules.exchange.systems import system_of
from fasciculation_rules.model.assessment import Sentence
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.imported import Origin
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site import Mode
from fasciculation_rules.server import wording
from fasciculation_rules.server.call import Call, codes_of
from fasciculation_rules.server.cards import Json, Place, card, nameless, response, suggestions
from fasciculation_rules.server.freshness import entry_findings
from fasciculation_rules.server.grounds import grounds, is_known_disease, is_recorded, words_of
from fasciculation_rules.server.memory import Memory, loudness
from fasciculation_rules.server.policy import Moment, Quiet, Show, Situation, Topic, Verdict, Why, verdict
from fasciculation_rules.server.prefetch import Gathered, check_patient, check_required
from fasciculation_rules.server.serving import Serving
from fasciculation_rules.server.silencing import is_silenced
from fasciculation_rules.server.situation import (
    Looked,
    Person,
    last_recorded,
    look,
    may_come_in,
    read_person,
    situation_of,
)
from fasciculation_rules.server.state import State


@dataclass(frozen=True)
class Decided:
    """One answer: its body, why there is no card, and who was read and looked at (None where nobody was)."""

    decision: str
    body: Json
    why: str = ""
    show: Show | None = None
    person: Person | None = None
    seen: Looked | None = None
    record: Record | None = None
    incomplete: tuple[str, ...] = ()


def needs_no_look(call: Call, serving: Serving) -> Why | None:
    """Why a call is answered before anything of the record is read, or None."""
    if serving.site.mode is Mode.OFF:
        return Why.OFF
    if call.moment is Moment.ORDERING and not any(_is_relevant(each, serving) for each in call.drafts):
        return Why.NO_ORDER
    return None


def _is_relevant(order: Json, serving: Serving) -> bool:
    return any((system_of(system), code) in serving.orders.watched for system, code in codes_of(order))


def without_a_look(call: Call, why: Why, person: Person | None = None, incomplete: tuple[str, ...] = ()) -> Decided:
    """The answer to a call that no rule was run for. Its id rests on the call alone, and it makes no record."""
    text = f"{call.instance}\0{call.hook}\0{why}"
    decision = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return Decided(decision, response([], why, incomplete), why, person=person, incomplete=incomplete)


def decide(call: Call, gathered: Gathered, serving: Serving, state: State, at: datetime.datetime) -> Decided:
    """The answer to one call. `at` is the time of the service's own clock.

    Raises Refused where no guidance is possible, FhirError where the data are no FHIR, and EngineDisagreementError
    where the engines differ.
    """
    check_required(gathered)
    check_patient(gathered, call)
    person = read_person(call, gathered, serving, state.key, at)
    if person.imported.report.deceased:
        return without_a_look(call, Why.DECEASED, person, gathered.incomplete)
    if not may_come_in(person, serving.ruleset):
        return without_a_look(call, Why.NO_ENTRY, person, gathered.incomplete)
    seen = look(person, call, gathered, serving)
    situation = situation_of(seen, call, gathered, serving, state.key)
    found = verdict(situation, screen_days=serving.site.windows.screen_days)
    found = _at_this_site(found, situation, seen, call, serving, state)
    record = _record(call, gathered, serving, seen, at)
    made = _card(found, call, gathered, serving, seen, situation.fresh, record.id) if isinstance(found, Show) else None
    live = serving.site.mode is Mode.LIVE
    why = str(found.why) if isinstance(found, Quiet) else "" if live else str(Why.SILENT)
    if serving.ledger is not None:
        record = with_beside(record, shown={"why": why, **({"card": nameless(made)} if made else {})})
    return Decided(
        decision=record.id,
        body=response([made] if made and live else [], why, gathered.incomplete),
        why=why,
        show=found if isinstance(found, Show) else None,
        person=person,
        seen=seen,
        record=record,
        incomplete=gathered.incomplete,
    )


def _at_this_site(
    found: Verdict, situation: Situation, seen: Looked, call: Call, serving: Serving, state: State
) -> Verdict:
    """What the site has set a floor for, silenced, or shown already."""
    if isinstance(found, Quiet):
        return found
    site, rank = serving.site, serving.ruleset.rank
    if site.lowest_rung is not None and rank[situation.at_least] < rank[site.lowest_rung]:
        return Quiet(Why.BELOW)
    rules = frozenset(name for name in seen.assessment.firings.fired if name in serving.ruleset.escalations)
    if is_silenced(state, hook=call.hook, topic=found.topic, rules=rules):
        return Quiet(Why.SILENCED)
    if site.mode is Mode.LIVE and site.remembers_cards:
        loud = loudness(found, situation.at_least, serving.ruleset)
        memory = Memory(state, site.site)
        if not memory.may_show(call.patient, call.instance, loud, seen.person.today, site.windows.repeat_days):
            return Quiet(Why.SHOWN)
    return found


# ---------------------------------------------------------------- the card


def _card(
    show: Show, call: Call, gathered: Gathered, serving: Serving, seen: Looked, fresh: str, decision: str
) -> Json:
    ruleset, assessment = serving.ruleset, seen.assessment
    place = Place(ruleset.version, serving.address, serving.orders)
    sentences = _reasons(seen, serving)
    case = seen.person.imported.case
    entry = [name for name in entry_findings(ruleset) if is_recorded(name, case)]
    lead = [name for name in _rest_on(sentences, case, ruleset) if name not in entry]
    named = [*sorted(entry), *lead]
    detail = wording.joined(
        (
            serving.stamp,
            *(() if show.row == 4 else _because(show, sentences, named, fresh, serving, seen)),
            f"Ruleset {ruleset.version}, {ruleset.about.review}. It advises clinicians and makes no diagnosis.",
            wording.unread(gathered.incomplete),
        )
    )
    named, days = [name for name in lead if not is_known_disease(name)], None
    if show.topic is Topic.STILL_SO:
        named, days = _oldest(_pressing(named, sentences, seen, serving), seen)
    summary = wording.summary(show, [words_of(name, case, ruleset) for name in named], wording.ago(days))
    taken = seen.drafted | seen.on_record
    return card(show, summary, detail, decision, place, suggestions(show, assessment, call, decision, place, taken))


def _because(
    show: Show, sentences: list[Sentence], named: list[str], fresh: str, serving: Serving, seen: Looked
) -> tuple[str, ...]:
    """What was recorded, what is advised, what of the screen was not recorded, and why."""
    ruleset, person = serving.ruleset, seen.person
    return (
        wording.recorded(named, person.imported, ruleset),
        "" if show.row == 2 else wording.advised(seen.assessment, fresh, ruleset),
        wording.not_recorded(person.left, last_recorded(person, ruleset), ruleset),
        wording.reasons(sentences),
    )


def _reasons(seen: Looked, serving: Serving) -> list[Sentence]:
    """Why the rung is what it is: the sentences of the escalations that reach it, then of the others."""
    rank, escalations = serving.ruleset.rank, serving.ruleset.escalations
    said = [each for each in seen.assessment.explanation if each.kind == "escalation" and each.rule in escalations]
    return sorted(said, key=lambda each: -rank[escalations[each.rule].then.urgency])


def _rest_on(sentences: Iterable[Sentence], case: Case, ruleset: Ruleset) -> list[str]:
    """What is recorded that these sentences rest on, each once."""
    return list(
        dict.fromkeys(name for each in sentences for known in each.findings for name in grounds(known, case, ruleset))
    )


def _pressing(names: list[str], sentences: list[Sentence], seen: Looked, serving: Serving) -> list[str]:
    """Those of the names on which the rung itself rests, not what is advised less urgently beside it."""
    ruleset, rung = serving.ruleset, seen.assessment.urgency.at_least
    highest = [each for each in sentences if ruleset.escalations[each.rule].then.urgency == rung]
    on = _rest_on(highest, seen.person.imported.case, ruleset)
    return [name for name in names if name in on] or names


def _oldest(names: list[str], seen: Looked) -> tuple[list[str], int | None]:
    """Those recorded longest ago, and how many days that is; what has no date counts as oldest."""
    dates = {each.item: each.date for each in seen.person.imported.provenance}
    undated = [name for name in names if dates.get(name) is None]
    if undated or not names:
        return undated, None
    first = min(date for name in names if (date := dates[name]) is not None)
    return [name for name in names if dates[name] == first], (seen.person.today - first).days


# ---------------------------------------------------------------- the record


def _record(call: Call, gathered: Gathered, serving: Serving, seen: Looked, at: datetime.datetime) -> Record:
    """The record of the decision, with where each item of its input comes from."""
    report = seen.person.imported.report
    return record_of(
        seen.person.imported.case,
        serving.ruleset,
        seen.assessment,
        at=at,
        reference=call.reference,
        on=seen.person.today,
        reconcile=True,
        reference_ok=True,  # a UUID, or a digest of what should have been one
        hook_instance=call.reference,
        beside={
            "site": {"name": serving.site.site, **serving.digests},
            "hook": call.hook,
            "provenance": [_plain(each) for each in seen.person.imported.provenance],
            "import": {
                "another_subject": report.another_subject,
                "known_codes": sum(each.count for each in report.known_codes),
                "unknown_codes": sum(each.count for each in report.unknown_codes),
                "incomplete": list(gathered.incomplete),
            },
        },
    )


def _plain(origin: Origin) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(origin).items() if value is not None}
