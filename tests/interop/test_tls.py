"""A trunk over TLS: its certificate is checked, its name too. The far end is OpenSSL and the project's own SIP."""

import asyncio
import secrets
import time
from pathlib import Path

import pytest
import trustme

from dialer.gateway.network import Network, NetworkSettings
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import SessionConfirmed, SessionOffered, UserAgent, UserAgentEvent, make_answer, parse_sdp
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CallAnswered, CallEnded, Event, PlaceCall
from dialer.model import CallCause


class Files:
    """An authority's certificate, and those that it has issued, in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.authority = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.authority)

    def issue(self, *names: str) -> str:
        path = str(self._folder / f"{secrets.token_hex(4)}.pem")
        self._authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(path)
        return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


async def call(certificate: str, **trusted: object) -> tuple[CallEnded, list[Event]]:
    """Call a carrier that has this certificate, with these settings of ours."""
    loop = asyncio.get_running_loop()
    carrier = Network(NetworkSettings(tcp=False, tls_port=0, tls_certificate=certificate))

    def on_event(event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            answer = make_answer(parse_sdp(event.request.body), "127.0.0.1", 30000, origin_id=1)
            shell.agent.answer(event.session_id, answer, time.monotonic())
        elif isinstance(event, SessionConfirmed):
            shell.agent.hang_up(event.session_id, time.monotonic())

    shell = await carrier.open(
        "127.0.0.1", 0, lambda own: UserAgent(own, lambda: secrets.token_hex(8)), on_event, time.monotonic
    )
    contact = shell.agent.identity.contact_over("tls")
    port = int(contact.partition(";")[0].rpartition(":")[2])
    events: list[Event] = []
    ended = loop.create_future()

    def post(event: Event) -> None:
        events.append(event)
        if isinstance(event, CallEnded) and not ended.done():
            ended.set_result(event)

    trunk = TrunkAddress(name="carrier", host="127.0.0.1", port=port, transport="tls")
    network = NetworkSettings(**trusted)  # type: ignore[arg-type]
    gateway = SipGateway(GatewaySettings(port=0, trunks=(trunk,), network=network), SilentMedia(), post, time.monotonic)
    await gateway.start()
    gateway.send(PlaceCall(call_id="1-1", number="1", caller_id="2", trunk="carrier", ring_timeout_s=20))
    try:
        return await asyncio.wait_for(ended, 120), events
    finally:
        await gateway.close()
        shell.close()


def test_a_call_over_tls(files: Files) -> None:
    ended, events = asyncio.run(call(files.issue("127.0.0.1"), tls_authorities=files.authority))
    assert ended.cause is CallCause.FAR_END
    assert CallAnswered(call_id="1-1") in events


def test_a_certificate_of_an_unknown_authority_is_refused(files: Files) -> None:
    ended, _ = asyncio.run(call(files.issue("127.0.0.1")))
    assert ended.cause is CallCause.TRUNK_FAILURE


def test_a_certificate_of_another_name_is_refused(files: Files) -> None:
    ended, _ = asyncio.run(call(files.issue("carrier.example"), tls_authorities=files.authority))
    assert ended.cause is CallCause.TRUNK_FAILURE


def test_unless_nobody_wants_it_checked(files: Files) -> None:
    ended, _ = asyncio.run(call(files.issue("carrier.example"), tls_verify=False))
    assert ended.cause is CallCause.FAR_END


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "not.pem"
    path.write_text("no")
    with pytest.raises(OSError, match=r"not\.pem cannot be used for TLS"):
        asyncio.run(call(str(path)))
