"""The page's own words in the languages there are; the words of rules stay as their authors wrote them, in English."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fasciculation_rules.errors import Problem
from fasciculation_rules.shelf.strict_yaml import read_yaml

ENGLISH = "en-GB"
PSEUDO = "en-XA"
"""English with marks, made from it: whatever is still plain on such a page did not come from a catalogue."""

_MARKED = str.maketrans("aeiouAEIOUcnsyCNSY", "áéíóúÁÉÍÓÚçñšýÇÑŠÝ")


@dataclass(frozen=True)
class Translated:
    """One text in another language, and the digest of the English it was translated from."""

    of: str
    says: str


@dataclass(frozen=True)
class Translation:
    """A language other than English: by whom, whether it was reviewed, and its texts by their ids."""

    tag: str
    translator: str
    review: str
    texts: Mapping[str, Translated]


@dataclass(frozen=True)
class Catalogue:
    """The texts of a page in one language; `stale` are those that fell back to English."""

    tag: str
    texts: Mapping[str, str]
    stale: tuple[str, ...] = ()
    review: str = ""

    def say(self, key: str, /, **values: object) -> str:
        """One text, with values in the places it names.

        Raises KeyError for an id that is not there.
        """
        text = self.texts[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text


def digest_of_text(text: str) -> str:
    """By which a translation knows the English it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def english() -> Catalogue:
    """The texts as they were written."""
    problems: list[Problem] = []
    file = files("fasciculation_rules") / "server" / "workbench" / "locales" / "en.yaml"
    document = read_yaml(file.read_bytes(), "locales/en.yaml", problems)
    if document is None:
        raise AssertionError(problems)
    return Catalogue(ENGLISH, document.data)


def in_language(translation: Translation) -> Catalogue:
    """The texts in that language; what is missing, or was translated from other words, falls back to English."""
    source = english().texts
    fresh = {
        key: text.says
        for key, text in translation.texts.items()
        if key in source and text.of == digest_of_text(source[key])
    }
    stale = tuple(key for key in source if key not in fresh)
    return Catalogue(translation.tag, {**source, **fresh}, stale, translation.review)


@cache
def pseudo() -> Translation:
    """A translation that nobody reads: it shows that every word of the page can be translated, and has room to grow."""
    texts = {key: Translated(digest_of_text(text), _pseudo(text)) for key, text in english().texts.items()}
    return Translation(PSEUDO, "made by the library", "a test of the mechanism, not for patients", texts)


def _pseudo(text: str) -> str:
    """Marked letter by letter, but for the names of values, and a third longer."""
    parts = text.replace("{", "\0{").replace("}", "}\0").split("\0")
    marked = [part if part.startswith("{") else part.translate(_MARKED) for part in parts]
    return f"[{''.join(marked)} {'·' * max(1, len(text) // 3)}]"


@cache
def catalogues() -> Mapping[str, Catalogue]:
    """Every language there is, by its tag."""
    return {ENGLISH: english(), PSEUDO: in_language(pseudo())}


def catalogue_for(accepted: str, among: Mapping[str, Catalogue] | None = None) -> Catalogue:
    """The first language of an Accept-Language header that is there, else English."""
    known = catalogues() if among is None else among
    by_tag = {tag.lower(): catalogue for tag, catalogue in known.items()}
    for tag in _preferred(accepted[:200]):
        if tag in by_tag:
            return by_tag[tag]
        if tag in ("*", "en") or tag.startswith("en-"):
            break
    return english()


def _preferred(accepted: str) -> Iterable[str]:
    """The tags of the header, the most wanted first."""
    wanted = []
    for position, part in enumerate(accepted.split(",")):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if tag and quality > 0:
            wanted.append((-quality, position, tag))
    return [tag for _, _, tag in sorted(wanted)]
