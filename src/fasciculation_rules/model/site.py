"""The configuration of one site: which rules speak there, to whom, in which mode, and what is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from fasciculation_rules.errors import SiteError
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import FormatOne, Frozen, Text, Value
from fasciculation_rules.model.problems import problems_of


class Mode(StrEnum):
    """What the service does with a call. Every site begins silent."""

    OFF = "off"
    SILENT = "silent"
    LIVE = "live"


def _https(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("expected an address that begins with https:// and has no user, query or fragment")
    return address.rstrip("/")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query:
        raise ValueError("expected an origin such as https://ehr.example, without a path")
    return address


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("expected a time zone such as Europe/London") from None
    return name


Https = Annotated[str, AfterValidator(_https)]
WebOrigin = Annotated[str, AfterValidator(_origin)]


class Client(Value):
    """Who may call: the issuer of its tokens, where its public keys are, and where its FHIR data may be read.

    `keys` is a file with a JWK set; `keys_at` is where it is published. `key_addresses` are the only `jku` accepted.
    `private_network` allows FHIR servers, and `keys_at`, whose address is private.
    """

    issuer: Text
    keys: Text | None = None
    keys_at: Https | None = None
    key_addresses: tuple[Https, ...] = ()
    fhir: tuple[Https, ...] = ()
    private_network: bool = False

    @model_validator(mode="after")
    def _has_keys(self) -> Client:
        if (self.keys is None) == (self.keys_at is None):
            raise ValueError("a client has either `keys` (a file) or `keys_at` (an address)")
        return self


class Windows(Value):
    """Days for which something counts. The defaults are proposals; no clinician has judged them.

    Findings are fresh for `fresh_days`, measurements for `fresh_measurement_days`; a card is not repeated within
    `repeat_days`; the screen is offered for `screen_days` after the twitch was recorded.
    """

    fresh_days: Annotated[int, Field(ge=1, le=28)] = 7
    fresh_measurement_days: Annotated[int, Field(ge=1, le=7)] = 3
    repeat_days: Annotated[int, Field(ge=1, le=90)] = 30
    screen_days: Annotated[int, Field(ge=1, le=90)] = 30
    referral_days: Annotated[int, Field(ge=1, le=180)] = 90


PROBLEM_ENTERED: Frozen[Text, tuple[Text, ...]] = FrozenMapping(
    {"com.epic.cdshooks.request.bpa-trigger-action": ("6", "7")}
)
"""The extensions of a patient-view call that say that a problem or diagnosis was just entered."""


class Site(Value):
    """One site, read from its file. Files are named relative to it."""

    format: FormatOne = 1
    site: Text
    time_zone: Annotated[Text, AfterValidator(_zone)]
    ruleset: Text | None = None
    mode: Mode = Mode.SILENT
    allow_unreviewed: bool = False
    profile: Text | None = None
    mapping: Text | None = None
    orders: Text | None = None
    state: Text | None = None
    ledger: Text | None = None
    clients: tuple[Client, ...] = ()
    encounter_start: bool = False
    problem_entered: Frozen[Text, tuple[Text, ...]] = Field(default=PROBLEM_ENTERED)
    remembers_cards: bool = False
    lowest_rung: Text | None = None
    windows: Windows = Windows()
    embedded_in: tuple[WebOrigin, ...] = ()
    browsers_of: tuple[WebOrigin, ...] = ()
    discovery_needs_token: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Site:
        issuers = [client.issuer for client in self.clients]
        if len(set(issuers)) != len(issuers):
            raise ValueError("each issuer stands once among the clients")
        if self.remembers_cards and self.state is None:
            raise ValueError("`remembers_cards` needs `state`, a folder to remember them in")
        return self

    @classmethod
    def read(cls, data: object) -> Site:
        """A site from plain data.

        Raises SiteError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SiteError("the site cannot be read", problems_of(error, cls)) from None
