"""NAPTR, SRV and plain addresses from a name server of the test's own, over real UDP on this machine."""

import asyncio
from collections.abc import Awaitable, Callable

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from dialer.gateway.server_names import ServerNames

ZONE = {
    ("carrier.test.", "NAPTR"): (
        '10 10 "S" "SIP+D2T" "" _tcp.carrier.test.',
        '20 10 "S" "SIP+D2U" "" _udp.carrier.test.',
    ),
    ("_udp.carrier.test.", "SRV"): ("20 0 5060 spare.carrier.test.", "10 0 5070 main.carrier.test."),
    ("_sip._udp.simple.test.", "SRV"): ("1 3 5060 main.carrier.test.", "1 1 5061 spare.carrier.test."),
    ("_sip._udp.broken.test.", "SRV"): ("1 1 5060 nowhere.carrier.test.",),
    ("main.carrier.test.", "A"): ("192.0.2.10",),
    ("spare.carrier.test.", "A"): ("192.0.2.20",),
    ("plain.test.", "AAAA"): ("2001:db8::1",),
}


class NameServer(asyncio.DatagramProtocol):
    """Answers from `ZONE`, with a TTL of its own; counts what it is asked."""

    def __init__(self) -> None:
        self.questions = 0
        self.is_silent = False
        self.zone: dict[tuple[str, str], tuple[str, ...]] = ZONE
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.questions += 1
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        (question,) = query.question
        kind = question.rdtype.name
        name = str(question.name)
        records = self.zone.get((name, kind))
        if self.is_silent:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(response.to_wire(), addr)


async def start_name_server() -> tuple[asyncio.BaseTransport, NameServer, dns.asyncresolver.Resolver]:
    """A name server on a free port, and a resolver that asks it alone."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, ("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    resolver.lifetime = 3.0
    return transport, server, resolver


class World:
    """A name server, a clock that is set, and what looks names up."""

    def __init__(self, server: NameServer, resolver: dns.asyncresolver.Resolver) -> None:
        self.server = server
        self.now = 0.0
        self.picked = 0
        self.names = ServerNames(lambda: self.now, lambda below: min(self.picked, below - 1), resolver)

    async def hosts(self, name: str, transport: str = "udp") -> list[tuple[object, ...]]:
        return [target.address for target in await self.names.look_up(name, transport)]


def run(test: Callable[[World], Awaitable[None]]) -> None:
    async def main() -> None:
        transport, server, resolver = await start_name_server()
        try:
            await test(World(server, resolver))
        finally:
            transport.close()

    asyncio.run(main())


def test_naptr_leads_to_srv_and_priority_decides() -> None:
    async def test(world: World) -> None:
        assert await world.hosts("carrier.test") == [("192.0.2.10", 5070), ("192.0.2.20", 5060)]

    run(test)


@pytest.mark.parametrize(("picked", "first"), [(0, ("192.0.2.20", 5061)), (4, ("192.0.2.10", 5060))])
def test_without_naptr_the_usual_name_and_weight_by_chance(picked: int, first: tuple[str, int]) -> None:
    async def test(world: World) -> None:
        world.picked = picked
        found = await world.hosts("simple.test")
        assert (found[0], len(found)) == (first, 2)

    run(test)


def test_without_srv_the_host_itself_at_the_usual_port() -> None:
    async def test(world: World) -> None:
        assert await world.hosts("plain.test") == [("2001:db8::1", 5060)]
        assert await world.hosts("plain.test", "tls") == [("2001:db8::1", 5061, "tls")]

    run(test)


def test_answers_are_kept_as_long_as_their_ttl() -> None:
    async def test(world: World) -> None:
        await world.hosts("carrier.test")
        asked = world.server.questions
        world.now = 59.0
        await world.hosts("carrier.test")
        assert world.server.questions == asked
        world.now = 60.0
        await world.hosts("carrier.test")
        assert world.server.questions > asked

    run(test)


def test_when_the_name_server_fails_the_old_servers_stay() -> None:
    async def test(world: World) -> None:
        before = await world.hosts("carrier.test")
        world.now = 1000.0
        world.server.is_silent = True
        assert await world.hosts("carrier.test") == before

    run(test)


@pytest.mark.parametrize("name", ["nothing.test", "broken.test"])
def test_what_is_not_found_is_said_by_name(name: str) -> None:
    async def test(world: World) -> None:
        with pytest.raises(OSError, match=f"no SIP server of '{name}'"):
            await world.hosts(name)

    run(test)
