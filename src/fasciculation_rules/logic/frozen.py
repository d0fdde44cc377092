"""A mapping that nobody can change: opened rulesets are shared, and what is shared must stay what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")


class FrozenMapping(dict[Key, Item]):
    """A dict without its ways to change; hashable where its items are, and as fast to read as any dict.

    `dict(...)` and `|` make plain copies, which can be changed.
    """

    __slots__ = ()

    def __new__(cls, items: Mapping[Key, Item] | Iterable[tuple[Key, Item]] = ()) -> Self:
        """Filled here and not in `__init__`, which anybody may call again."""
        frozen = super().__new__(cls)
        dict.update(frozen, items)
        return frozen

    def __init__(self, items: Mapping[Key, Item] | Iterable[tuple[Key, Item]] = ()) -> None:
        """Nothing is left to do."""

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled and copied whole, since it takes no items one by one."""
        return type(self), (dict(self),)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping is frozen, because others share it; dict(...) makes a copy that can be changed")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse
