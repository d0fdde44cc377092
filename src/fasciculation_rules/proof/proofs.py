"""Proofs as files: of each question that is impossible its clauses and a proof, written, and checked again later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fasciculation_rules._version import __version__
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.proof.cnf import Printer
from fasciculation_rules.proof.drup import NotProved, check, read_cnf
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.solver import needed
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.theorems import all_theorems
from fasciculation_rules.shelf.digest import manifest

NARROWLY, WIDELY = False, True


CONTENTS = "contents.sha256"
"""The list of all files of a folder, as `sha256sum` writes it. It is written last: a run that was stopped has none."""


@dataclass
class Proofs:
    """A folder of proofs about one ruleset. Each is two files of one name: `THEOREM-0001.cnf` and `.drup`."""

    folder: Path
    subject: Subject
    _printer: Printer = field(init=False)

    def __post_init__(self) -> None:
        self._printer = Printer(self.subject.circuit)

    def write(self, theorem: str, number: int, question: Question) -> None:
        """Writes and checks the proof of a question to which every solver said: impossible.

        Raises EngineDisagreementError where there is none, or it does not check; then nothing is written of it.
        """
        for widely in (NARROWLY, WIDELY):
            cnf = self.clauses(theorem, number, question, widely=widely)
            drup = _proof(cnf)
            if drup is not None:
                break
        else:
            raise _refused(theorem, number, "a new solver says that it is possible")
        try:
            check(cnf, drup)
        except NotProved as error:
            raise _refused(theorem, number, str(error)) from None
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / f"{name_of(theorem, number)}.cnf", cnf)
        _write(self.folder / f"{name_of(theorem, number)}.drup", drup)

    def end(self) -> None:
        """Writes the list of all that is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = {path.name: path.read_bytes() for path in _files(self.folder)}
        _write(self.folder / CONTENTS, manifest(files))

    def clauses(self, theorem: str, number: int, question: Question, *, widely: bool) -> str:
        """The clauses of a question: the same text for the same version of ruleset and library."""
        ruleset = self.subject.ruleset
        head = (
            f"fasciculation-rules {__version__}, ruleset {ruleset.version}, logic {ruleset.logic_digest}",
            f"theorem {theorem}, question {number}: {question.about}",
            f"of what holds of every patient: {'all' if widely else 'what is about the items asked about'}",
        )
        return self._printer.text(question, head, widely=widely)


def name_of(theorem: str, number: int) -> str:
    """What the files of a question are called."""
    return f"{theorem}-{number:04}"


def _refused(theorem: str, number: int, why: str) -> EngineDisagreementError:
    message = f"the proof of '{theorem}', question {number}, does not check: {why}; nothing is proved"
    return EngineDisagreementError(message, differences={}, case=None)


def _proof(cnf: str) -> str | None:
    """What a solver that starts from nothing writes down; None where it finds somebody."""
    try:
        from pysat.solvers import Glucose4
    except ImportError:
        raise needed("python-sat") from None
    with Glucose4(bootstrap_with=list(read_cnf(cnf)), with_proof=True) as solver:
        return None if solver.solve() else "".join(f"{line}\n" for line in solver.get_proof())


def _write(path: Path, text: str) -> None:
    """Under another name first, so that a file of this name is always whole."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


# ------------------------------------------------------------ checking files alone


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".cnf", ".drup"))


@dataclass(frozen=True, slots=True)
class Checked:
    """One theorem's files: how many are as they should be, and what is wrong with the others."""

    theorem: str
    good: int
    faults: tuple[str, ...]


_NAME = re.compile(r"(?P<theorem>[a-z0-9-]+)-(?P<number>\d{4,})")


def check_folder(folder: Path, subject: Subject) -> Iterator[Checked]:
    """Checks every proof of a folder, and that it is about this ruleset: no solver is asked.

    The clauses are worked out anew from the ruleset and have to be those of the file.
    """
    names = sorted({path.stem for path in _files(folder)})
    found: dict[str, set[int]] = {}
    strange = []
    for name in names:
        match = _NAME.fullmatch(name)
        if match:
            found.setdefault(match["theorem"], set()).add(int(match["number"]))
        else:
            strange.append(f"{name}: no name of a proof")
    strange += _unlisted(folder)
    if strange:
        yield Checked("", 0, tuple(strange))
    proofs = Proofs(folder, subject)
    for theorem in all_theorems():
        wanted = found.pop(theorem.id, set())
        if wanted:
            faults = dict.fromkeys(wanted, "there is no such question")
            for number, question in enumerate(theorem.questions(subject), start=1):
                if number in wanted:
                    faults[number] = _fault(proofs, theorem.id, number, question)
            told = tuple(f"{name_of(theorem.id, number)}: {fault}" for number, fault in sorted(faults.items()) if fault)
            yield Checked(theorem.id, len(wanted) - len(told), told)
    for theorem_id, numbers in found.items():
        yield Checked(theorem_id, 0, tuple(f"{name_of(theorem_id, n)}: there is no such theorem" for n in numbers))


def _unlisted(folder: Path) -> Iterator[str]:
    """What was listed and is gone, and what came without being listed."""
    there = {path.name for path in _files(folder)}
    try:
        lines = (folder / CONTENTS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        yield f"{CONTENTS}: cannot be read: the run that writes it last did not end, so proofs may be missing"
        return
    listed = {line.partition("  ")[2] for line in lines}
    yield from (f"{name}: listed in {CONTENTS}, and missing" for name in sorted(listed - there))
    yield from (f"{name}: not listed in {CONTENTS}" for name in sorted(there - listed))


def _fault(proofs: Proofs, theorem: str, number: int, question: Question) -> str:
    """What is wrong with the two files of a question; nothing where all is well."""
    name = name_of(theorem, number)
    try:
        cnf = (proofs.folder / f"{name}.cnf").read_text(encoding="utf-8")
        drup = (proofs.folder / f"{name}.drup").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except UnicodeDecodeError:
        return "not a text"
    except OSError as error:
        return f"cannot be read ({error.strerror or type(error).__name__})"
    own = (proofs.clauses(theorem, number, question, widely=widely) for widely in (NARROWLY, WIDELY))
    if cnf not in own:
        return "its clauses are not those of this ruleset"
    try:
        check(cnf, drup)
    except NotProved as error:
        return str(error)
    return ""
