"""Answers are the project's own structs as JSON; their schemas in the OpenAPI page come from the same structs."""

from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from campaigns.model import Campaign
from dialer.rest.problems import MEDIA_TYPE, ProblemDetails

REF = "#/components/schemas/{name}"
GIVEN_BY_THE_STORE = ("campaign_id", "status", "tenant_id")
SETTINGS_SCHEMA = "CampaignSettings"
CHANGES_SCHEMA = "CampaignChanges"
WITH_SECRETS = ("/tokens", "/sessions", "/webhooks")
"""Routes whose answers show a secret once: they take no Idempotency-Key, for such answers are not kept."""
TAGGED = ("/accounts/{account_id}", "/campaigns/{campaign_id}", "/caller-ids/{caller_id}", "/webhooks/{webhook_id}")
"""Things that have an ETag."""
CHANGES = ("/start", "/pause", "/stop")
"""What changes one of them beside PATCH and DELETE."""

_answered: list[Any] = [Campaign, ProblemDetails]
"""Every type that some route answers with; filled when the routes are declared, read when the page is made."""


def answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A struct, or a list of them, as JSON."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def answers(kind: Any, description: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What a route's `responses` says of its answer."""
    _answered.append(kind)
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return {
        status: {"description": description, "content": {"application/json": {"schema": schema}}},
        "default": {
            "description": "What was wrong and what to do",
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(name="ProblemDetails")}}},
        },
    }


def takes(schema_name: str) -> dict[str, Any]:
    """What a route's `openapi_extra` says of a body that is read as a plain mapping."""
    schema = {"$ref": REF.format(name=schema_name)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI) -> None:
    """Make an application's OpenAPI page know the structs."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _openapi(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_headers(page: dict[str, Any]) -> None:
    """Name the headers that many routes take."""
    for path, methods in page["paths"].items():
        for method, operation in methods.items():
            if method == "post" and not path.endswith(WITH_SECRETS):
                said = "Sent again with the same key within a day, the request is done once and answered as before."
                _add_header(operation, "Idempotency-Key", said, {"minLength": 1, "maxLength": 255})
            if path.endswith(TAGGED) and method == "get":
                _add_header(operation, "If-None-Match", "304 where the ETag is still this one.", {})
            if method != "get" and path.endswith((*TAGGED, *(f"{TAGGED[1]}{change}" for change in CHANGES))):
                _add_header(operation, "If-Match", "412 where the ETag is no longer this one.", {})


def _add_header(operation: dict[str, Any], name: str, description: str, limits: dict[str, Any]) -> None:
    schema = {"type": "string", "pattern": "^[ -~]*$"} | limits
    header = {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
    operation.setdefault("parameters", []).append(header)


def _openapi(app: FastAPI) -> dict[str, Any]:
    page = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    _, components = msgspec.json.schema_components(_answered, ref_template=REF)
    schemas = page.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(components)
    _describe_headers(page)
    campaign = components["Campaign"]
    settings = {key: value for key, value in campaign["properties"].items() if key not in GIVEN_BY_THE_STORE}
    schemas[SETTINGS_SCHEMA] = {
        "type": "object",
        "description": "The settings of a campaign; all but the name and the skill group have defaults.",
        "properties": settings,
        "required": ["name", "skill_group"],
        "additionalProperties": False,
    }
    schemas[CHANGES_SCHEMA] = {
        "type": "object",
        "description": "Settings to change; null returns one to its default (JSON merge patch, RFC 7396).",
        "properties": settings,
        "additionalProperties": False,
    }
    return page
