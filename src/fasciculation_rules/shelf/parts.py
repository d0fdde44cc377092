"""The parts of a ruleset while they are read and checked, with every problem found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fasciculation_rules.errors import Problem, problem
from fasciculation_rules.model.codes import CodeRow
from fasciculation_rules.model.outcomes import Outcomes, References, Threshold
from fasciculation_rules.model.rule import Rule
from fasciculation_rules.model.ruleset import About, Vignette
from fasciculation_rules.model.vocabulary import Vocabulary
from fasciculation_rules.shelf.strict_yaml import Document


@dataclass
class Parts:
    """What a folder says, typed but not yet checked against itself.

    `file_of` maps a rule to its file; `unread` are the files of which something could not be read.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    about: About | None = None
    vocabulary: Vocabulary | None = None
    thresholds: dict[str, Threshold] | None = None
    outcomes: Outcomes | None = None
    references: References | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    cases: dict[str, Vignette] = field(default_factory=dict)
    codes: dict[str, CodeRow] = field(default_factory=dict)
    file_of: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def add(self, file: str, found: Problem) -> None:
        """Records a problem of a file at its line and column."""
        document = self.documents.get(file)
        self.problems.append(document.locate(found) if document else replace(found, file=file))

    def note(self, file: str, code: str, message: str, *, at: str = "", hint: str = "") -> None:
        """Records a problem in one call."""
        self.add(file, problem(code, message, at=at, hint=hint))
