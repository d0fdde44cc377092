"""What stands while the process runs: the site with its files read, its rules opened, and where it keeps things."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from fasciculation_rules.errors import SiteError
from fasciculation_rules.model.orders import Orders
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site import Mode, Site
from fasciculation_rules.model.site_mapping import SiteMapping
from fasciculation_rules.server.files import read_mapping, read_orders, read_profile
from fasciculation_rules.shelf.digest import digest_of
from fasciculation_rules.shelf.freeze import with_profile
from fasciculation_rules.shelf.opening import open_ruleset

TRIAL = Site(site="trial", time_zone="UTC", mode=Mode.LIVE, allow_unreviewed=True)
"""The site of a first try on one machine: everything is shown, stamped, and nothing is kept."""

OVERDUE_DAYS = 90


@dataclass(frozen=True)
class Serving:
    """One site as it is served. `stamp` is the first line of every card, or empty."""

    site: Site
    ruleset: Ruleset
    mapping: SiteMapping | None
    orders: Orders
    zone: ZoneInfo
    address: str
    stamp: str
    digests: dict[str, str]
    state: Path | None
    ledger: Path | None


def serving_of(site: Site, folder: Path, address: str, *, trial: bool = False, withdrawn_ok: bool = False) -> Serving:
    """The site with all that it names.

    Raises SiteError, RulesetError, MappingError or ProfileError with every problem at its place.
    """
    ruleset = open_ruleset(site.ruleset)
    _check_status(ruleset, site, withdrawn_ok=withdrawn_ok)
    if site.lowest_rung is not None and site.lowest_rung not in ruleset.outcomes.ladder:
        ladder = ", ".join(ruleset.outcomes.ladder)
        raise SiteError(f"lowest_rung is one of {ladder}; found '{site.lowest_rung}'")
    if site.profile is not None:
        ruleset = with_profile(ruleset, read_profile(folder / site.profile))
    mapping = None if site.mapping is None else read_mapping(folder / site.mapping)
    orders = Orders() if site.orders is None else read_orders(folder / site.orders, ruleset.outcomes)
    return Serving(
        site=site,
        ruleset=ruleset,
        mapping=mapping,
        orders=orders,
        zone=ZoneInfo(site.time_zone),
        address=address.rstrip("/"),
        stamp=_stamp(ruleset, trial=trial),
        digests={
            "site": digest_of(site.model_dump(mode="json")),
            "orders": digest_of(orders.model_dump(mode="json")),
            "mapping": "" if mapping is None else digest_of(mapping.model_dump(mode="json")),
        },
        state=None if site.state is None else folder / site.state,
        ledger=None if site.ledger is None else folder / site.ledger,
    )


def review_due(ruleset: Ruleset) -> datetime.date:
    """The day on which the first of its rules should have been looked at again."""
    return min(rule.review.next for rule in ruleset.rules.values())


def check_review(ruleset: Ruleset, today: datetime.date, *, overdue_ok: bool) -> str:
    """A warning where a review is overdue, else nothing.

    Raises SiteError where it is so for more than ninety days, unless that is accepted.
    """
    due = review_due(ruleset)
    if today <= due:
        return ""
    text = f"ruleset {ruleset.version} was due for review on {due}"
    if (today - due).days > OVERDUE_DAYS and not overdue_ok:
        raise SiteError(f"{text}, more than {OVERDUE_DAYS} days ago; use a newer one, or say --overdue-ok and know why")
    return text


def _check_status(ruleset: Ruleset, site: Site, *, withdrawn_ok: bool) -> None:
    if ruleset.status == "withdrawn" and not withdrawn_ok:
        raise SiteError(
            f"ruleset {ruleset.version} was {ruleset.withdrawal}; name another, or say --withdrawn-ok and know why"
        )
    if site.mode is Mode.LIVE and ruleset.status != "active" and not site.allow_unreviewed:
        raise SiteError(
            f"ruleset {ruleset.version} is {ruleset.status} and not signed off by clinicians, so it serves only "
            "`mode: silent`; to show its cards all the same set `allow_unreviewed: yes`, and each card will say so"
        )


def _stamp(ruleset: Ruleset, *, trial: bool) -> str:
    said = ["TEST, not for patients"] if trial else []
    if ruleset.status != "active":
        said.append("draft rules, not reviewed by a clinician")
    text = "; ".join(said)
    return f"**{text[0].upper()}{text[1:]}.**" if text else ""
