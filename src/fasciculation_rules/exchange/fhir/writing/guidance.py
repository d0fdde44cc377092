"""What was answered, for machines: the guidance itself, its urgency, and what would have to be known."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.exchange.fhir.elements import Json, concept, item_concept, narrative, notes, outcome
from fasciculation_rules.exchange.fhir.writing.answer import Answer
from fasciculation_rules.exchange.fhir.writing.rungs import SEVERITY
from fasciculation_rules.exchange.systems import RULES
from fasciculation_rules.model.assessment import Sentence


def add_guidance(answer: Answer, result: Json) -> Json:
    """The GuidanceResponse: settled, or what would have to be asked, examined or tested to settle it."""
    of = answer.of
    open_ = not of.disposition.settled
    return answer.into.add(
        "GuidanceResponse",
        "guidance",
        text=narrative(str(of)),
        moduleCanonical=answer.plan,
        status="data-required" if open_ else "success",
        subject=answer.into.subject,
        occurrenceDateTime=answer.into.at,
        performer=answer.device,
        note=[*answer.spoken, *notes(*(f"{each.message}." for each in (*of.scope.notices, *of.notices)))],
        outputParameters=_add_parameters(answer),
        result=result,
        dataRequirement=list(_required(answer)) if open_ else None,
    )


def _add_parameters(answer: Answer) -> Json:
    """The range of the urgency: for machines, because an upper bound is no fear to print."""
    u, shown = answer.of.urgency, answer.of.disposition
    codes = {
        "rung": shown.rung,
        "at-least": u.at_least,
        "at-most": u.at_most,
        "after-examination": u.after_examination,
        "after-tests": u.after_tests,
    }
    flags = {"settled": shown.settled, "time-critical": shown.time_critical, "entry": answer.of.scope.entry}
    return answer.into.add(
        "Parameters",
        "output",
        parameter=[
            *({"name": name, "valueCode": code} for name, code in codes.items()),
            *({"name": name, "valueBoolean": flag} for name, flag in flags.items() if flag is not None),
        ],
    )


def _required(answer: Answer) -> Iterator[Json]:
    """A requirement for each open question, then each sign and result, in the order in which to ask."""
    of = answer.of
    asked = [question.item for question in of.questions]
    for name in (*asked, *(check.item for check in (*of.examinations, *of.tests))):
        codes = item_concept(name, answer.ruleset)["coding"]
        yield {
            "type": "Observation",
            "mustSupport": ["code", "value[x]", "effective[x]"],
            "codeFilter": [{"path": "code", "code": codes}],
        }


def add_risk(answer: Answer) -> Json:
    """The RiskAssessment: a rung, and never a probability."""
    of = answer.of
    rung = outcome("urgency", of.disposition.rung, of.disposition.label)
    because = [each.sentence for each in of.explanation if each.kind in ("escalation", "floor")]
    return answer.into.add(
        "RiskAssessment",
        "urgency",
        text=narrative(f"{of.disposition.label}.", *because, answer.speaker),
        status="final" if of.disposition.settled else "preliminary",
        code=concept("How soon this person may need to be assessed"),
        subject=answer.into.subject,
        occurrenceDateTime=answer.into.at,
        performer=answer.device,
        basis=list(answer.statements(name for each in of.explanation for name in each.findings)),
        prediction=[
            {
                "outcome": concept("A cause of muscle twitching that may need assessment within this time"),
                "qualitativeRisk": concept(of.disposition.label, rung),
                **({"rationale": " ".join(because)} if because else {}),
            }
        ],
        note=answer.spoken,
    )


def add_issues(answer: Answer) -> list[Json]:
    """A DetectedIssue for each red flag that fired, with what it rests on."""
    flags = {name for name, rule in answer.ruleset.escalations.items() if rule.class_ == "red_flag"}
    return [_add_issue(answer, each) for each in answer.of.explanation if each.rule in flags]


def _add_issue(answer: Answer, said: Sentence) -> Json:
    rule = answer.ruleset.escalations[said.rule]
    sources = [answer.ruleset.references.sources[each.cite].url for each in said.citations]
    evidence = [
        {"code": [item_concept(name, answer.ruleset)], **({"detail": detail} if detail else {})}
        for name in said.findings
        if name not in said.absent
        for detail in [list(answer.statements([name]))]
    ]
    return answer.into.add(
        "DetectedIssue",
        said.rule,
        text=narrative(said.sentence, answer.speaker),
        identifier=[{"system": RULES, "value": said.rule}],
        status="final",
        code=concept(rule.title),
        severity=SEVERITY.get(rule.then.urgency),
        patient=answer.into.subject,
        identifiedDateTime=answer.into.at,
        author=answer.device,
        evidence=evidence,
        detail=f"{said.sentence} {answer.speaker}",
        reference=next((url for url in sources if url), None),
    )
