import asyncio
import contextlib
import itertools
import socket
import time
from pathlib import Path

import pytest
import trustme

from dialer.gateway.network import Network, NetworkSettings
from dialer.gateway.sip import UserAgent
from dialer.gateway.udp import UdpShell


async def opened(settings: NetworkSettings, port: int = 0) -> UdpShell:
    numbers = itertools.count()
    network = Network(settings)
    shell = await network.open(
        "127.0.0.1", port, lambda own: UserAgent(own, lambda: f"t{next(numbers)}"), lambda event: None, time.monotonic
    )
    shell.close()
    return shell


def test_tcp_is_on_the_same_port() -> None:
    shell = asyncio.run(opened(NetworkSettings()))
    port = shell.local_address[1]
    assert shell.agent.identity.contact_over("tcp") == f"<sip:127.0.0.1:{port};transport=tcp>"
    assert shell.agent.identity.contact_over("tls") == f"<sip:127.0.0.1:{port}>", "where there is none, UDP"


def test_udp_alone_if_wanted() -> None:
    shell = asyncio.run(opened(NetworkSettings(tcp=False)))
    assert shell.agent.identity.contact_over("tcp") == shell.agent.identity.contact


def test_a_certificate_makes_it_listen_on_tls(tmp_path: Path) -> None:
    path = str(tmp_path / "own.pem")
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(path)
    shell = asyncio.run(opened(NetworkSettings(tls_port=0, tls_certificate=path)))
    assert ";transport=tls>" in shell.agent.identity.contact_over("tls")


def test_a_port_that_tcp_cannot_have_is_an_error() -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            asyncio.run(opened(NetworkSettings(), taken.getsockname()[1]))


def test_authorities_that_are_none_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be used for TLS"):
        asyncio.run(opened(NetworkSettings(tls_authorities=str(tmp_path / "none.pem"))))
