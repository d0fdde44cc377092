"""The messages: a vector as fragments of JSON, of which each handle joins only those it reads.

    fragments    {"id":"1","sid":"1","z":1   ,"f0":0   ,"f1":2   ,"l0":84   ...   }
    a message    the head, the fragments of the slots that a handle names, the tail

Every slot is always there, as a small integer, an unknown quantity as its two far ends: the extension takes a number
with an exponent for an error, NaN for null, and a property that is missing for no match of any kind.
Fragments are joined twice as fast as the same message is formatted.
"""

from __future__ import annotations

from operator import getitem

from fasciculation_rules.engines.slots import slot_names
from fasciculation_rules.errors import EngineError
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN, Program, Vector

SENTINEL = "z"
"""The property, always 1, on which the rule rests that must fire last in every evaluation."""

HEAD = f'{{"id":"1","sid":"1","{SENTINEL}":1'
TAIL = "}"
_STATES = (UNKNOWN, PRESENT, ABSENT)


class Messages:
    """The fragments of one program's messages: one a slot, then the head, then the tail."""

    def __init__(self, program: Program) -> None:
        names = slot_names(program)
        self._findings = len(program.findings)
        self._ends = self._findings + 2 * len(program.quantities)
        self._length = len(names)
        states = [tuple(f',"{name}":{state}' for state in _STATES) for name in names]
        self._states = states[: self._findings]
        self._blank = [fragments[UNKNOWN] for fragments in states[self._ends :]] + [HEAD, TAIL]
        fields = [f',"{name}":' for name in names[self._findings : self._ends]]
        far = [UNKNOWN_LOW, UNKNOWN_HIGH] * len(program.quantities)
        self._unknown = [(field, end, f"{field}{end}") for field, end in zip(fields, far, strict=True)]
        self.derived = {slot: states[slot] for slot in range(self._ends, self._length)}
        """What a derived slot is once its stage has run, by state."""

    def fragments(self, vector: Vector) -> list[str]:
        """The vector with its derived slots unknown; EngineError if it is not one that the program encodes."""
        try:
            if len(vector) != self._length:
                raise ValueError("another program's vector")
            found = list(map(getitem, self._states, bytes(vector[: self._findings])))
            found += [
                unknown
                if count == end
                else f"{field}{count}"
                if type(count) is int and UNKNOWN_LOW <= count <= UNKNOWN_HIGH
                else _refuse()
                for (field, end, unknown), count in zip(self._unknown, vector[self._findings : self._ends], strict=True)
            ]
        except (TypeError, ValueError, IndexError):
            # Not chained: the cause may quote what a patient's record says.
            raise EngineError("the vector is not one that this program encodes") from None
        return found + self._blank


def _refuse() -> str:
    raise ValueError("beyond the integers that a double holds exactly")
