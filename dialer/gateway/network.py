"""Opens what the gateway speaks SIP over: UDP always, TCP on the same port, TLS where there is a certificate."""

import contextlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from dialer.gateway.sip import UserAgent, UserAgentEvent
from dialer.gateway.sip.addresses import TCP, TLS, WS, WSS, HostPort
from dialer.gateway.streams import Streams, StreamSettings
from dialer.gateway.udp import UdpShell, open_udp

FREE_PORTS_TRIED = 20


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Transports besides UDP."""

    tcp: bool = True
    """Listen on TCP too, and switch long requests to it."""
    tls_port: int = 5061
    """Listened on where there is a certificate; 0 takes a free one."""
    tls_certificate: str = ""
    """PEM file: our certificate and those between it and the authority's."""
    tls_key: str = ""
    """PEM file of its key; empty where it is in the certificate's file."""
    tls_authorities: str = ""
    """PEM file of authorities trusted beside the system's own: for carriers and phones with private ones."""
    tls_verify: bool = True
    """Check far ends' certificates and names; off, TLS hides the calls from those who listen and proves nothing."""
    websocket_port: int | None = None
    """Phones in browsers connect here (RFC 7118), by WSS where there is a certificate; 0 takes a free one."""
    streams: StreamSettings = StreamSettings()


class Network:
    """`open` is an `OpenShell`."""

    def __init__(self, settings: NetworkSettings) -> None:
        self._settings = settings
        self.streams: Streams | None = None
        """The connections, once opened."""
        self.websocket_port: int | None = None
        """Where browsers connect, once opened."""

    async def open(
        self,
        host: str,
        port: int,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        now: Callable[[], float],
    ) -> UdpShell:
        """Bind every transport and build the agent.

        Raises:
            OSError: An address is in use or not ours, or a certificate cannot be read.
        """
        settings = self._settings
        ours = server_context(settings) if settings.tls_certificate else None
        theirs = client_context(settings)
        for tries_left in reversed(range(FREE_PORTS_TRIED)):
            shell = await open_udp(host, port, make_agent, on_event, now)
            streams = Streams(shell, now, settings.streams, theirs)
            self.streams = shell.connections = streams
            try:
                await self._listen(shell, streams, host, ours)
            except OSError:
                shell.close()
                # Of a port that UDP found free, TCP may be taken: a free one is one that is free for both.
                if port or not tries_left:
                    raise
                continue
            return shell
        raise AssertionError("unreachable")

    async def _listen(self, shell: UdpShell, streams: Streams, host: str, ours: ssl.SSLContext | None) -> None:
        settings = self._settings
        if settings.tcp:
            port = await streams.listen(TCP, host, shell.local_address[1])
            shell.agent.listen_on(TCP, port)
        if ours is not None:
            port = await streams.listen(TLS, host, settings.tls_port, ours)
            shell.agent.listen_on(TLS, port)
        if settings.websocket_port is not None:
            transport = WS if ours is None else WSS
            self.websocket_port = await streams.listen(transport, host, settings.websocket_port, ours)
            shell.agent.listen_on(transport, self.websocket_port)


def client_context(settings: NetworkSettings) -> ssl.SSLContext:
    """How we check those that we connect to.

    Raises:
        OSError: A file cannot be read, or is no certificate.
    """
    context = ssl.create_default_context()
    if settings.tls_authorities:
        with _named(settings.tls_authorities):
            context.load_verify_locations(settings.tls_authorities)
    if not settings.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.tls_certificate:
        # Carriers with mutual TLS know us by the same certificate.
        with _named(settings.tls_certificate):
            context.load_cert_chain(settings.tls_certificate, settings.tls_key or None)
    return context


def server_context(settings: NetworkSettings) -> ssl.SSLContext:
    """Who we are to those that connect to us.

    Raises:
        OSError: A file cannot be read, or is no certificate.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with _named(settings.tls_certificate):
        context.load_cert_chain(settings.tls_certificate, settings.tls_key or None)
    return context


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    """Say which file it was: the ssl module does not."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{Path(path)} cannot be used for TLS: {error.strerror or error}") from error
