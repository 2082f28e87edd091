"""ETags: a reader is told "not changed" (304), a writer that somebody was faster (412); RFC 9110, section 13."""

import hashlib

import msgspec
from fastapi import Request, Response

from dialer.rest.answers import answer
from dialer.rest.problems import ProblemError


def etag_of(value: object) -> str:
    """The tag of a thing as it is answered."""
    return f'"{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:32]}"'


def tagged(request: Request, value: object) -> Response:
    """A thing with its tag; 304 where the reader has it already."""
    tag = etag_of(value)
    if request.method == "GET" and _names(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return answer(value, headers={"ETag": tag})


def refuse_changed(request: Request, value: object) -> None:
    """See that a thing still is as the writer knows it; without `If-Match` it always is.

    Raises:
        ProblemError: 412, it is not.
    """
    known = request.headers.get("if-match")
    if known is not None and not _names(known, etag_of(value)):
        detail = "somebody has changed it since; read it again, and send its new ETag as If-Match"
        raise ProblemError(412, "It has changed meanwhile", detail, {"ETag": etag_of(value)})


def _names(header: str, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in header.split(","))
