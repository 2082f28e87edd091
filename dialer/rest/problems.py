"""Errors as application/problem+json (RFC 9457): what was wrong, which field, what to do."""

import logging
import math
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from campaigns.service.errors import (
    CallerError,
    CallerIdInUseError,
    CampaignsError,
    InvalidSettingsError,
    NotFoundError,
    StatusChangeError,
)
from dialer.access.errors import LastAdminError, NameTakenError, SignInError, TooManyTriesError, WeakPasswordError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
PROBLEMS_MAX = 50


class FieldProblem(msgspec.Struct, frozen=True):
    """One field that is not right."""

    field: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every answer with a status of 400 or above."""

    title: str
    status: int
    detail: str
    """What was wrong and what to do."""
    problems: tuple[FieldProblem, ...] = ()
    """The fields that are not right, where it is a matter of fields."""


class ProblemError(Exception):
    """Raised by a route to answer with a problem."""

    def __init__(
        self, status: int, title: str, detail: str, headers: dict[str, str] | None = None, field: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.headers = headers
        self.field = field
        """The one that is not right, where it is a matter of a field."""


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of an application a problem."""
    app.add_exception_handler(ProblemError, _raised)
    app.add_exception_handler(CampaignsError, _campaigns_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def problem(
    status: int,
    title: str,
    detail: str,
    problems: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """One answer in the form of RFC 9457."""
    body = ProblemDetails(title=title, status=status, detail=detail, problems=tuple(problems[:PROBLEMS_MAX]))
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)


async def _raised(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    found = [FieldProblem(error.field, str(error))] if error.field else []
    return problem(error.status, error.title, str(error), found, error.headers)


async def _campaigns_error(_request: Request, error: Exception) -> Response:
    match error:
        case NotFoundError():
            return problem(404, "Not found", str(error))
        case SignInError():
            return problem(401, "Not signed in", str(error))
        case TooManyTriesError():
            return problem(429, "Too many tries", str(error), headers={"Retry-After": str(math.ceil(error.wait_s))})
        case NameTakenError() | LastAdminError() | CallerIdInUseError():
            return problem(409, "That cannot be", str(error), _named(error))
        case WeakPasswordError():
            return problem(422, "The request is not right", str(error), [FieldProblem("password", str(error))])
        case StatusChangeError():
            return problem(409, "The campaign's status does not allow it", str(error))
        case InvalidSettingsError():
            found = [FieldProblem(one.field, one.message) for one in error.problems]
            return problem(422, "The settings are not right", str(error), found)
        case CallerError():
            return problem(422, "The request is not right", str(error), _named(error))
    log.warning("request failed: %s", error)
    return problem(503, "The database is not available", str(error), headers={"Retry-After": str(RETRY_AFTER_S)})


async def _invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [FieldProblem(_field(one), _message(one)) for one in error.errors()]
    detail = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in found[:PROBLEMS_MAX])
    return problem(422, "The request is not right", detail, found)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404:
        detail = f"there is nothing at {request.url.path}; /api/v1/docs lists what there is"
    elif error.status_code == 405:
        detail = f"{request.method} is not possible at {request.url.path}; /api/v1/docs lists what is"
    elif error.status_code == 413:
        detail = "the body is too large; send it in parts, or raise [service] upload_bytes_max for lead files"
    return problem(error.status_code, "The request cannot be carried out", detail, headers=_plain(error.headers))


async def _unexpected(request: Request, error: Exception) -> Response:
    # The traceback is logged by the server, to which the error goes on.
    log.error("unexpected %s in %s %s", type(error).__name__, request.method, request.url.path)
    return problem(500, "Internal error", "this is a fault of the service; its log has the details")


def _named(error: CallerError) -> list[FieldProblem]:
    return [FieldProblem(error.field, str(error))] if error.field else []


def _field(error: dict[str, Any]) -> str:
    """The path of a field, numbers.3, without the word for where it came from."""
    steps = [str(step) for step in error["loc"]]
    if error["type"] == "json_invalid":
        return ""
    return ".".join(steps[1:]) if steps and steps[0] in {"body", "query", "path", "header"} else ".".join(steps)


def _message(error: dict[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return f"the body is not valid JSON: {error.get('ctx', {}).get('error', error['msg'])}"
    if error["type"] == "missing":
        return "is required"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _plain(headers: Any) -> dict[str, str] | None:
    return dict(headers) if headers else None
