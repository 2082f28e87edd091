"""Where a trunk is reached; names and servers have tests of their own."""

import asyncio
import time

from dialer.gateway.destinations import Destinations
from dialer.gateway.hosts import Hosts
from dialer.gateway.network import Network, NetworkSettings
from dialer.gateway.server_names import ServerNames
from dialer.gateway.settings import TrunkAddress
from dialer.gateway.trunk_servers import TrunkServers


def test_an_address_is_its_own_and_a_name_is_looked_up_for_the_next_call() -> None:
    async def main() -> None:
        hosts = Hosts()
        servers = TrunkServers(ServerNames(time.monotonic, lambda _: 0, None))
        destinations = Destinations(hosts, servers, Network(NetworkSettings()))
        assert destinations.now(TrunkAddress(name="a", host="192.0.2.9", port=5070)) == ("192.0.2.9", 5070)
        over_tcp = TrunkAddress(name="b", host="192.0.2.9", port=5070, transport="tcp")
        assert destinations.now(over_tcp) == ("192.0.2.9", 5070, "tcp")
        assert destinations.now(TrunkAddress(name="c", host="no-such.invalid")) is None
        hosts.close()
        servers.close()
        await asyncio.sleep(0)

    asyncio.run(main())
