"""Where a name's SIP servers are: NAPTR, then SRV, then plain addresses (RFC 3263), kept as long as their TTL says.

A trunk whose address names a port is a plain host; one without is looked up the long way, and may have several servers.
The first by priority and weight is used until the trunk goes down; then the next one's turn has come.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import dns.asyncresolver
import dns.exception
import dns.resolver

from dialer.gateway.sip.addresses import DEFAULT_PORTS, Address, at
from dialer.gateway.sip.uri import is_ip_address

log = logging.getLogger(__name__)

SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
NAPTR_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
TARGETS_MAX = 16
LOOK_UP_S_MAX = 5.0


class Target(NamedTuple):
    """One server of a name."""

    host: str
    """An IP address."""
    port: int
    transport: str
    name: str
    """The host name of the server, which a certificate may bear instead of the domain."""

    @property
    def address(self) -> Address:
        """Where to send."""
        return at(self.host, self.port, self.transport)


class Found(NamedTuple):
    """What a look-up has found, and until when it holds."""

    targets: tuple[Target, ...]
    expires_at: float


class ServerNames:
    """Looks up SIP servers.

    Args:
        now: A clock that is never set.
        pick: A number from 0 up to, not including, its argument: chooses among servers of one priority by weight.
        resolver: Asks the name servers; the system's own where none is given.
    """

    def __init__(
        self,
        now: Callable[[], float],
        pick: Callable[[int], int],
        resolver: dns.asyncresolver.Resolver | None = None,
    ) -> None:
        self._now = now
        self._pick = pick
        self._resolver = resolver
        self._kept: dict[tuple[str, str], Found] = {}

    async def look_up(self, name: str, transport: str) -> tuple[Target, ...]:
        """The servers of a name, the one to try first at the front; kept until the first of their records expires.

        Raises:
            OSError: Nothing is found, or no name server answers in time.
        """
        kept = self._kept.get((name, transport))
        if kept is not None and kept.expires_at > self._now():
            return kept.targets
        try:
            async with asyncio.timeout(LOOK_UP_S_MAX):
                found = await self._search(name, transport)
        except (dns.exception.DNSException, TimeoutError, OSError) as error:
            if kept is not None:
                # Better the servers of yesterday than none.
                log.warning("SIP servers of %r are not found any more: %s", name, str(error) or type(error).__name__)
                return kept.targets
            raise OSError(f"no SIP server of {name!r} can be found: {str(error) or type(error).__name__}") from None
        self._kept[name, transport] = found
        return found.targets

    def is_fresh(self, name: str, transport: str) -> bool:
        """Whether what is kept of a name still holds."""
        kept = self._kept.get((name, transport))
        return kept is not None and kept.expires_at > self._now()

    async def _search(self, name: str, transport: str) -> Found:
        service, ttl_naptr = await self._service(name, transport)
        records, ttl = await self._records(service, "SRV")
        if not records:
            host_targets, ttl_host = await self._addresses(name, DEFAULT_PORTS[transport], transport)
            if not host_targets:
                raise OSError("no SRV, A or AAAA record")
            return Found(tuple(host_targets), self._now() + ttl_host)
        targets: list[Target] = []
        for record in self._in_order(records):
            found, ttl_host = await self._addresses(str(record.target).rstrip("."), record.port, transport)
            targets += found
            ttl = min(ttl, ttl_host)
        if not targets:
            raise OSError("its SRV records name no host that has an address")
        return Found(tuple(targets[:TARGETS_MAX]), self._now() + min(ttl, ttl_naptr))

    async def _service(self, name: str, transport: str) -> tuple[str, float]:
        """The name to ask SRV for: what NAPTR says for our transport, else the usual one (section 4.1)."""
        records, ttl = await self._records(name, "NAPTR")
        for record in sorted(records, key=lambda each: (each.order, each.preference)):
            is_srv = record.flags.decode().lower() == "s"
            if is_srv and NAPTR_SERVICES.get(record.service.decode().upper()) == transport:
                return str(record.replacement).rstrip("."), ttl
        return f"{SERVICES[transport]}.{name}", float("inf")

    def _in_order(self, records: list[Any]) -> list[Any]:
        """By priority, and by chance and weight among equals (RFC 2782)."""
        waiting = sorted(records, key=lambda each: (each.priority, each.weight))
        ordered: list[Any] = []
        while waiting:
            equals = [each for each in waiting if each.priority == waiting[0].priority]
            chosen = self._pick(sum(each.weight for each in equals) + 1)
            for record in equals:
                chosen -= record.weight
                if chosen <= 0:
                    break
            ordered.append(record)
            waiting.remove(record)
        return ordered

    async def _addresses(self, host: str, port: int, transport: str) -> tuple[list[Target], float]:
        if is_ip_address(host):
            return [Target(host, port, transport, host)], float("inf")
        for kind in ("A", "AAAA"):
            records, ttl = await self._records(host, kind)
            if records:
                return [Target(record.address, port, transport, host) for record in records], ttl
        return [], float("inf")

    async def _records(self, name: str, kind: str) -> tuple[list[Any], float]:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver()
        try:
            answer = await self._resolver.resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return [], float("inf")
        return list(answer), float(answer.rrset.ttl if answer.rrset is not None else 0)
