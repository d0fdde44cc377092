"""A circuit of ands over named inputs, in which equal gates are one gate.

Two patients who differ in one answer share nearly every gate, so that a statement about both is a small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Wire: TypeAlias = int
"""A gate or an input by its number; the negative number is its negation."""

TRUE: Wire = 1
FALSE: Wire = -1


class Circuit:
    """Grows only. Gate 1 is the constant true; an input has a label, a gate has the wires it joins."""

    def __init__(self) -> None:
        self.labels: dict[Wire, object] = {}
        self._inputs: dict[object, Wire] = {}
        self._gates: list[tuple[Wire, ...]] = [()]
        self._numbers: dict[tuple[Wire, ...], Wire] = {}

    def __len__(self) -> int:
        return len(self._gates)

    def input(self, label: object) -> Wire:
        """The input of this label, made when first asked for."""
        found = self._inputs.get(label)
        if found is None:
            self._gates.append(())
            found = self._inputs[label] = len(self._gates)
            self.labels[found] = label
        return found

    def joins(self, gate: Wire) -> tuple[Wire, ...]:
        """The wires that a gate joins; none for an input and for the constant."""
        return self._gates[abs(gate) - 1]

    def every(self, wires: Iterable[Wire]) -> Wire:
        """True where all of the wires are."""
        kept: set[Wire] = set()
        for wire in wires:
            if wire == FALSE or -wire in kept:
                return FALSE
            if wire != TRUE:
                kept.add(wire)
        if len(kept) < 2:
            return kept.pop() if kept else TRUE
        key = tuple(sorted(kept))
        found = self._numbers.get(key)
        if found is None:
            self._gates.append(key)
            found = self._numbers[key] = len(self._gates)
        return found

    def some(self, wires: Iterable[Wire]) -> Wire:
        """True where at least one of the wires is."""
        return -self.every(-wire for wire in wires)

    def implies(self, one: Wire, other: Wire) -> Wire:
        """True unless the first is true and the second is not."""
        return self.some((-one, other))

    def same(self, one: Wire, other: Wire) -> Wire:
        """True where both are true or neither is."""
        return self.every((self.implies(one, other), self.implies(other, one)))

    def at_least(self, n: int, wires: Sequence[Wire]) -> Wire:
        """True where at least `n` of the wires are: wire by wire, `held[k]` is whether k of those seen were."""
        held = [TRUE, *([FALSE] * n)]
        for wire in wires:
            for count in range(n, 0, -1):
                held[count] = self.some((held[count], self.every((held[count - 1], wire))))
        return held[n]

    def cone(self, wires: Iterable[Wire], seen: set[int]) -> Iterator[int]:
        """The gates and inputs that the wires rest on, each after those it joins; adds them to `seen`."""
        waiting = [abs(wire) for wire in wires]
        while waiting:
            gate = waiting[-1]
            if gate in seen:
                waiting.pop()
                continue
            below = [abs(wire) for wire in self.joins(gate) if abs(wire) not in seen]
            if below:
                waiting += below
            else:
                seen.add(gate)
                yield waiting.pop()

    def values(self, inputs: Mapping[Wire, bool], wires: Iterable[Wire] | None = None) -> dict[int, bool]:
        """What the gates below the wires, or all gates, are worth; an input that is not named is false."""
        found = {1: True}
        for gate in range(2, len(self._gates) + 1) if wires is None else self.cone(wires, {1}):
            joined = self.joins(gate)
            found[gate] = all(holds(wire, found) for wire in joined) if joined else inputs.get(gate, False)
        return found


def holds(wire: Wire, values: Mapping[int, bool]) -> bool:
    """Whether a wire is true where its gate has this value."""
    return values[wire] if wire > 0 else not values[-wire]
