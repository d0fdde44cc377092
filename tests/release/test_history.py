"""The history only grows, whole events at a time; and a day and what was known on another choose the version."""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciculation_rules.errors import ArgumentError, RulesetInvalidError, RulesetNotFoundError, RulesetReleasedError
from fasciculation_rules.shelf import history
from fasciculation_rules.shelf.history import append_event
from fasciculation_rules.shelf.locate import by_number
from fasciculation_rules.shelf.opening import default_version, open_ruleset
from fasciculation_rules.shelf.releases import Event, events_in

DIGEST = "sha256:" + "1" * 64
START = datetime.date(2026, 11, 1)
DAYS = st.integers(0, 6).map(lambda days: START + datetime.timedelta(days=days))
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20
).filter(str.strip)
LENIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def released(version: str, date: datetime.date = START, **more: object) -> Event:
    said = {"event": "released", "version": version, "date": date, "status": "draft", **more}
    return Event.model_validate({**said, "text_digest": DIGEST, "logic_digest": DIGEST})


def withdrawn(version: str, date: datetime.date, recorded: datetime.date | None = None, reason: str = "Bold") -> Event:
    said = {"version": version, "date": date, "recorded": recorded, "reason": reason, "hazard": "HZ-001"}
    return Event.model_validate({"event": "withdrawn", "status": "withdrawn", **said})


# ---------------------------------------------------------------- growing


