"""Refuses a body whose stated length is over the limit before it is read; FastAPI stops those that state none."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dialer.rest.problems import problem

BODY_BYTES_MAX = 1024 * 1024
"""For everything but lead files, which have their own limit: [service] upload_bytes_max, import_bytes_max."""


class BodyLimit:
    """ASGI middleware; `upload_bytes_max` holds for paths that end in /leads, `import_bytes_max` for /imports."""

    def __init__(self, app: ASGIApp, upload_bytes_max: int, import_bytes_max: int) -> None:
        self._app = app
        self._uploads = {
            "/leads": ("upload_bytes_max", upload_bytes_max),
            "/imports": ("import_bytes_max", import_bytes_max),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or pass the request on."""
        if scope["type"] == "http":
            last = "/" + scope["path"].rpartition("/")[2]
            setting, bytes_max = self._uploads.get(last, ("", BODY_BYTES_MAX))
            stated = Headers(scope=scope).get("content-length", "")
            if stated.isdecimal() and int(stated) > bytes_max:
                advice = f"; split the file, or raise [service] {setting}" if setting else "; send it in parts"
                detail = f"the body has {stated} bytes, at most {bytes_max} are taken{advice}"
                await problem(413, "The body is too large", detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)
