"""What a call tells of one person, read once: the case, its assessment, and what the card policy looks at."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.disposition import screen_of
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.exchange.fhir.from_fhir import from_fhir, identity_digest
from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.imported import Imported
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.server.call import Call
from fasciculation_rules.server.freshness import entered_days, entry_findings, fresh_part, screened_since_entry
from fasciculation_rules.server.policy import Situation
from fasciculation_rules.server.prefetch import Gathered
from fasciculation_rules.server.referrals import is_about, outcomes_of, under_way
from fasciculation_rules.server.serving import Serving

KNOWN_CAUSES = ("known_mnd", "known_inflammatory_neuropathy")
"""Established diagnoses whose own team follows the twitching: motor neurone disease and the immune neuropathies."""

PRESSING = ("same_day", "emergency")
_ALS = "amyotrophic_lateral_sclerosis"
_NAMES_OF_ALS = ("motor neuron", "amyotrophic", "mnd", "als ")
"""A letter that names the suspicion has one of these; `motor neuron` is the beginning of both spellings."""


@dataclass(frozen=True)
class Person:
    """One person as the record tells, on the day of the call. `left` are the screen items that nobody answered."""

    imported: Imported
    today: datetime.date
    facts: Facts
    left: tuple[str, ...]


def read_person(call: Call, gathered: Gathered, serving: Serving, key: bytes, at: datetime.datetime) -> Person:
    """The person of a call, as of the time of the service's own clock.

    Raises FhirError where the data are no FHIR.
    """
    ruleset = serving.ruleset
    imported = from_fhir(
        [*gathered.documents.values(), *(_entered(each, at.astimezone(serving.zone)) for each in call.entered)],
        as_of=at,
        time_zone=serving.zone,
        mapping=serving.mapping,
        ruleset=ruleset,
        patient=call.patient,
        key=key,
    )
    today, case = imported.report.on, imported.case
    findings = close(admit(case, ruleset, on=today, reconcile=True), case, ruleset, reconcile=True)
    return Person(imported, today, findings.facts, screen_of(findings, Tables.of(ruleset)).unanswered)


def _entered(problem: Json, at: datetime.datetime) -> Json:
    """A problem that is just being entered, which many clients send before it has the date of today."""
    return problem if problem.get("recordedDate") else {**problem, "recordedDate": at.date().isoformat()}


def last_recorded(person: Person, ruleset: Ruleset) -> dict[str, datetime.date]:
    """The day of the newest record of each screen item that is too old to count, or of something that implies it."""
    found: dict[str, datetime.date] = {}
    for origin in person.imported.provenance:
        given = person.imported.case.given.get(origin.item)
        if origin.date is not None and given is not None and given.value == "present":
            for name in set(ruleset.closure.close({origin.item: True})) & set(person.left):
                found[name] = max(origin.date, found.get(name, origin.date))
    return found


def may_come_in(person: Person, ruleset: Ruleset) -> bool:
    """Whether the entry criterion could be true: it is positive, so that something of it has to be present.

    What cannot come in is told apart here, before any rule runs: that is nearly everybody.
    """
    names = entry_findings(ruleset)
    return any(person.facts.findings.get(name) for name in names) or not names.isdisjoint(ruleset.vocabulary.derived)


@dataclass(frozen=True)
class Looked:
    """One person with the answer of the rules. `drafted` and `on_record` are what orders ask for in our words."""

    person: Person
    assessment: Assessment
    drafted: frozenset[str]
    on_record: frozenset[str]


def look(person: Person, call: Call, gathered: Gathered, serving: Serving) -> Looked:
    """The answer of the rules, with what is ordered already.

    Raises EngineDisagreementError where the engines differ.
    """
    days, orders = serving.site.windows.referral_days, serving.orders
    return Looked(
        person=person,
        assessment=assess(person.imported.case, serving.ruleset, on=person.today, reconcile=True),
        drafted=frozenset[str]().union(*(outcomes_of(each, orders) for each in drafts_of(call))),
        on_record=frozenset(under_way(gathered.resources["referrals"], call.patient, orders, person.today, days)),
    )


def drafts_of(call: Call) -> list[Json]:
    """The draft orders that are not said to be of somebody else."""
    return [each for each in call.drafts if "subject" not in each or is_about(each, call.patient)]


def situation_of(seen: Looked, call: Call, gathered: Gathered, serving: Serving, key: bytes) -> Situation:
    """What the card policy looks at."""
    assessment, ruleset = seen.assessment, serving.ruleset
    referrals = {f"destination.{name}" for name in assessment.disposition.refer}
    return Situation(
        moment=call.moment,
        entry=assessment.scope.entry,
        deceased=seen.person.imported.report.deceased,
        under_16=any(notice.code == "outside-scope" for notice in assessment.scope.notices),
        known_cause=any(_is_present(seen.person.imported, name) for name in KNOWN_CAUSES),
        at_least=assessment.urgency.at_least,
        fresh=_fresh_rung(seen, gathered, serving, key),
        screen_finished=not seen.person.left,
        screened_since_entry=screened_since_entry(seen.person.imported, ruleset, seen.person.today),
        entered_days=entered_days(seen.person.imported, ruleset, seen.person.today),
        referred=not referrals.isdisjoint(seen.on_record),
        ordered=not referrals.isdisjoint(seen.drafted) and _names_the_suspicion(drafts_of(call), assessment),
    )


def _is_present(imported: Imported, name: str) -> bool:
    given = imported.case.given.get(name)
    return given is not None and given.value == "present"


def _fresh_rung(seen: Looked, gathered: Gathered, serving: Serving, key: bytes) -> str:
    """What fresh data alone reach, never above what all data reach. Only worked out where it matters."""
    at_least = seen.assessment.urgency.at_least
    if at_least not in PRESSING:
        return at_least
    here = {identity_digest(each, key) for each in _of_this_encounter(gathered)}
    fresh = fresh_part(seen.person.imported, serving.ruleset, seen.person.today, serving.site.windows, here)
    reached = assess(fresh, serving.ruleset, on=seen.person.today, reconcile=True).urgency.at_least
    return min(reached, at_least, key=serving.ruleset.rank.__getitem__)


def _of_this_encounter(gathered: Gathered) -> set[str]:
    """What tells the diagnoses of this encounter from all other resources: they are fresh, however long it lasts."""
    entries = objects_of(gathered.documents.get("diagnoses", {}).get("entry"))
    return {Entry.of(object_of(each.get("resource")), text_of(each.get("fullUrl"))).key for each in entries}


def _names_the_suspicion(drafts: Iterable[Json], assessment: Assessment) -> bool:
    """Whether the letter says what is suspected, where motor neurone disease is among what speaks for itself."""
    if not any(each.condition == _ALS and each.standing == "supported" for each in assessment.differential):
        return True
    words = " ".join(f"{_words_of(each)} " for each in drafts).lower()
    return any(name in words for name in _NAMES_OF_ALS)


def _words_of(order: Json) -> str:
    concepts = [each for name in ("reasonCode", "reason", "note") for each in objects_of(order.get(name))]
    said = [text_of(each.get("text")) for each in concepts]
    said += [text_of(code.get("display")) for each in concepts for code in objects_of(each.get("coding"))]
    return " ".join(said)
