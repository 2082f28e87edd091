"""Runs the live service on a loop of its own, from its log to its last word."""

import asyncio
import os
import signal
from collections.abc import Callable

from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from dialer.app import path_of, serve
from dialer.commands.errors import EXIT_FAILED, CommandError
from dialer.config import Settings
from dialer.live.collector import calm_collector
from dialer.live.logs import start_logging
from dialer.live.starting import StartError
from dialer.telephony import MakeGateway, sip_gateway

ENDING = "Ending: unanswered calls are given up, agents logged out, results written. Once more to exit at once."


def run_service(settings: Settings, announce: Callable[[str], None], make_gateway: MakeGateway = sip_gateway) -> None:
    """Run the service on a loop of its own until SIGINT or SIGTERM.

    Raises:
        CampaignsError, StartError: it cannot start.
        CommandError: it has ended, and not everything could be written.
    """
    try:
        start_logging(settings.log.level, settings.log.path)
    except OSError as error:
        raise StartError(f"the log {settings.log.path} cannot be written: {error.strerror}; set [log] path") from None
    store = open_store(
        settings.database.url,
        upgrade=settings.database.url.startswith("sqlite"),
        suppressions=path_of(settings.database.suppressions),
    )
    try:
        calm_collector()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            is_written = runner.run(_until_signalled(settings, store, make_gateway, announce))
    finally:
        store.close()
    if not is_written:
        raise CommandError("not every result could be written before the end; the log says which", EXIT_FAILED)
    announce("Ended: no call is open, everything is written.")


async def _until_signalled(
    settings: Settings, store: SqlStore, make_gateway: MakeGateway, announce: Callable[[str], None]
) -> bool:
    until = asyncio.Event()

    def told_to_end() -> None:
        if until.is_set():
            os._exit(EXIT_FAILED)
        until.set()
        announce(ENDING)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_end)
    return await serve(settings, store, make_gateway, until=until, announce=announce)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
