"""Where each trunk is reached at this moment: by its address, or by the server of its name whose turn it is."""

import logging

from dialer.gateway.hosts import Hosts
from dialer.gateway.network import Network
from dialer.gateway.settings import TrunkAddress
from dialer.gateway.sip import Address
from dialer.gateway.sip.addresses import TLS, at
from dialer.gateway.trunk_servers import TrunkServers

log = logging.getLogger(__name__)


class Destinations:
    """Asks what is known of names.

    Args:
        hosts: Trunks with a port.
        servers: Trunks without.
        network: Told which name a TLS trunk has to prove.
    """

    def __init__(self, hosts: Hosts, servers: TrunkServers, network: Network) -> None:
        self._hosts = hosts
        self._servers = servers
        self._network = network

    def now(self, trunk: TrunkAddress) -> Address | None:
        """Where a trunk is reached now; None while its name is not found: it is then looked up for the next call."""
        if trunk.port:
            host = self._hosts.known(trunk.host)
            if host is None:
                self._hosts.look_up_then(trunk.host, lambda _: None, log.error)
                return None
            destination = at(host, trunk.port, trunk.transport)
        else:
            server = self._servers.now(trunk)
            if server is None:
                return None
            destination = server.address
        if trunk.transport == TLS and self._network.streams is not None:
            self._network.streams.names[destination] = trunk.host
        return destination
