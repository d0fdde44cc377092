"""Every error this library raises, and the located problem they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    `file`, `line` and `column` are the place in a file (line 0: the whole file);
    `at` is the place in the value, such as `when.all[1].any[0]`;
    `code` is stable and greppable; `hint` may be empty.
    """

    file: str
    line: int
    column: int
    at: str
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        parts = [part for part in (place, self.at, self.code, self.message) if part]
        return ": ".join(parts) + (f"; {self.hint}" if self.hint else "")


def problem(code: str, message: str, *, at: str = "", hint: str = "") -> Problem:
    """A problem whose file is not known yet (or that lies in no file)."""
    return Problem("", 0, 0, at, code, message, hint)


MAX_NAME = 60
_PLAIN_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_.-]{{0,{MAX_NAME - 1}}}")


def is_plain_name(text: str) -> bool:
    """Whether a text looks like the name of an item, and not like something said about a person."""
    return _PLAIN_NAME.fullmatch(text) is not None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or an empty string."""
    near = get_close_matches(name[:MAX_NAME], list(known), n=1, cutoff=0.7)
    return f"did you mean '{near[0]}'?" if near else ""


class FasciculationRulesError(Exception):
    """The base of every error of this library; `problems` holds each finding, sorted by place."""

    exit_code = 2

    def __init__(self, summary: str, problems: Iterable[Problem] = ()) -> None:
        self.summary = summary
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join([summary, *(f"  {p}" for p in self.problems)]))

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.summary, self.problems, self.__dict__))


def _rebuild(
    kind: type[FasciculationRulesError], summary: str, problems: tuple[Problem, ...], state: dict[str, Any]
) -> FasciculationRulesError:
    error = kind.__new__(kind)
    FasciculationRulesError.__init__(error, summary, problems)
    error.__dict__.update(state)
    return error


class ArgumentError(FasciculationRulesError, TypeError):
    """An argument is not of the kind that is expected."""


def wrong_argument(expected: str, found: object) -> ArgumentError:
    """What was expected, and the type of what was found; its value may be about a person."""
    return ArgumentError(f"{expected}; found {'None' if found is None else type(found).__name__}")


def must_say(needs: str, text: object, *, or_nothing: bool = False) -> None:
    """Raises ArgumentError where a text that is kept for ever says nothing, or cannot be written down."""
    if not isinstance(text, str):
        raise wrong_argument(needs, text)
    if not text.strip() and not or_nothing:
        raise ArgumentError(f"{needs}; found nothing")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ArgumentError(f"{needs}; found bytes that are no text in UTF-8")


class RulesetError(FasciculationRulesError):
    """Something about a ruleset."""


class RulesetNotFoundError(RulesetError, LookupError):
    """No such ruleset; the message lists those there are."""


class UnknownNameError(RulesetError, LookupError):
    """The ruleset has no rule and no item of this name; the message names the nearest."""


class RulesetReleasedError(RulesetError):
    """The ruleset was released and is history, so nothing is written into it."""


class ReleaseRefusedError(RulesetError):
    """A version may not be released as asked for; each problem says why. Nothing was written."""

    exit_code = 1


class RulesetInvalidError(RulesetError, ValueError):
    """The files of a ruleset do not say something this library can run."""


class RulesetAlteredError(RulesetError):
    """A released ruleset no longer has the digest it was released with."""

    exit_code = 1


class CaseError(FasciculationRulesError, ValueError):
    """The case cannot be read. What the patient's record says is in `case`, never in the message."""

    def __init__(self, summary: str, problems: Iterable[Problem] = (), *, case: object = None) -> None:
        super().__init__(summary, problems)
        self.case = case


class ProfileError(FasciculationRulesError, ValueError):
    """A site profile asks for something its ruleset does not allow."""


class MappingError(FasciculationRulesError, ValueError):
    """A site mapping cannot be read, or names what its ruleset does not have."""


class FhirError(FasciculationRulesError, ValueError):
    """What was given is not FHIR data about one person. Nothing of a person is in the message."""


class PhenopacketError(FasciculationRulesError, ValueError):
    """What was given is no phenopacket of one person. Nothing of a person is in the message."""


class RecordError(FasciculationRulesError, ValueError):
    """A record of a decision cannot be made, read or replayed. What it says of a person is never in the message."""


class LedgerError(FasciculationRulesError):
    """A ledger cannot be opened, read or written; what was not acknowledged was not done."""


class LedgerDamagedError(LedgerError):
    """The file of a ledger is not what a ledger's file is."""

    exit_code = 1


class RecordHeldError(LedgerError):
    """A record is held, so it is not erased; the message says by whom and why."""

    exit_code = 1


class SignatureError(FasciculationRulesError, ValueError):
    """A key, a list of signers or a signature cannot be read, or nothing can be signed with it."""


class SigningUnavailableError(FasciculationRulesError, ImportError):
    """Signatures can be neither made nor checked here; the message says what to install."""

    exit_code = 3


class PagesUnavailableError(FasciculationRulesError, ImportError):
    """Pages of HTML cannot be made here; the message says what to install."""

    exit_code = 3


class SafetyFileError(FasciculationRulesError, ValueError):
    """The safety file, a protocol of validation, or what is checked against it cannot be read."""


class SiteError(FasciculationRulesError, ValueError):
    """The configuration of a site cannot be read, or the service may not start with it."""


class StateError(SiteError):
    """What the service has to keep cannot be kept, so that nothing may be answered."""


class ServerUnavailableError(FasciculationRulesError, ImportError):
    """The service cannot run here, as the packages it needs are not installed."""

    exit_code = 3


class EngineError(FasciculationRulesError):
    """An engine could not answer."""

    exit_code = 3


class FormatUnavailableError(FasciculationRulesError, ImportError):
    """Files of a format cannot be read here; the message says what to install."""

    exit_code = 3


class EngineUnavailableError(EngineError, ImportError):
    """The engine cannot be imported or built here; the message says what to install."""


class UnknownEngineError(FasciculationRulesError, ValueError):
    """No engine has this name; the message lists those there are."""


class UnsupportedConditionError(EngineError):
    """The engine declines a condition rather than approximate it; each problem names the rule and what to do."""


class EngineDisagreementError(EngineError):
    """Two engines gave different answers, so no guidance is given.

    `differences` maps a rule id to the pair (engine's answer, compiled's answer); `case` is the
    case as given. Neither is in the message, because a message may be logged.
    """

    def __init__(self, summary: str, *, differences: object = None, case: object = None) -> None:
        super().__init__(summary)
        self.differences = differences
        self.case = case


class PopulationError(FasciculationRulesError, ValueError):
    """A table of people, or a folder of results, is not what it has to be. No person is in the message."""


class TooManyBadRowsError(PopulationError):
    """More rows than allowed cannot be what they say; they are named in the quarantine."""

    exit_code = 4


class GrammarError(FasciculationRulesError, ValueError):
    """A condition that does not follow the grammar."""
