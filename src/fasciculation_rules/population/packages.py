"""Whether the packages of a cohort are installed; asked once, before anything is begun."""

from __future__ import annotations

from importlib.util import find_spec

from fasciculation_rules.errors import EngineUnavailableError


def need(package: str, extra: str = "population") -> None:
    """Raises EngineUnavailableError, naming what to install, where the package is not here."""
    if find_spec(package) is None:
        raise EngineUnavailableError(
            f"this needs the package '{package}', which is not installed: pip install 'fasciculation-rules[{extra}]'"
        )
