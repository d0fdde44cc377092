"""Reads a list of signers: whose keys there are, in which role, and from when to when."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, SignatureError, problem
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.signing import Signers
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FILE = "signers.yaml"


def read_signers(file: Traversable) -> Signers:
    """The signers that a file lists.

    Raises SignatureError with every problem where it does not follow its form.
    """
    problems: list[Problem] = []
    signers = None
    try:
        raw = read_bytes(file, MAX_BYTES)
        if raw.lstrip().startswith(b"-----BEGIN"):  # and nothing of it is repeated: it may be secret
            raise SignatureError(f"{file.name} is a key; expected a list of signers (signers.yaml)")
        document = read_yaml(raw, file.name, problems)
    except OSError as error:
        document = None
        problems.append(unreadable(file.name, error))
    if document is not None:
        try:
            signers = Signers.model_validate(document.data)
            found = [problem("bad-value", message, at=at) for at, message in signers.faults()]
        except ValidationError as error:
            found = problems_of(error, Signers)
        problems += [document.locate(each) for each in found]
    if problems or signers is None:
        raise SignatureError(f"the signers in {file.name} cannot be read", problems)
    return signers
