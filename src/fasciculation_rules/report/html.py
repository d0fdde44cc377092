"""Pages of HTML from templates: one file each, without scripts and without anything from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from fasciculation_rules.errors import PagesUnavailableError

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, **values: object) -> str:
    """The page that a template makes of these values; every value is escaped.

    Raises PagesUnavailableError without the extra `audit`.
    """
    return _environment().get_template(f"{template}.html").render(**values) + "\n"


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError:
        raise PagesUnavailableError(
            "pages of HTML need the package 'jinja2', which is not installed: pip install 'fasciculation-rules[audit]'"
        ) from None
    return Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str:
    return (files("fasciculation_rules") / "report" / "templates" / name).read_text(encoding="utf-8")
