"""When the people of an export are looked at: at one time, or each at the end of a day of her own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fasciculation_rules.exchange.fhir.moments import SLACK, Clock


@dataclass(frozen=True, slots=True)
class When:
    """`time` is that of everybody, or None where each person has a day of her own. Days are those of `zone`."""

    zone: ZoneInfo
    time: datetime.datetime | None = None

    @property
    def day(self) -> str | None:
        """The one day, if there is one."""
        return None if self.time is None else self.time.astimezone(self.zone).date().isoformat()

    def of(self, day: datetime.date | None) -> tuple[datetime.datetime, Clock]:
        """The time of reading of a person, whose own day it may be, and a clock of that time."""
        time = self.time if day is None else end_of(day, self.zone)
        if time is None:
            raise ValueError("neither a time nor a day")
        return time, Clock.at(time, self.zone)


def end_of(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """The latest time of reading at which nothing of the next day counts, though clocks may differ a little."""
    midnight = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), zone)
    last = midnight.astimezone(datetime.UTC) - SLACK - datetime.timedelta(microseconds=1)
    return last.astimezone(zone)
