"""Dates as FHIR writes them: whole, partial or with a time, as local days of the place where they are read."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass, field

from fasciculation_rules.exchange.fhir.shapes import Json, object_of

SLACK = datetime.timedelta(minutes=5)
"""Clocks differ: what is dated this little after the time of reading still counts."""

_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,12})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """From the first to the last local day that is meant, and the instant (in UTC) where one is known."""

    first: datetime.date
    last: datetime.date
    instant: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of reading and the place: what a local day is, and what lies ahead."""

    as_of: datetime.datetime
    zone: datetime.tzinfo
    today: datetime.date
    seen: dict[str, Moment | None] = field(default_factory=dict, compare=False, repr=False)
    """Dates that were read before: those of one visit are alike."""

    @classmethod
    def at(cls, as_of: datetime.datetime, zone: datetime.tzinfo) -> Clock:
        """The clock of a time that has an offset."""
        return cls(as_of.astimezone(datetime.UTC), zone, as_of.astimezone(zone).date())

    def read(self, text: object) -> Moment | None:
        """A FHIR date, dateTime or instant; None where it is none. A time without an offset is local."""
        if not isinstance(text, str):
            return None
        if text not in self.seen:
            self.seen[text] = self._read(text.strip())
        return self.seen[text]

    def _read(self, text: str) -> Moment | None:
        found = _DATE.fullmatch(text)
        try:
            return self._moment(found) if found else None
        except (ValueError, OverflowError):  # the 31st of February, or the edge of the calendar
            return None

    def _moment(self, found: re.Match[str]) -> Moment:
        year, month, day, minute, second, offset = found.groups()
        if month is None:
            return Moment(datetime.date(int(year), 1, 1), datetime.date(int(year), 12, 31))
        if day is None:
            last = calendar.monthrange(int(year), int(month))[1]
            return Moment(datetime.date(int(year), int(month), 1), datetime.date(int(year), int(month), last))
        date = datetime.date(int(year), int(month), int(day))
        if minute is None:
            return Moment(date, date)
        # a leap second is read as the one before it
        time = datetime.time.fromisoformat(f"{minute}:{'59' if second == '60' else second or '00'}")
        if offset is None:
            instant = datetime.datetime.combine(date, time, self.zone)
        else:
            instant = datetime.datetime.fromisoformat(f"{date}T{time}{'+00:00' if offset == 'Z' else offset}")
        local = instant.astimezone(self.zone).date()
        return Moment(local, local, instant.astimezone(datetime.UTC))

    def is_ahead(self, moment: Moment) -> bool:
        """Whether all of it lies after the time of reading."""
        if moment.instant is not None:
            return moment.instant > self.as_of + SLACK
        return moment.first > self.today

    def order(self, moment: Moment) -> datetime.datetime:
        """Where it stands among others: at its instant, or at the beginning of its first day."""
        if moment.instant is not None:
            return moment.instant
        return datetime.datetime.combine(moment.first, datetime.time(), self.zone).astimezone(datetime.UTC)

    def read_first(self, resource: Json, *keys: str) -> tuple[Moment | None, bool]:
        """The first of these elements that is there, and whether it could be read; of a period its start."""
        for key in keys:
            value = resource.get(key)
            if value is not None:
                text = object_of(value).get("start") if isinstance(value, dict) else value
                moment = self.read(text)
                return moment, moment is not None
        return None, True
