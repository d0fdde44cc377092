"""The orders of a site: which of its codes asks for which of our referrals and tests. Nothing else is suggested."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationError

from fasciculation_rules.errors import SiteError
from fasciculation_rules.model.base import FormatOne, Text, Value
from fasciculation_rules.model.problems import problems_of

Coded = tuple[str, str]
"""The address of a code system, and a code."""


def _outcome(name: str) -> str:
    kind, _, rest = name.partition(".")
    if kind not in ("destination", "test") or not rest:
        raise ValueError("expected `destination.` or `test.` and its name, such as destination.neurology")
    return name


class Order(Value):
    """One order code of the site. `outcome` is what it asks for, such as `test.emg`."""

    outcome: Annotated[Text, AfterValidator(_outcome)]
    system: Text
    code: Text
    display: Text

    @property
    def coded(self) -> Coded:
        """The code with its system."""
        return self.system, self.code


class Relevant(Value):
    """A code of a draft order that is worth a look, such as a medicine that can cause twitching."""

    system: Text
    code: Text


class Orders(Value):
    """What a site orders, and how. `intent` is that of a suggested order."""

    format: FormatOne = 1
    intent: Literal["order", "proposal"] = "order"
    orders: tuple[Order, ...] = ()
    relevant: tuple[Relevant, ...] = ()

    @cached_property
    def by_outcome(self) -> Mapping[str, Order]:
        """The first order of each outcome: the one that is suggested."""
        found: dict[str, Order] = {}
        for order in self.orders:
            found.setdefault(order.outcome, order)
        return found

    @cached_property
    def outcomes(self) -> Mapping[Coded, frozenset[str]]:
        """What each order code asks for, which may be several things at once."""
        found: dict[Coded, frozenset[str]] = {}
        for order in self.orders:
            found[order.coded] = found.get(order.coded, frozenset()) | {order.outcome}
        return found

    @cached_property
    def watched(self) -> frozenset[Coded]:
        """The codes of draft orders that an order hook looks at."""
        return frozenset([*self.outcomes, *((each.system, each.code) for each in self.relevant)])

    @classmethod
    def read(cls, data: object) -> Orders:
        """Orders from plain data.

        Raises SiteError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SiteError("the orders of the site cannot be read", problems_of(error, cls)) from None
