"""The manifest of an export of FHIR Bulk Data, as the server gave it when the export was complete."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.problems import problems_of


class _Open(BaseModel):
    """Open to what else a server says there."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)


class Listed(_Open):
    """One file. `count` is how many resources it holds."""

    url: str = Field(min_length=1)
    type: str = ""
    count: int | None = Field(default=None, ge=0)

    @property
    def name(self) -> str:
        """What the file is called: the end of its address."""
        return unquote(urlsplit(self.url).path).rstrip("/").rpartition("/")[2]


class Link(_Open):
    """A way to more of the manifest."""

    relation: str = ""


class Manifest(_Open):
    """When the export was made, and its files.

    Source: FHIR Bulk Data Access, "Output Manifest"; `error` is called `outcome` in its version 4.
    """

    time: datetime.datetime = Field(alias="transactionTime")
    request: str = ""
    output: tuple[Listed, ...] = ()
    deleted: tuple[Listed, ...] = ()
    error: tuple[Listed, ...] = ()
    outcome: tuple[Listed, ...] = ()
    link: tuple[Link, ...] = ()

    @field_validator("time", mode="before")
    @classmethod
    def _instant(cls, value: object) -> object:
        try:
            found = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.utcoffset() is None:
            raise ValueError("expected an instant with an offset, such as 2026-11-01T04:00:00Z")
        return found

    @classmethod
    def read(cls, data: object) -> Manifest:
        """A manifest from plain data.

        Raises PopulationError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise PopulationError("the manifest of the export cannot be read", problems_of(error, cls)) from None

    @property
    def since(self) -> datetime.datetime | None:
        """What the export begins with, where the request says so: it holds what changed after that."""
        try:
            said = parse_qs(urlsplit(self.request).query).get("_since", [""])[0].replace(" ", "+")
            found = datetime.datetime.fromisoformat(said)
        except ValueError:
            return None
        return found if found.utcoffset() is not None else None

    @property
    def told(self) -> tuple[Listed, ...]:
        """The files in which the server told of problems."""
        return (*self.error, *self.outcome)

    @property
    def is_whole(self) -> bool:
        """Whether there is no further page of it."""
        return not any(link.relation == "next" for link in self.link)

    def names(self) -> Counter[str]:
        """How often each name of a file is there; where one is there twice, names do not tell files apart."""
        return Counter(each.name for each in self.every())

    def every(self) -> Iterator[Listed]:
        """All files."""
        yield from (*self.output, *self.deleted, *self.told)
