"""The software bill of materials in CycloneDX 1.6: every locked package with hashes, licence, use and known anomalies.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.model.safety import Anomalies, Judgement, Soup
from fasciculation_rules.shelf.digest import digest_of
from fasciculation_rules.shelf.lock import Pin, Project, canonical

DEVELOPMENT = "dev"
OURS = "fasciculation-rules"
RUNTIME, OPTIONAL, EXCLUDED = "required", "optional", "excluded"
_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_REQUIRED = re.compile(r"([A-Za-z0-9._-]+)[^;]*(?:;(.*))?")

ANALYSIS: Mapping[Judgement, Mapping[str, object]] = {
    "affects": {"state": "exploitable"},
    "guarded": {"state": "not_affected", "justification": "protected_by_mitigating_control"},
    "not reachable": {"state": "not_affected", "justification": "code_not_reachable"},
    "not judged": {"state": "in_triage"},
}
COMPILED = {
    "durable-rules": (
        "durable_rules_engine",
        "C sources of the same archive, compiled where they are installed; a record of a decision names the hash.",
    )
}


def bill(project: Project, anomalies: Anomalies) -> dict[str, Any]:
    """The whole document. The same lock and safety file give the same bytes in the same environment."""
    soup = {each.name: each for each in anomalies.soup}
    edges = {pin.name: _edges(pin.name, project) for pin in project.pins}
    users = _users(project, edges)
    components = [_component(pin, users.get(pin.name, ()), soup.get(pin.name)) for pin in project.pins]
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library", "bom-ref": OURS, "name": OURS, "version": __version__,
                "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": f"pkg:pypi/{OURS}@{__version__}",
            },
            "properties": [{"name": f"{OURS}:clinical-validation", "value": "not done"}],
        },
        "components": components,
        "dependencies": [
            {"ref": OURS, "dependsOn": _refs(_roots(project), project)},
            *({"ref": _ref(pin), "dependsOn": _refs(edges[pin.name], project)} for pin in project.pins),
        ],
        "vulnerabilities": [each for pin in project.pins if pin.name in soup for each in _known(pin, soup[pin.name])],
    }  # fmt: skip
    return {"serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, digest_of(document))}", **document}


def _roots(project: Project) -> set[str]:
    return {*project.dependencies, *(name for wanted in project.extras.values() for name in wanted)}


def _users(project: Project, edges: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Who asks for each package, over however many steps: `` for the library itself, else names of extras."""
    found: dict[str, list[str]] = {}
    for user, wanted in {"": project.dependencies, **project.extras}.items():
        seen: set[str] = set()
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += edges.get(name, ())
        for name in seen:
            found.setdefault(name, []).append(user)
    return {name: tuple(sorted(users)) for name, users in found.items()}


def _edges(name: str, project: Project) -> frozenset[str]:
    """What a package asks for, as its own metadata say; of one that is not installed nothing is known."""
    locked = {pin.name for pin in project.pins}
    found = _distribution(name)
    if found is None:
        return frozenset()
    asked = (_REQUIRED.match(text) for text in (found.requires or ()))
    return frozenset(
        canonical(each[1]) for each in asked if each and "extra" not in (each[2] or "") and canonical(each[1]) in locked
    )


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _component(pin: Pin, users: Iterable[str], soup: Soup | None) -> dict[str, Any]:
    users = tuple(users)
    scope = RUNTIME if "" in users else OPTIONAL if any(user != DEVELOPMENT for user in users) else EXCLUDED
    properties = [{"name": f"{OURS}:use", "value": user or "library"} for user in users]
    properties += [{"name": f"{OURS}:development", "value": "true"}] if scope == EXCLUDED else []
    properties += [{"name": f"{OURS}:marker", "value": pin.marker}] if pin.marker else []
    if soup is not None:
        properties += [
            {"name": f"{OURS}:needed-for", "value": soup.needed_for},
            {"name": f"{OURS}:looked-at", "value": f"{soup.looked_at}: {soup.looked_where}"},
        ]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": _ref(pin),
        "name": pin.name,
        "version": pin.version,
        "scope": scope,
        "licenses": [_licence(pin.name, soup)],
        "purl": _ref(pin),
        "externalReferences": [
            {
                "type": "distribution",
                "url": _ref(pin),
                "comment": "one hash for each file that may be installed",
                "hashes": [{"alg": "SHA-256", "content": each} for each in pin.hashes],
            }
        ],
        "properties": properties,
    }
    if pin.name in COMPILED:
        name, why = COMPILED[pin.name]
        inside = {"type": "library", "bom-ref": f"{_ref(pin)}#{name}", "name": name, "version": pin.version}
        component["components"] = [{**inside, "description": why}]
    return component


def _licence(name: str, soup: Soup | None) -> dict[str, Any]:
    """As the safety file says, else as the package says, else that it is not known."""
    said = soup.licence if soup is not None else _said_licence(name)
    if " " in said and re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)+", said):
        return {"expression": said}
    return {"license": {"id": said} if re.fullmatch(r"[A-Za-z0-9.+-]+", said) and said in SPDX else {"name": said}}


SPDX = {"MIT", "MIT-0", "ISC", "PSF-2.0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0"}
"""The identifiers met so far; anything else is written as a name."""


def _said_licence(name: str) -> str:
    found = _distribution(name)
    if found is None:
        return "not known: the package is not installed here"
    said = found.metadata
    classifiers = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or () if each.startswith("License")
    ]
    stated = (said[key] for key in ("License-Expression", "License") if key in said)
    written = next(stated, "")
    return written if 0 < len(written) < 60 else "; ".join(classifiers) or "not stated"


def _ref(pin: Pin) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


def _refs(names: Collection[str], project: Project) -> list[str]:
    return sorted(_ref(pin) for pin in project.pins if pin.name in names)


def _known(pin: Pin, soup: Soup) -> Iterable[dict[str, Any]]:
    for number, each in enumerate(soup.anomalies, start=1):
        guards = f" Guards: {', '.join(each.by)}." if each.by else ""
        yield {
            "id": f"{pin.name}-{number}",
            "description": each.what,
            "analysis": {**ANALYSIS[each.judgement], "detail": f"{each.judgement}: {each.why}{guards}"},
            "affects": [{"ref": _ref(pin)}],
            "updated": f"{soup.looked_at}T00:00:00Z",
        }
