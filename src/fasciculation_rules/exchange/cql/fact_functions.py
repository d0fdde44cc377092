"""The functions of the library of facts: what one resource says, and what several together do."""

from __future__ import annotations

from fasciculation_rules.exchange.cql.writing import text
from fasciculation_rules.exchange.fhir.answers import ANSWERS
from fasciculation_rules.exchange.fhir.patient import OLDEST
from fasciculation_rules.exchange.fhir.statement import PRESENT
from fasciculation_rules.exchange.systems import CLINICAL_STATUS, ITEMS, UCUM, VALUES, VERIFICATION_STATUS

VERIFICATION, CLINICAL = text(VERIFICATION_STATUS), text(CLINICAL_STATUS)
_YES = ", ".join(text(f"{system}|{code}") for (system, code), said in ANSWERS.items() if said == PRESENT)
_NO = ", ".join(text(f"{system}|{code}") for (system, code), said in ANSWERS.items() if said != PRESENT)

FUNCTIONS: tuple[tuple[str, str], ...] = (
    (
        "A day that is known as such, and not ahead.",
        """define function "Day in"(moment DateTime):
  if day from moment is not null and date from moment <= "Day" then date from moment else null""",
    ),
    (
        "Whether a record still counts after so many days.",
        """define function "Counts"(noted Date, limit Integer):
  limit is null or difference in days between noted and "Day" <= limit""",
    ),
    (
        "The day of an Observation.",
        """define function "Day of"(O Observation):
  case
    when O.effective is FHIR.dateTime then "Day in"((O.effective as FHIR.dateTime).value)
    when O.effective is null then "Day in"(O.issued.value)
    else null
  end""",
    ),
    (
        "Whether an Observation can be read: final, dated, about the patient, and turned round by nothing.",
        """define function "Readable"(O Observation):
  O.status.value in { 'final', 'amended', 'corrected' }
    and not exists O.modifierExtension and not exists O.focus and not exists O.interpretation
    and O.implicitRules is null and O.dataAbsentReason is null and "Day of"(O) is not null""",
    ),
    (
        "Whether a Condition lies ahead: by the day on which it begins, as far as that is known.",
        """define function "Ahead"(C Condition):
  C.onset is FHIR.dateTime and Coalesce(date from (C.onset as FHIR.dateTime).value after "Day", false)""",
    ),
    (
        "Whether a Condition can be read: dated, not ahead, and turned round by nothing.",
        """define function "Readable"(C Condition):
  not exists C.modifierExtension and C.implicitRules is null
    and "Day in"(C.recordedDate.value) is not null and not "Ahead"(C)""",
    ),
    (
        "Whether somebody other than a professional says so.",
        """define function "Told by another"(teller FHIR.Reference):
  (teller.reference is not null or teller.type is not null) and not Coalesce(
    PositionOf('Practitioner', teller.reference.value) = 0
      or PositionOf('Organization/', teller.reference.value) = 0
      or PositionOf('CareTeam/', teller.reference.value) = 0
      or PositionOf('Device/', teller.reference.value) = 0, false)""",
    ),
    (
        "Whether it carries a name of this ruleset, or a code that somebody chose: that then speaks alone.",
        f"""define function "Own"(concept FHIR.CodeableConcept):
  exists (concept.coding C where C.system.value = {text(ITEMS)} or C.userSelected.value)""",
    ),
    (
        "Yes, no, or neither.",
        f"""define function "Answer"(concept FHIR.CodeableConcept):
  case
    when exists (concept.coding C where C.system.value + '|' + C.code.value in {{ {_YES} }})
      and not exists (concept.coding C where C.system.value + '|' + C.code.value in {{ {_NO} }}) then true
    when exists (concept.coding C where C.system.value + '|' + C.code.value in {{ {_NO} }})
      and not exists (concept.coding C where C.system.value + '|' + C.code.value in {{ {_YES} }}) then false
    else null
  end""",
    ),
    (
        "What an Observation says of a finding; null where it cannot be read.",
        """define function "Said"(O Observation, clinician Boolean):
  case
    when not "Readable"(O) then null
    when clinician and exists (O.performer P where "Told by another"(P)) then null
    when O.value is FHIR.boolean then (O.value as FHIR.boolean).value
    when O.value is FHIR.CodeableConcept then "Answer"(O.value as FHIR.CodeableConcept)
    else null
  end""",
    ),
    (
        "The code of a status, if it has just one and that is of the system it should be of.",
        """define function "Only"(status FHIR.CodeableConcept, system String):
  if Count(status.coding) = 1 and status.coding[0].system.value = system then status.coding[0].code.value else null""",
    ),
    (
        "What a Condition says of a finding: suspicion and history say nothing.",
        f"""define function "Said"(C Condition, clinician Boolean):
  case
    when not "Readable"(C) then null
    when clinician and "Told by another"(C.asserter) then null
    when "Only"(C.verificationStatus, {VERIFICATION}) = 'refuted' then false
    when C.abatement is not null then null
    when (C.verificationStatus is null or "Only"(C.verificationStatus, {VERIFICATION}) = 'confirmed')
      and (C.clinicalStatus is null
        or "Only"(C.clinicalStatus, {CLINICAL}) in {{ 'active', 'recurrence', 'relapse' }}) then true
    else null
  end""",
    ),
    (
        "What is said under the name of the ruleset.",
        """define function "Own Observations"(found List<Observation>, clinician Boolean):
  found O where O.status.value != 'entered-in-error'
    return all Tuple { said: "Said"(O, clinician), noted: "Day of"(O) }""",
    ),
    (
        "What is said under a code of others; a denial only where that code stands alone and means the same.",
        """define function "Foreign Observations"(found List<Observation>, denies Boolean, clinician Boolean):
  found O where O.status.value != 'entered-in-error' and not "Own"(O.code)
    return all Tuple {
      said: if "Said"(O, clinician) or (denies and Count(O.code.coding) = 1) then "Said"(O, clinician) else null,
      noted: "Day of"(O)
    }""",
    ),
    (
        "Whether a Condition is there by mistake.",
        """define function "Entered in error"(C Condition):
  exists (C.verificationStatus.coding V where V.code.value = 'entered-in-error')""",
    ),
    (
        "What is said under the name of the ruleset.",
        """define function "Own Conditions"(found List<Condition>, clinician Boolean):
  found C where not "Entered in error"(C)
    return all Tuple { said: "Said"(C, clinician), noted: "Day in"(C.recordedDate.value) }""",
    ),
    (
        "What is said under a code of others.",
        """define function "Foreign Conditions"(found List<Condition>, denies Boolean, clinician Boolean):
  found C where not "Entered in error"(C) and not "Own"(C.code)
    return all Tuple {
      said: if "Said"(C, clinician) or (denies and Count(C.code.coding) = 1) then "Said"(C, clinician) else null,
      noted: "Day in"(C.recordedDate.value)
    }""",
    ),
    (
        "What counts of all that was said: no later word takes a presence away; a denial needs all to be readable.",
        """define function "Settled"(
    statements List<Tuple { said Boolean, noted Date }>, present Integer, absent Integer):
  case
    when exists (statements S where S.said is true and "Counts"(S.noted, present)) then true
    when exists (statements S where S.said is null) then null
    when exists (statements S where S.said is false and "Counts"(S.noted, absent)
      and not exists (statements P where P.said is true and P.noted >= S.noted)) then false
    else null
  end""",
    ),
    (
        "The last day on which a finding was said to be present.",
        """define function "Last presence"(statements List<Tuple { said Boolean, noted Date }>):
  Max(statements S where S.said is true return all S.noted)""",
    ),
    (
        "Whether a finding was recorded after a summary, or on its day and too long ago to count.",
        """define function "Overtakes"(statements List<Tuple { said Boolean, noted Date }>, since Date, limit Integer):
  exists (statements S where S.said is true
    and (S.noted > since or (S.noted = since and not "Counts"(S.noted, limit))))""",
    ),
    (
        "One of the values of a finding that has several: that of the latest day.",
        f"""define function "Listed"(found List<Observation>, values List<String>):
  First(
    (found O where O.status.value != 'entered-in-error' return Tuple {{
      value: if "Readable"(O) then First(((O.value as FHIR.CodeableConcept).coding) C
        where C.system.value = {text(VALUES)} and C.code.value in values return C.code.value) else null,
      noted: "Day of"(O)
    }}) S sort by noted desc)""",
    ),
    (
        "The sex of the Patient, unless an Observation says another.",
        """define function "Sex"(gender String, other String):
  case
    when not Coalesce(gender in { 'male', 'female' }, false) then other
    when other is null or other = gender then gender
    else null
  end""",
    ),
    (
        "Rounded half-even once, or down to what is complete.",
        """define function "Whole"(number Decimal, complete Boolean):
  case
    when complete or Round(number, 6) - Floor(Round(number, 6)) < 0.5 then Floor(Round(number, 6))
    when Round(number, 6) - Floor(Round(number, 6)) > 0.5 then Floor(Round(number, 6)) + 1
    when Floor(Round(number, 6)) mod 2 = 0 then Floor(Round(number, 6))
    else Floor(Round(number, 6)) + 1
  end""",
    ),
    (
        "An interval within the accepted range.",
        """define function "Inside"(low Integer, high Integer, bottom Integer, top Integer):
  if bottom <= low and low <= high and high <= top then Interval[low, high] else null""",
    ),
    (
        "The UCUM unit of a number, unless its words say another.",
        f"""define function "Unit"(value FHIR.Quantity):
  if value.system.value = {text(UCUM)} and value.value.value is not null
    and Coalesce(value.unit.value, value.code.value) = value.code.value then value.code.value else null""",
    ),
    (
        "A value, a bound or a range as an interval of counts.",
        """define function "Ends"(
    comparator String, exact Decimal, low Decimal, high Decimal, bottom Integer, top Integer, complete Boolean):
  case
    when low is not null and high is not null
      then "Inside"("Whole"(low, complete), "Whole"(high, complete), bottom, top)
    when exact is null then null
    when comparator is null then "Inside"("Whole"(exact, complete), "Whole"(exact, complete), bottom, top)
    when comparator = '<' and complete and Round(exact, 6) > Floor(Round(exact, 6))
      then "Inside"(bottom, "Whole"(exact, complete), bottom, top)
    when comparator = '<' then "Inside"(bottom, "Whole"(exact, complete) - 1, bottom, top)
    when comparator = '<=' then "Inside"(bottom, "Whole"(exact, complete), bottom, top)
    when comparator = '>' and complete then "Inside"("Whole"(exact, complete), top, bottom, top)
    when comparator = '>' then "Inside"("Whole"(exact, complete) + 1, top, bottom, top)
    when comparator = '>=' then "Inside"("Whole"(exact, complete), top, bottom, top)
    else null
  end""",
    ),
    (
        "The amount of the latest day, if everything of that day could be read and says the same.",
        """define function "Latest"(amounts List<Tuple { ends Interval<Integer>, noted Date }>):
  if exists (amounts A where A.noted is null) then null
  else singleton from (amounts A where A.noted = Max(amounts B return all B.noted)
    return if Count(amounts C where C.noted = A.noted) = 1 then A else null)""",
    ),
    (
        "An amount, if it still counts.",
        """define function "Counting"(latest Tuple { ends Interval<Integer>, noted Date }, limit Integer):
  if "Counts"(latest.noted, limit) then latest.ends else null""",
    ),
    (
        "Whether an amount out of its normal range was recorded after a summary, or on its day and too long ago.",
        """define function "Abnormal after"(
    latest Tuple { ends Interval<Integer>, noted Date }, since Date, limit Integer, bottom Integer, top Integer):
  Coalesce((end of latest.ends < bottom or start of latest.ends >= top)
    and (latest.noted > since or (latest.noted = since and not "Counts"(latest.noted, limit))), false)""",
    ),
    (
        "Completed years.",
        f"""define function "Years"(birth Date):
  if day from birth is null or birth > "Day" or CalculateAgeInYearsAt(birth, "Day") > {OLDEST} then null
  else Interval[CalculateAgeInYearsAt(birth, "Day"), CalculateAgeInYearsAt(birth, "Day")]""",
    ),
)
"""Each with what it is for, in the order in which they rest on each other."""
