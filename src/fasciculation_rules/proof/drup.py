"""A small checker of proofs that clauses cannot all be true. It needs nothing else of this library, and no solver.

A proof is a list of lemmas (DRUP): each is a clause that follows from the clauses before it by unit propagation alone,
and the last is the empty clause. `d` before a clause says that it is no longer needed. A literal is a number: 7 is that
the seventh variable is true, -7 that it is false; a clause is a list of literals, of which one at least is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Clause = list[int]


class NotProved(ValueError):
    """The proof does not show it; the message says where it fails."""


def check(cnf: str, drup: str) -> None:
    """Raises NotProved unless the proof shows that the clauses cannot all be true."""
    checker, steps = Checker(read_cnf(cnf)), list(read_drup(drup))
    for number, gone, lemma in steps:
        if checker.refuted:
            return
        if gone:
            checker.forget(lemma)
        elif not checker.follows(lemma):
            raise NotProved(f"line {number} of the proof does not follow from what comes before it")
        else:
            checker.add(lemma)
    if not checker.refuted:
        raise NotProved("the proof ends without a contradiction")


class Checker:
    """Holds clauses, and what follows from them by unit propagation.

    Each clause is watched by two literals, its first two: as long as neither is false, it says nothing new. What was
    found to be true stays so when a clause is forgotten: it followed from all that was given at the start.
    """

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self.refuted = False
        self._true: set[int] = set()
        self._trail: list[int] = []
        self._watched: dict[int, list[Clause]] = {}
        self._held: dict[tuple[int, ...], list[Clause]] = {}
        for clause in clauses:
            self.add(clause)

    def add(self, clause: Clause) -> None:
        """From now on this clause holds."""
        clause = list(dict.fromkeys(clause))
        clause.sort(key=lambda literal: -literal in self._true)  # those not false come first, and are watched
        self._held.setdefault(tuple(sorted(clause)), []).append(clause)
        if len(clause) > 1:
            for literal in clause[:2]:
                self._watched.setdefault(literal, []).append(clause)
        if not clause or -clause[0] in self._true:
            self.refuted = True
        elif len(clause) == 1 or -clause[1] in self._true:
            self.refuted = self.refuted or not self._follow(clause[0])

    def forget(self, clause: Clause) -> None:
        """The clause is no longer needed; what is not held is not missed."""
        held = self._held.get(tuple(sorted(set(clause))))
        if held:
            held.pop().clear()  # an empty one is dropped by whoever watches it

    def follows(self, clause: Clause) -> bool:
        """Whether unit propagation alone contradicts the opposite of the clause."""
        before = len(self._trail)
        found = not all(self._follow(-literal) for literal in clause)
        self._true.difference_update(self._trail[before:])
        del self._trail[before:]
        return found

    def _follow(self, literal: int) -> bool:
        """Makes a literal true, and all that then has to be; False where that is a contradiction."""
        waiting = [literal]
        while waiting:
            literal = waiting.pop()
            if literal in self._true:
                continue
            if -literal in self._true:
                return False
            self._true.add(literal)
            self._trail.append(literal)
            if not self._now_false(-literal, waiting):
                return False
        return True

    def _now_false(self, literal: int, waiting: list[int]) -> bool:
        """Looks at the clauses that a false literal watches; False where one of them has no other literal left."""
        true = self._true
        kept: list[Clause] = []
        watching = self._watched.get(literal, [])
        for place, clause in enumerate(watching):
            if not clause:
                continue
            if clause[0] == literal:
                clause[0], clause[1] = clause[1], literal
            other = clause[0]
            if other not in true:
                for index in range(2, len(clause)):
                    if -clause[index] not in true:
                        clause[1], clause[index] = clause[index], literal
                        self._watched.setdefault(clause[1], []).append(clause)
                        break
                else:
                    if -other in true:
                        self._watched[literal] = [*kept, *watching[place:]]
                        return False
                    waiting.append(other)
                    kept.append(clause)
                continue
            kept.append(clause)
        self._watched[literal] = kept
        return True


# ------------------------------------------------------------ reading


def read_cnf(text: str) -> Iterator[Clause]:
    """The clauses of a DIMACS file; its head must say how many there are, and of how many variables."""
    clauses: list[Clause] = []
    promised: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("p cnf "):
            promised = _pair(line.removeprefix("p cnf "))
        elif line and not line.startswith("c"):
            clauses.append(_clause(line, f"line {number} of the clauses"))
    variables = max((abs(literal) for clause in clauses for literal in clause), default=0)
    if promised is None or promised[1] != len(clauses) or promised[0] < variables:
        raise NotProved("the clauses are not as many as their head says")
    yield from clauses


def read_drup(text: str) -> Iterator[tuple[int, bool, Clause]]:
    """For each step of a proof its line, whether the clause is dropped, and the clause."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line and not line.startswith("c"):
            gone = line.startswith("d ")
            yield number, gone, _clause(line.removeprefix("d "), f"line {number} of the proof")


def _clause(line: str, place: str) -> Clause:
    try:
        *literals, end = map(int, line.split())
    except ValueError:
        raise NotProved(f"{place} is no clause") from None
    if end != 0 or 0 in literals:
        raise NotProved(f"{place} does not end with 0, or not only there")
    return literals


def _pair(text: str) -> tuple[int, int] | None:
    try:
        one, other = map(int, text.split())
    except ValueError:
        return None
    return one, other
