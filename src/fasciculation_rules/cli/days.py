"""Days as people write them for a computer."""

from __future__ import annotations

import datetime

import typer


def today() -> datetime.date:
    """The day where the person sits who types; the library itself has no clock."""
    return datetime.date.today()  # noqa: DTZ011  a day of the calendar on the wall, and no instant


def read_day(text: str | None, option: str = "--on") -> datetime.date | None:
    """A date as people write it for a computer."""
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date; write YYYY-MM-DD", param_hint=f"'{option}'") from None


def read_days(text: str) -> int:
    """A number of days, as `365` or `365d`."""
    number = text.removesuffix("d")
    if not number.isascii() or not number.isdigit() or len(number) > 5:
        raise typer.BadParameter(f"'{text}' is no number of days, such as 365 or 365d")
    return int(number)
