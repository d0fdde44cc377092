"""`assess --record`: keeps a record of each decision before it is shown."""

from __future__ import annotations

import datetime
from pathlib import Path

import typer

from fasciculation_rules.cli.files import Read
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset


class Recording:
    """Where records go, under which reference and as of which time."""

    def __init__(self, file: Path, at: datetime.datetime, reference: str, *, reference_ok: bool) -> None:
        """Raises RecordError where the reference may name a patient, or the file keeps no records."""
        from fasciculation_rules.audit.record_file import RecordFile
        from fasciculation_rules.audit.reference import check_reference

        check_reference(reference, reference_ok=reference_ok)
        self.at = at
        self._reference, self._reference_ok = reference, reference_ok
        self._file = RecordFile(file)

    @property
    def day(self) -> datetime.date:
        """The day of that time, where it is."""
        return self.at.date()

    def add(
        self,
        read: Read,
        ruleset: Ruleset,
        assessment: Assessment,
        day: datetime.date,
        *,
        reconcile: bool,
        number: int | None,
    ) -> None:
        """Appends the record of what was decided. Of one case of many, its number stands after the reference.

        Raises RecordError where it cannot be kept.
        """
        from fasciculation_rules.audit.record import record_of

        record = record_of(
            read.case or Case(),
            ruleset,
            assessment,
            at=self.at,
            reference=self._reference if number is None else f"{self._reference}/{number}",
            on=day,
            reconcile=reconcile,
            reference_ok=True,  # it was looked at when this began
            source_ok=self._reference_ok,
        )
        self._file.append(record)

    def close(self) -> None:
        """Waits until the disk has every record, and says what was taken out of the file."""
        self._file.close()
        if self._file.mended:
            typer.echo(
                f"{self._file.path}: a last line that was cut off, and never acknowledged, was taken out", err=True
            )


def begin_recording(
    file: Path | None, at: str | None, reference: str | None, *, reference_ok: bool
) -> Recording | None:
    """What the options ask for, or None where nothing is to be recorded."""
    if file is None:
        for given, option in ((at, "--at"), (reference, "--reference"), (reference_ok, "--reference-ok")):
            if given:
                raise typer.BadParameter("belongs to --record", param_hint=f"'{option}'")
        return None
    if reference is None:
        raise typer.BadParameter("a record needs one: your own opaque word for it", param_hint="'--reference'")
    time = (
        read_time_option(at, "--at") if at is not None else datetime.datetime.now().astimezone().replace(microsecond=0)
    )
    recording = Recording(file, time, reference, reference_ok=reference_ok)
    if at is None:
        typer.echo(f"recorded as of now, {time.isoformat()}; --at names another time", err=True)
    return recording


def read_time_option(text: str, option: str) -> datetime.datetime:
    """A time with its offset, as people write it for a computer."""
    from fasciculation_rules.model.record import read_time

    try:
        return read_time(text)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}': {error}", param_hint=f"'{option}'") from None
