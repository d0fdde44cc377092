"""Explained, cited clinical rules for muscle twitching: how soon, to whom, what to test, what it may be, and why.

    from fasciculation_rules import Case, assess
    print(assess(Case.of(age="42 years", fasciculation="present")))

It advises clinicians and makes no diagnosis. No clinician has reviewed its content yet.
Importing this package loads nothing else; each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fasciculation_rules._version import __version__

if TYPE_CHECKING:
    from fasciculation_rules.assessing.straight_line import assess
    from fasciculation_rules.errors import (
        CaseError,
        EngineDisagreementError,
        EngineError,
        EngineUnavailableError,
        FasciculationRulesError,
        FhirError,
        MappingError,
        Problem,
        ProfileError,
        RulesetAlteredError,
        RulesetError,
        RulesetInvalidError,
        RulesetNotFoundError,
    )
    from fasciculation_rules.exchange.fhir.from_fhir import from_fhir
    from fasciculation_rules.exchange.fhir.to_fhir import to_fhir
    from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir
    from fasciculation_rules.model.assessment import Assessment
    from fasciculation_rules.model.case import Case
    from fasciculation_rules.model.imported import Imported
    from fasciculation_rules.model.profile import Profile
    from fasciculation_rules.model.ruleset import Ruleset
    from fasciculation_rules.model.site_mapping import SiteMapping
    from fasciculation_rules.report.text import explain
    from fasciculation_rules.shelf.opening import open_ruleset

_HOMES = {
    "Assessment": "model.assessment",
    "Case": "model.case",
    "Imported": "model.imported",
    "Profile": "model.profile",
    "Ruleset": "model.ruleset",
    "SiteMapping": "model.site_mapping",
    "assess": "assessing.straight_line",
    "case_to_fhir": "exchange.fhir.writing.case",
    "explain": "report.text",
    "from_fhir": "exchange.fhir.from_fhir",
    "open_ruleset": "shelf.opening",
    "to_fhir": "exchange.fhir.to_fhir",
    "CaseError": "errors",
    "EngineDisagreementError": "errors",
    "EngineError": "errors",
    "EngineUnavailableError": "errors",
    "FasciculationRulesError": "errors",
    "FhirError": "errors",
    "MappingError": "errors",
    "Problem": "errors",
    "ProfileError": "errors",
    "RulesetAlteredError": "errors",
    "RulesetError": "errors",
    "RulesetInvalidError": "errors",
    "RulesetNotFoundError": "errors",
}

__all__ = [
    "Assessment",
    "Case",
    "CaseError",
    "EngineDisagreementError",
    "EngineError",
    "EngineUnavailableError",
    "FasciculationRulesError",
    "FhirError",
    "Imported",
    "MappingError",
    "Problem",
    "Profile",
    "ProfileError",
    "Ruleset",
    "RulesetAlteredError",
    "RulesetError",
    "RulesetInvalidError",
    "RulesetNotFoundError",
    "SiteMapping",
    "__version__",
    "assess",
    "case_to_fhir",
    "explain",
    "from_fhir",
    "open_ruleset",
    "to_fhir",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
