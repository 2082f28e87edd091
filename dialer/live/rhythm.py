"""The rhythm of what is done again and again while the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


async def keep_doing(
    what: str, work: Callable[[], Awaitable[object]], every_s: float, first_s: float | None = None
) -> None:
    """Do something after `first_s` (else after `every_s`), and then with `every_s` between, until cancelled.

    An error nobody foresaw is logged as `<what> failed` with where it came from, and the work is tried again in its
    turn: it must not end for good, unseen, what only a start of the service would begin anew.
    """
    await asyncio.sleep(every_s if first_s is None else first_s)
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s failed; it is tried again in %g s", what, every_s)
        await asyncio.sleep(every_s)
