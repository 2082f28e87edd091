"""Makes the gateway of the live service from its settings: SIP, RTP, recorded messages, recordings."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from dialer.config import Settings, SipSettings, TrunkSettings
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.prompts import Prompt, PromptError, load_prompts
from dialer.gateway.network import NetworkSettings
from dialer.gateway.recording.recorder import OnFinished, Recorder
from dialer.gateway.rtpengine.gateway import RtpengineGateway
from dialer.gateway.rtpengine.media import RtpengineMedia
from dialer.gateway.rtpengine.ng import NgClient
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.signers import SignerError
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.gateway.workers.gateway import WorkerGateway
from dialer.gateway.workers.media import WorkerMedia
from dialer.live.starting import StartError
from dialer.ports import Gateway, Post

HAVE_WORKERS = ("linux",)
"""Systems that hand sockets to another process in whole messages (SOCK_SEQPACKET with SCM_RIGHTS), and were tried."""


class LiveGateway(Gateway, Protocol):
    """A gateway with a beginning and an end."""

    async def start(self) -> None:
        """Open its sockets.

        Raises:
            OSError: an address or port cannot be had.
        """
        ...

    async def close(self) -> None:
        """Close its sockets."""
        ...

    def set_on_recorded(self, callback: OnFinished) -> None:
        """Tell `callback` of every conversation whose recording is whole."""
        ...

    def counters(self) -> dict[str, int]:
        """What it has done since its start, by name."""
        ...

    @property
    def address(self) -> tuple[str, int]:
        """Where it is reached, once started."""
        ...


MakeGateway = Callable[[Settings, Post], LiveGateway]


def sip_gateway(settings: Settings, post: Post, platform: str = sys.platform) -> LiveGateway:
    """The gateway that speaks SIP and RTP.

    Raises:
        StartError: the recorded messages cannot be used, or the system has not what the settings ask for.
    """
    sip = settings.sip
    try:
        prompts = load_prompts(Path(sip.prompts) if sip.prompts else None)
    except PromptError as error:
        raise StartError(f"[sip] prompts: {error}") from None
    if sip.media == "rtpengine" and settings.engine.amd:
        raise StartError('[engine] amd needs the audio in the dialer; set amd = false, or [sip] media = "in_process"')
    if sip.media == "rtpengine" and any(trunk.direct_media for trunk in settings.trunks):
        raise StartError(
            '[[trunks]] direct_media needs [sip] media = "in_process": rtpengine moves the far ends itself'
        )
    if sip.media_workers and platform not in HAVE_WORKERS:
        raise StartError(
            f"[sip] media_workers = {sip.media_workers} needs Linux, this is {platform}: set media_workers = 0, and the"
            " dialer relays the audio itself"
        )
    loop = asyncio.get_running_loop()
    recordings = Path(sip.recordings) if sip.recordings else None
    gateway = GatewaySettings(
        host=sip.host,
        port=sip.port,
        advertised_host=sip.advertised_host,
        network=NetworkSettings(
            tcp=sip.tcp,
            tls_port=sip.tls_port,
            websocket_port=sip.websocket_port,
            tls_certificate=sip.tls_certificate,
            tls_key=sip.tls_key,
            tls_authorities=sip.tls_authorities,
            tls_verify=sip.tls_verify,
        ),
        trunks=tuple(_trunk_address(trunk) for trunk in settings.trunks),
        phones=RegistrarSettings(
            realm=sip.realm,
            algorithms=sip.digest,
            passwords={phone.user: phone.password.get_secret_value() for phone in settings.phones},
        ),
        leg_ring_timeout_s=sip.leg_ring_timeout_s,
        health=HealthSettings(silence_s=sip.trunk_silence_s, probe_s=sip.trunk_probe_s),
    )
    # Not the wall clock: were that set forward, every transaction would time out at once.
    try:
        if sip.media == "rtpengine":
            return RtpengineGateway(gateway, _rtpengine(sip, prompts), post, loop.time)
        recorder_of = partial(Recorder, folder=recordings, now=time.time)
        if sip.media_workers:
            ports = sip.rtp_port_min, sip.rtp_port_max
            workers = WorkerMedia(loop, sip.host, ports, prompts, sip.media_workers, sip.media_timeout_s)
            return WorkerGateway(gateway, workers, post, loop.time, recorder_of(workers))
        media = RtpEngine(loop, sip.host, sip.rtp_port_min, sip.rtp_port_max, prompts, sip.media_timeout_s)
        return SipGateway(gateway, media, post, loop.time, recorder=recorder_of(media))
    except SignerError as error:
        raise StartError(f"[[trunks]] {error}") from None


def _rtpengine(sip: SipSettings, prompts: Mapping[str, Prompt]) -> RtpengineMedia:
    host, _, port = sip.rtpengine.rpartition(":")
    try:
        return RtpengineMedia(
            NgClient(host.strip("[]"), int(port)), prompts, Path(sip.rtpengine_prompts), sip.media_timeout_s
        )
    except OSError as error:
        raise StartError(f"[sip] rtpengine_prompts: {error}") from None


def _trunk_address(trunk: TrunkSettings) -> TrunkAddress:
    host, colon, port = trunk.address.rpartition(":")
    if not colon:
        # A name alone: its NAPTR and SRV records name servers and ports.
        host, port = trunk.address, "0"
    return TrunkAddress(
        name=trunk.name,
        host=host.strip("[]"),
        port=int(port),
        transport=trunk.transport,
        username=trunk.username,
        password=trunk.password.get_secret_value(),
        realm=trunk.realm,
        domain=trunk.domain,
        asserts_identity=trunk.asserts_identity,
        caller_rules=trunk.caller_rules,
        hides_caller_id=trunk.hides_caller_id,
        diverted_from=trunk.diverted_from,
        identity_signer=trunk.identity_signer,
        attempt_header=trunk.attempt_header,
        direct_media=trunk.direct_media,
    )
