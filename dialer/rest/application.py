"""The HTTP application: all routes under /api/v1, each asking who calls, errors as problems."""

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.responses import RedirectResponse

from dialer.config import package_version
from dialer.rest import (
    accounts,
    agents,
    answers,
    audit,
    caller_ids,
    campaigns,
    compliance,
    digits,
    do_not_call,
    guests,
    idempotency,
    imports,
    lead_listing,
    leads,
    listings,
    problems,
    rate_limits,
    recordings,
    reports,
    sessions,
    skips,
    statistics,
    webhooks,
)
from dialer.rest.access import require_access
from dialer.rest.body_limit import BODY_BYTES_MAX, BodyLimit
from dialer.rest.service import Service

PREFIX = "/api/v1"

ROUTERS = (
    campaigns.router,
    caller_ids.router,
    do_not_call.router,
    compliance.router,
    lead_listing.router,
    listings.router,
    skips.router,
    reports.router,
    webhooks.router,
    agents.router,
    guests.router,
    digits.router,
    recordings.router,
    statistics.router,
    sessions.router,
    accounts.router,
    audit.router,
)

DESCRIPTION = """Campaigns and leads go in, calls go out, agents talk, results come back.

A POST may carry an `Idempotency-Key`: sent again within a day it is done once and answered as before. What can be
changed (campaigns, caller IDs, webhooks, accounts) has an ETag: `If-None-Match` answers 304, `If-Match` with a change
or a deletion 412 where somebody was faster. One account may send so many requests a minute ([service]
requests_per_minute): `RateLimit` tells how many are left, beyond them the answer is 429 with `Retry-After`.

Listings come in pages, `{"items": [...], "cursor": ...}`: send the cursor back for the next page, which `Link` names
too; null is the end.

Times are Unix seconds, durations seconds, rates 0..1. Errors are `application/problem+json` (RFC 9457) and say what
to do.
"""


def create_app(service: Service) -> FastAPI:
    """Make the application in front of a running service."""
    app = FastAPIOffline(
        title="Predictive dialer",
        version=package_version(),
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=f"{PREFIX}/docs",
        redoc_url=None,
        static_url=f"{PREFIX}/docs-assets",
    )
    app.add_middleware(BodyLimit, upload_bytes_max=service.upload_bytes_max, import_bytes_max=service.import_bytes_max)
    app.add_middleware(audit.Audited)
    app.add_middleware(rate_limits.RateLimited)
    app.add_middleware(idempotency.Idempotent)
    app.add_exception_handler(idempotency.AnsweredBeforeError, idempotency.answer_as_before)
    app.state.service = service
    guarded = [Depends(require_access)]
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=guarded, max_body_size=BODY_BYTES_MAX)
    app.include_router(leads.router, prefix=PREFIX, dependencies=guarded, max_body_size=service.upload_bytes_max)
    # National lists have as many lines as imports.
    for router in (imports.router, compliance.uploads):
        app.include_router(router, prefix=PREFIX, dependencies=guarded, max_body_size=service.import_bytes_max)
    app.add_api_route("/", _to_docs, include_in_schema=False)
    problems.answer_with_problems(app)
    answers.describe(app)
    return app


async def _to_docs() -> RedirectResponse:
    return RedirectResponse(f"{PREFIX}/docs")
