import asyncio

from dialer.gateway.settings import TrunkAddress
from dialer.gateway.trunk_servers import TrunkServers
from tests.dialer.gateway.test_server_names import World, run

CARRIER = TrunkAddress(name="c", host="carrier.test", port=0)


def test_a_silent_server_is_followed_by_the_next_and_by_the_first_again() -> None:
    async def test(world: World) -> None:
        servers = TrunkServers(world.names)
        await servers.find(CARRIER)
        turns = [servers.now(CARRIER), servers.next(CARRIER), servers.now(CARRIER), servers.next(CARRIER)]
        assert [each.host for each in turns if each] == ["192.0.2.10", "192.0.2.20", "192.0.2.20", "192.0.2.10"]

    run(test)


def test_a_trunk_not_found_yet_is_looked_up_beside_the_call() -> None:
    async def test(world: World) -> None:
        servers = TrunkServers(world.names)
        assert servers.now(CARRIER) is None
        async with asyncio.timeout(120):
            while (server := servers.now(CARRIER)) is None:  # noqa: ASYNC110 - the look-up goes on beside
                await asyncio.sleep(0.01)
        assert server.address == ("192.0.2.10", 5070)
        servers.close()

    run(test)


def test_a_name_that_is_not_found_is_logged_and_left() -> None:
    async def test(world: World) -> None:
        servers = TrunkServers(world.names)
        await servers.find(TrunkAddress(name="n", host="nothing.test", port=0))
        assert servers.next(TrunkAddress(name="n", host="nothing.test", port=0)) is None
        servers.close()

    run(test)
