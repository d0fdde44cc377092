"""Reads the files of `docs/safety` that a release looks at: records of changes, and which anomalies nobody judged."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, RulesetInvalidError, problem
from fasciculation_rules.model.change import ChangeRecord
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.safety import Anomalies, unjudged
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

CHANGES, ANOMALIES = "changes", "anomalies.yaml"


def unjudged_anomalies(folder: Path) -> tuple[str, ...]:
    """The known anomalies that nobody has judged yet, ours and those of others; none where there is no list of them.

    Raises RulesetInvalidError where the list cannot be read.
    """
    file = folder / ANOMALIES
    if not file.exists():
        return ()
    problems: list[Problem] = []
    document = None
    try:
        document = read_yaml(read_bytes(file, MAX_BYTES), ANOMALIES, problems)
        if document is not None:
            return unjudged(Anomalies.model_validate(document.data))
    except OSError as error:
        problems.append(unreadable(ANOMALIES, error))
    except ValidationError as error:
        problems += [each if document is None else document.locate(each) for each in problems_of(error, Anomalies)]
    raise RulesetInvalidError("the known anomalies cannot be read", problems)


def read_changes(folder: Path) -> tuple[ChangeRecord, ...]:
    """The records of changes (`changes/CR-nnnn.yaml`) in a folder of safety files, in order; none where there are none.

    Raises RulesetInvalidError with every problem where one does not follow its form.
    """
    problems: list[Problem] = []
    found = [_read(file, problems) for file in sorted((folder / CHANGES).glob("*.yaml"))]
    if problems:
        raise RulesetInvalidError("the records of changes cannot be read", problems)
    return tuple(record for record in found if record is not None)


def _read(file: Path, problems: list[Problem]) -> ChangeRecord | None:
    name = f"{CHANGES}/{file.name}"
    try:
        document = read_yaml(read_bytes(file, MAX_BYTES), name, problems)
    except OSError as error:
        problems.append(unreadable(name, error))
        return None
    if document is None:
        return None
    try:
        record = ChangeRecord.model_validate(document.data)
    except ValidationError as error:
        problems += [document.locate(found) for found in problems_of(error, ChangeRecord)]
        return None
    if record.change != file.stem:
        message = f"found '{record.change}'; expected '{file.stem}', as the file is called"
        problems.append(document.locate(problem("bad-value", message, at="change")))
    return record