@LENIENT
@given(notes=st.lists(TEXTS, min_size=1, max_size=3), reason=TEXTS)
def test_an_event_is_read_as_it_was_added_and_nothing_before_it_changes(
    notes: list[str], reason: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shelf = tmp_path_factory.mktemp("shelf")
    file = shelf / "releases.yaml"
    events = [released(f"1.{number}.0", note=note) for number, note in enumerate(notes)]
    events.append(withdrawn("1.0.0", START, reason=reason))
    before = b""
    for count, event in enumerate(events, 1):
        append_event(shelf, event)
        after = file.read_bytes()
        assert after.startswith(before)
        assert list(events_in(after)) == events[:count]
        before = after


def test_a_file_without_a_last_line_end_grows_as_well(tmp_path: Path) -> None:
    append_event(tmp_path, released("1.0.0"))
    file = tmp_path / "releases.yaml"
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    append_event(tmp_path, released("1.1.0"))
    assert [event.version for event in events_in(file.read_bytes())] == ["1.0.0", "1.1.0"]


def test_an_event_that_does_not_fit_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    append_event(tmp_path, released("1.0.0"))
    before = (tmp_path / "releases.yaml").read_bytes()
    with pytest.raises(
        RulesetInvalidError, match=r"the event does not fit releases\.yaml; nothing was added"
    ) as caught:
        append_event(tmp_path, released("1.0.0"))
    assert "1.0.0 was released before" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["releases.yaml"]
    assert (tmp_path / "releases.yaml").read_bytes() == before


def test_who_adds_an_event_while_another_does_is_told_and_neither_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the last moment before the new file takes the place of the old one."""
    append_event(tmp_path, released("1.0.0"))
    original, refusals = Path.replace, []

    def meanwhile(path: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "replace", original)
        with pytest.raises(RulesetReleasedError, match="somebody else adds to it at this moment; nothing was added"):
            append_event(tmp_path, released("1.2.0"))
        refusals.append(path)
        return original(path, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    append_event(tmp_path, released("1.1.0"))
    assert len(refusals) == 1
    append_event(tmp_path, released("1.2.0"))
    found = events_in((tmp_path / "releases.yaml").read_bytes())
    assert [event.version for event in found] == ["1.0.0", "1.1.0", "1.2.0"]
    assert [path.name for path in tmp_path.iterdir()] == ["releases.yaml"]


def test_a_history_that_is_written_otherwise_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_event(tmp_path, released("1.0.0"))
    file, original = tmp_path / "releases.yaml", history.os.fsync

    def meanwhile(handle: int) -> None:
        file.write_bytes(file.read_bytes() + b"# A word by hand.\n")
        original(handle)

    monkeypatch.setattr(history.os, "fsync", meanwhile)
    with pytest.raises(RulesetReleasedError, match="changed by somebody else meanwhile; nothing was added; try again"):
        append_event(tmp_path, released("1.1.0"))
    assert file.read_text().endswith("# A word by hand.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["releases.yaml"]


WRITER = """
import datetime, itertools, sys
from pathlib import Path
from fasciculation_rules.shelf.history import append_event
from fasciculation_rules.shelf.releases import Event
for number in itertools.count():
    version = f"{sys.argv[2]}.{number}.0"
    append_event(Path(sys.argv[1]), Event(event="released", version=version, date=datetime.date(2026, 11, 1),
        status="draft", text_digest="sha256:" + "1" * 64, logic_digest="sha256:" + "1" * 64, note="x" * 400))
    print(version, flush=True)
"""


def test_a_writer_that_is_killed_leaves_every_acknowledged_event_and_no_half_one(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for turn in range(4):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(3 + turn)]
            writer.send_signal(signal.SIGKILL)
            acknowledged += writer.stdout.read().split()
        found = [event.version for event in events_in((tmp_path / "releases.yaml").read_bytes())]
        assert set(acknowledged) <= set(found)
        assert len(found) <= len(acknowledged) + turn + 1  # of each turn one may have been written and not told


# ---------------------------------------------------------------- two times


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Releases, changes of status and withdrawals that fit each other."""
    events: list[Event] = []
    recorded = START
    live: dict[str, datetime.date] = {}
    for number in range(draw(st.integers(1, 6))):
        recorded += datetime.timedelta(days=draw(st.integers(0, 2)))
        kind = draw(st.sampled_from(["released", "status", "withdrawn"])) if live else "released"
        if kind == "released":
            date = min(recorded, draw(DAYS))
            events.append(released(f"1.{number}.0", date, recorded=recorded))
            live[f"1.{number}.0"] = date
            continue
        version = draw(st.sampled_from(sorted(live)))
        date = min(recorded, max(live[version], draw(DAYS)))
        if kind == "withdrawn":
            events.append(withdrawn(version, date, recorded))
            del live[version]
        else:
            said = {"event": "status", "version": version, "date": date, "recorded": recorded}
            events.append(Event.model_validate({**said, "status": draw(st.sampled_from(["active", "retired"]))}))
    return events


def in_force(events: list[Event], as_of: datetime.date, known_at: datetime.date | None) -> str | None:
    """By hand: what each version is by the events that count, then the newest active one, else the newest draft."""
    status: dict[str, str] = {}
    for event in events:
        known = event.recorded or event.date
        if event.date <= as_of and (known_at is None or known <= known_at):
            status[event.version] = event.status
    for wanted in ("active", "draft"):
        names = [version for version, found in status.items() if found == wanted]
        if names:
            return max(names, key=by_number)
    return None


@LENIENT
@given(events=histories(), as_of=DAYS, known_at=st.none() | DAYS)
def test_the_version_in_force_on_a_day_as_known_on_another_is_the_one_found_by_hand(
    events: list[Event], as_of: datetime.date, known_at: datetime.date | None, bare: Path
) -> None:
    file = bare / "releases.yaml"
    file.unlink(missing_ok=True)
    for event in events:
        append_event(bare, event)
    expected = in_force(events, as_of, known_at)
    with pytest.raises(RulesetNotFoundError) as caught:  # the shelf has no folders, so none can be opened
        open_ruleset(as_of=as_of, known_at=known_at)
    if expected is None:
        assert f"no ruleset was active or a draft on {as_of}" in str(caught.value)
    else:
        assert f"there is no ruleset '{expected}'" in str(caught.value)
    with suppress(RulesetNotFoundError):
        last = max(event.known for event in events)
        assert in_force(events, last, None) == default_version()


def test_a_day_chooses_the_version_and_what_became_of_it_is_said(shelf: Path) -> None:
    append_event(shelf, withdrawn("1.0.0", datetime.date(2026, 11, 10), datetime.date(2026, 11, 20)))
    before, after = datetime.date(2026, 11, 9), datetime.date(2026, 11, 12)
    assert open_ruleset(as_of=before).status == "withdrawn"
    assert open_ruleset(as_of=after, known_at=after).version == "1.0.0"
    said = r"no ruleset was active or a draft on 2026-11-12: by then 1\.0\.0, withdrawn"
    with pytest.raises(RulesetNotFoundError, match=said):
        open_ruleset(as_of=after)
    with pytest.raises(RulesetNotFoundError, match="on 2026-10-31: by then nothing was released"):
        open_ruleset(as_of=datetime.date(2026, 10, 31))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"as_of": "2026-11-12"}, "`as_of` is a datetime.date"),
        ({"as_of": datetime.datetime(2026, 11, 12, tzinfo=datetime.UTC)}, "`as_of` is a datetime.date"),
        ({"known_at": START}, "as_of is needed too"),
        ({"version_or_folder": "1.0.0", "as_of": START}, "by its version or by a day"),
    ],
)
def test_arguments_that_choose_nothing_are_refused(arguments: dict[str, object], says: str, shelf: Path) -> None:
    with pytest.raises(ArgumentError, match=says):
        open_ruleset(**arguments)  # type: ignore[arg-type]
