"""Host names of trunks and phones: looked up beside the calls, so that no call waits for a name server."""

import asyncio
import logging
import socket
from collections.abc import Callable

from dialer.gateway.sip.uri import is_ip_address

log = logging.getLogger(__name__)

LOOK_UPS_MAX = 1000


class Hosts:
    """IP addresses by host name; a name is looked up once at a time, however many ask for it."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[Callable[[str], None], Callable[[str], None]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._found: dict[str, str] = {}

    def known(self, host: str) -> str | None:
        """The address of a host that `keep` has found; an IP address is its own."""
        return host if is_ip_address(host) else self._found.get(host)

    async def keep(self, host: str) -> None:
        """Look up a host and remember it; a failure is logged."""
        try:
            self._found[host] = await look_up(host)
        except OSError as error:
            log.error("%s", error)

    def look_up_then(self, host: str, then: Callable[[str], None], failed: Callable[[str], None]) -> None:
        """Look up a host and hand its address to `then`, or the reason why there is none to `failed`."""
        if is_ip_address(host):
            then(host)
            return
        waiting = self._waiting.get(host)
        if waiting is not None:
            waiting.append((then, failed))
            return
        if len(self._tasks) >= LOOK_UPS_MAX:
            failed(f"host {host!r} is not looked up: {LOOK_UPS_MAX} other names are")
            return
        self._waiting[host] = [(then, failed)]
        task = asyncio.get_running_loop().create_task(self._look_up(host))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Give up every look-up; nobody who waits is told."""
        for task in self._tasks:
            task.cancel()
        self._waiting.clear()

    async def _look_up(self, host: str) -> None:
        try:
            address, problem = await look_up(host), ""
        except OSError as error:
            address, problem = "", str(error)
        if address:
            self._found[host] = address
        for then, failed in self._waiting.pop(host, ()):
            if address:
                then(address)
            else:
                failed(problem)


async def look_up(host: str) -> str:
    """The IP address of a host name, IPv4 where there is a choice; an address is returned as it is.

    Raises:
        OSError: The name cannot be found.
    """
    if is_ip_address(host):
        return host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise OSError(f"host {host!r} cannot be found: {error.strerror or error}") from None
    in_order = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return str(in_order[0][4][0])
