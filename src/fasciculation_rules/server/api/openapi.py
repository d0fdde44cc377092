"""The HTTP interface described in OpenAPI 3.1, made from the models that read and write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fasciculation_rules._version import __version__
from fasciculation_rules.model.api import AssessRequest, Compared, CompareRequest, Outcome
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.server.serving import Serving

Json = dict[str, Any]

PATHS = {"assess": "/api/v1/assess", "explain": "/api/v1/explain", "compare": "/api/v1/compare"}
DESCRIPTION = (
    "Cited clinical rules for muscle twitching. It advises clinicians and makes no diagnosis. "
    "What is not given is unknown, and unknown is never no."
)
_TAKEN = {
    400: "The body is no JSON that can be read.",
    401: "The call has no token that is in order.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    422: "The request cannot be understood; every problem is named at its place, without what was found.",
    503: "No answer could be made, so there is no guidance.",
}
_COMPARED = {
    **_TAKEN,
    404: "There is no such version.",
    429: "Too many comparisons wait; ask again later.",
    501: "The packages that compare are not installed.",
}


def openapi(serving: Serving) -> Json:
    """The description for one site."""
    schemas: Json = {}
    case = _schema(AssessRequest, "validation", schemas)
    versions = _schema(CompareRequest, "validation", schemas)
    assessment = _schema(Assessment, "serialization", schemas)
    compared = _schema(Compared, "serialization", schemas)
    outcome = _schema(Outcome, "serialization", schemas)
    ruleset = serving.ruleset
    secured: Json = {"security": [{"token": []}]} if serving.site.clients else {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Muscle twitching rules",
            "version": __version__,
            "summary": f"Ruleset {ruleset.version} ({ruleset.status}), {ruleset.about.review}",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": serving.address}],
        "paths": {
            PATHS["assess"]: _post("assess", "Assess one case", case, _json(assessment), outcome, _TAKEN, secured),
            PATHS["explain"]: _post(
                "explain", "Explain one case in words", case, {"text/plain": {"schema": {"type": "string"}}}, outcome,
                _TAKEN, secured,
            ),
            PATHS["compare"]: _post(
                "compare", "Compare two versions", versions, _json(compared), outcome, _COMPARED, secured
            ),
        },
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "As CDS Hooks describes it; `aud` is exactly the address that is called.",
                }
            },
        },
    }  # fmt: skip


def _schema(model: Any, mode: Literal["validation", "serialization"], into: Json) -> Json:
    """A reference to the schema of a model, which is put beside the others with all that it names."""
    schema = model.model_json_schema(by_alias=True, mode=mode, ref_template="#/components/schemas/{model}")
    into.update(schema.pop("$defs", {}))
    into[model.__name__] = schema
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _post(
    name: str, summary: str, taken: Json, given: Json, outcome: Json, refusals: Mapping[int, str], secured: Json
) -> Json:
    answers: Json = {"200": {"description": "The answer.", "content": given}}
    for status, why in sorted(refusals.items()):
        answers[str(status)] = {"description": why, "content": _json(outcome)}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "requestBody": {"required": True, "content": _json(taken)},
            "responses": answers,
            **secured,
        }
    }
