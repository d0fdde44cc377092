"""Reads the files of a site: each problem at its place, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasciculation_rules.errors import MappingError, Problem, ProfileError, SiteError, did_you_mean, problem
from fasciculation_rules.model.orders import Orders
from fasciculation_rules.model.outcomes import Outcomes
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.site import Site
from fasciculation_rules.model.site_mapping import SiteMapping
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, read_yaml


def read_site(path: Path) -> Site:
    """The site of a file.

    Raises SiteError with every problem at its place.
    """
    document = document_of(path)
    with _placed(document):
        return Site.read(document.data)


def read_orders(path: Path, outcomes: Outcomes) -> Orders:
    """The orders of a file.

    Raises SiteError with every problem at its place: what cannot be read, and outcomes that the ruleset has not.
    """
    document = document_of(path)
    with _placed(document):
        orders = Orders.read(document.data)
    problems = [document.locate(each) for each in _unknown(orders, outcomes)]
    if problems:
        raise SiteError("the orders of the site do not fit its ruleset", problems)
    return orders


def read_mapping(path: Path) -> SiteMapping:
    """The mapping of a file.

    Raises SiteError where there is no such file, MappingError with every problem at its place.
    """
    document = document_of(path)
    with _placed(document):
        return SiteMapping.read(document.data)


def read_profile(path: Path) -> Profile:
    """The profile of a file.

    Raises SiteError where there is no such file, ProfileError with every problem at its place.
    """
    document = document_of(path)
    with _placed(document):
        return Profile.read(document.data)


def document_of(path: Path) -> Document:
    """The YAML of a file of the site.

    Raises SiteError where it cannot be read.
    """
    problems: list[Problem] = []
    try:
        document = read_yaml(read_bytes(path, MAX_BYTES), path.name, problems)
    except OSError as error:
        raise SiteError(f"'{path.name}' cannot be read", [unreadable(str(path), error)]) from None
    if document is None:
        raise SiteError(f"'{path.name}' cannot be read", problems)
    return document


@contextmanager
def _placed(document: Document) -> Iterator[None]:
    """Gives the problems of a value their places in its file."""
    try:
        yield
    except (SiteError, MappingError, ProfileError) as error:
        raise type(error)(error.summary, [document.locate(each) for each in error.problems]) from None


def _unknown(orders: Orders, outcomes: Outcomes) -> list[Problem]:
    known = [*(f"destination.{name}" for name in outcomes.destinations), *(f"test.{name}" for name in outcomes.tests)]
    return [
        problem(
            "unknown-outcome",
            f"the ruleset has no '{order.outcome}'",
            at=f"orders[{number}].outcome",
            hint=did_you_mean(order.outcome, known) or "see `fasciculation-rules show VERSION`",
        )
        for number, order in enumerate(orders.orders)
        if order.outcome not in known
    ]
