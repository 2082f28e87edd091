"""The settings themselves: each section is a table of `dialer.toml`, each field a key with its default and meaning.

Durations are seconds (`_s`), rates 0..1, and the unit is the last word of the key. A key that is not listed here is an
error. `docs/reference/settings.md` is written from these descriptions.
"""

import ipaddress
import re
from typing import Annotated, Literal

import msgspec
from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from dialer.config.records import DatabaseSettings, LogSettings, StoreSettings, TraceSettings
from dialer.config.section import Port, Seconds, Section
from dialer.config.webhooks import WebhookSettings
from dialer.model import EngineSettings, Trunk


def _is_rule(rule: tuple[str, str]) -> tuple[str, str]:
    try:
        re.sub(rule[0], rule[1], "+12025550123")
    except (re.error, IndexError) as error:
        raise ValueError(f"{list(rule)!r} is no translation rule: {error}") from None
    return rule


TranslationRule = Annotated[tuple[str, str], AfterValidator(_is_rule)]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ServiceSettings(Section):
    """Where the REST API listens and who may use it."""

    host: str = Field(
        default="127.0.0.1", description="Address the REST API listens on; any but loopback needs a `token`."
    )
    port: Port = Field(default=8080, description="TCP port of the REST API; 0 takes a free one and prints it.")
    token: SecretStr = Field(
        default=SecretStr(""),
        description="Callers must send it as `Authorization: Bearer <token>`; empty asks for none.",
    )
    poll_s: Annotated[float, Field(ge=0.1, le=3600)] = Field(
        default=15.0, description="Seconds between two polls of the campaign tasks."
    )
    shutdown_s: Seconds = Field(
        default=10.0,
        description="On shutdown, calls and agents' legs get this long to end before the service goes anyway.",
    )
    request_timeout_s: Seconds = Field(
        default=10.0, description="An agent's request that the engine has not answered by then fails with status 504."
    )
    upload_bytes_max: Annotated[int, Field(ge=1024)] = Field(
        default=64 * 1024 * 1024, description="Largest lead file accepted over REST, in bytes."
    )
    import_bytes_max: Annotated[int, Field(ge=1024)] = Field(
        default=8 * 1024 * 1024 * 1024, description="Largest file of an import over REST, in bytes."
    )
    import_folder: str = Field(
        default="imports",
        description="Folder of files that are being imported and of their rejected rows; relative to the working "
        "directory.",
    )
    requests_per_minute: Annotated[int, Field(ge=0)] = Field(
        default=6000, description="Most requests of one account in a minute; 0: no limit."
    )
    watchers_max: Annotated[int, Field(ge=1)] = Field(
        default=64, description="Most readers of the live statistics stream at one time."
    )

    @model_validator(mode="after")
    def _open_only_with_a_token(self) -> "ServiceSettings":
        if not self.token.get_secret_value() and not is_loopback(self.host):
            raise ValueError(
                f"the service would listen on {self.host} without a token, so anyone who can reach it could place "
                'calls. Set [service] token (or DIALER_SERVICE_TOKEN), or host = "127.0.0.1"'
            )
        return self


class SipSettings(Section):
    """The dialer's own SIP and RTP addresses."""

    host: str = Field(
        default="127.0.0.1", description="Local IP address for SIP and RTP; the trunks must be able to reach it."
    )
    advertised_host: str = Field(
        default="", description="IP address that far ends are told, where NAT makes it another than `host`."
    )
    port: Port = Field(default=5060, description="UDP and TCP port for SIP; 0 takes a free one.")
    tcp: bool = Field(
        default=True, description="Listen on TCP beside UDP, and send requests of more than 1300 bytes by it."
    )
    websocket_port: Port | None = Field(
        default=None,
        description="Port for phones in browsers (SIP over WebSocket, WSS where `tls_certificate` is set); "
        "left out, none connect.",
    )
    tls_port: Port = Field(default=5061, description="TLS port for SIP; listened on where `tls_certificate` is set.")
    tls_certificate: str = Field(
        default="", description="PEM file of our certificate; empty listens on no TLS (trunks may use it all the same)."
    )
    tls_key: str = Field(default="", description="PEM file of its key; empty where it is in the certificate's file.")
    tls_authorities: str = Field(
        default="", description="PEM file of authorities to trust beside the system's: for carriers with private ones."
    )
    tls_verify: bool = Field(
        default=True, description="Check the certificate and name of TLS trunks; turn it off for tests alone."
    )
    media: Literal["in_process", "rtpengine"] = Field(
        default="in_process",
        description="What carries the audio: the dialer itself, or the daemon rtpengine. With rtpengine there are no "
        "recordings, AMD, keys, supervisors or third parties, since the audio does not pass through the dialer.",
    )
    media_workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes that relay the audio, where `media` is in_process: at most one for each core that SIP "
        "and the engine leave. 0 relays in the dialer's own process, which carries some hundreds of conversations.",
    )
    rtpengine: str = Field(
        default="127.0.0.1:22222", description="Address of rtpengine's ng protocol (UDP), where `media` says so."
    )
    rtpengine_prompts: str = Field(
        default="",
        description="Folder that rtpengine reads recorded messages from, under the same path on its machine; the "
        "dialer writes them there. Required with rtpengine.",
    )
    recordings: str = Field(
        default="recordings",
        description="Folder of the recordings of conversations, relative to the working directory; empty records none.",
    )
    rtp_port_min: Port = Field(default=20000, description="First UDP port for audio (even).")
    rtp_port_max: Port = Field(
        default=29999, description="Last UDP port for audio; a call and an agent's leg use two each."
    )

    realm: str = Field(default="dialer", min_length=1, description="Said to phones that register; few show it.")
    digest: Annotated[tuple[Literal["SHA-256", "MD5"], ...], Field(min_length=1)] = Field(
        default=("SHA-256", "MD5"),
        description="Digest algorithms offered to phones that register; old ones may fail unless it is MD5 alone.",
    )
    leg_ring_timeout_s: Seconds = Field(
        default=30.0, description="How long an agent's phone may ring at login before it counts as not answered."
    )
    trunk_silence_s: Seconds = Field(
        default=0.8, description="A trunk that has been silent for so long after an INVITE is down; its calls move on."
    )
    trunk_probe_s: Annotated[float, Field(ge=0, le=86400)] = Field(
        default=30.0, description="OPTIONS is sent to every trunk this often, every second while it is down; 0: never."
    )
    media_timeout_s: Seconds = Field(
        default=30.0, description="A call or leg from which no audio has come for so long is ended."
    )
    prompts: str = Field(
        default="",
        description="Folder of recorded messages (WAV, mono, 8000 Hz, 16 bits); a campaign names one by its file name "
        "without `.wav`. Empty means the built-in ones alone.",
    )

    @field_validator("host", "advertised_host")
    @classmethod
    def _ip_address(cls, value: str) -> str:
        if value:
            try:
                ipaddress.ip_address(value)
            except ValueError:
                raise ValueError(f"{value!r} is not an IP address such as 192.0.2.10") from None
        return value

    @model_validator(mode="after")
    def _rtpengine_is_whole(self) -> "SipSettings":
        if self.media != "rtpengine":
            return self
        host, _, port = self.rtpengine.rpartition(":")
        if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise ValueError(f'rtpengine = {self.rtpengine!r} is not host:port; write for example "127.0.0.1:22222"')
        if not self.rtpengine_prompts:
            raise ValueError("media = rtpengine needs rtpengine_prompts: a folder from which it reads messages")
        if self.media_workers:
            raise ValueError("media_workers relay audio in_process; with media = rtpengine leave it 0")
        if self.recordings:
            raise ValueError('media = rtpengine records nothing; set recordings = "", or media = "in_process"')
        return self

    @model_validator(mode="after")
    def _far_ends_know_where(self) -> "SipSettings":
        if ipaddress.ip_address(self.host).is_unspecified and not self.advertised_host:
            raise ValueError(f"host {self.host} listens everywhere; say in advertised_host where far ends reach it")
        return self

    @model_validator(mode="after")
    def _ports_in_order(self) -> "SipSettings":
        if self.rtp_port_max <= self.rtp_port_min:
            raise ValueError(f"rtp_port_max ({self.rtp_port_max}) must be above rtp_port_min ({self.rtp_port_min})")
        return self


class TrunkSettings(Section):
    """One way out to the telephone network; repeat the table for each trunk."""

    name: str = Field(min_length=1, description="The trunk's name in CDRs, logs and statistics. Required.")
    address: str = Field(description="The carrier's SIP address: `host:port`, or a name with SRV records. Required.")
    group: str = Field(default="default", description="Campaigns choose trunks by this name (`trunk_group`).")
    caller_id: str = Field(default="", description="Number shown when the campaign names none, E.164.")
    prefixes: tuple[str, ...] = Field(
        default=("",),
        description='Leading digits (with plus sign) it serves; the longest match wins, `""` matches all.',
    )
    called_rules: tuple[TranslationRule, ...] = Field(
        default=(),
        description='Translation of the called number, such as `[["^\\+1(\\d{10})$", "\\1"]]`: of these pairs of a '
        "regular expression and a replacement the first that is found applies; `strip` and `add` come after.",
    )
    caller_rules: tuple[TranslationRule, ...] = Field(
        default=(), description="Translation of the caller ID on this trunk, in the same form."
    )
    strip: str = Field(default="", description="Taken off the front of the called number.")
    add: str = Field(default="", description="Put on the front of the called number afterwards.")
    priority: int = Field(default=0, description="Lower is tried first among trunks that match equally well.")
    weight: Annotated[float, Field(gt=0)] = Field(
        default=1.0, description="Its share of the calls among trunks that are equal in prefix and priority."
    )
    cps_max: Annotated[float, Field(gt=0)] = Field(
        default=50.0, description="Calls per second that the carrier accepts."
    )
    channels_max: Annotated[int, Field(ge=1)] = Field(default=1000, description="Most calls at one time.")
    transport: Literal["udp", "tcp", "tls"] = Field(
        default="udp", description="How SIP reaches it: `udp`, `tcp` or `tls`; over TLS it must prove its host name."
    )
    username: str = Field(
        default="", description="Name for digest authentication; empty when the carrier asks for none."
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        description="Password for digest authentication; better given as `DIALER_TRUNK_<NAME>_PASSWORD`.",
    )
    realm: str = Field(default="", description="Answer challenges of this realm alone; empty means any.")
    domain: str = Field(
        default="", description="Stands after the @ of the caller ID; empty means the dialer's own address."
    )
    asserts_identity: bool = Field(
        default=False,
        description="Send the caller ID in P-Asserted-Identity (RFC 3325) too.",
    )
    hides_caller_id: bool = Field(
        default=False,
        description="Show no number (From anonymous, `Privacy: id`); the carrier has it in P-Asserted-Identity. Most "
        "countries forbid that in marketing.",
    )
    diverted_from: str = Field(
        default="", description="Number said in Diversion (RFC 5806) to carriers that know us by it; empty sends none."
    )
    identity_signer: str = Field(
        default="",
        description="`package.module:function` that writes the Identity header (RFC 8224); empty sends none.",
    )
    direct_media: bool = Field(
        default=False,
        description="Conversations that nobody records or listens to go past the dialer: after the bridge the far ends "
        "send to each other (re-INVITE). Both must be reachable from each other as their SDP says.",
    )
    attempt_header: str = Field(
        default="X-Attempt-Id",
        description="Header that carries the attempt's id, to compare books with the carrier; empty sends none.",
    )

    @field_validator("address")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if ":" not in value and re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]*", value):
            return value
        host, _, port = value.rpartition(":")
        if not host or not re.fullmatch(r"\d{1,5}", port) or not 1 <= int(port) <= 65535:
            raise ValueError(
                f'{value!r} is not host:port, nor a name with SRV records; write for example "203.0.113.7:5060"'
            )
        return value

    def trunk(self) -> Trunk:
        """The trunk as routing sees it: without its address and credentials."""
        return Trunk(**{name: getattr(self, name) for name in Trunk.__struct_fields__})


class PhoneSettings(Section):
    """One agent's phone that may register; repeat the table for each phone."""

    user: str = Field(
        min_length=1,
        pattern=r"^[A-Za-z0-9._+-]+$",
        description="Its user name, with which agents log in. Required.",
    )
    password: SecretStr = Field(
        min_length=8,
        description="Its password, 8 characters or more: whoever guesses it takes calls. Required.",
    )


_ENGINE = EngineSettings()


class EngineSection(Section):
    """How the dialing engine works; campaigns have their own settings besides."""

    engine_id: str = Field(
        default=_ENGINE.engine_id,
        min_length=1,
        description="Names the owner of leases and open attempts; keep it the same across restarts.",
    )
    tick_s: Seconds = Field(
        default=_ENGINE.tick_s, description="Time between ticks; pacing is asked on a tick unless it was just before."
    )
    hopper_s: Seconds = Field(
        default=_ENGINE.hopper_s, description="The hopper holds leads for this long at the present rate."
    )
    hopper_min: Annotated[int, Field(ge=1)] = Field(
        default=_ENGINE.hopper_min, description="Fewest leads kept in a hopper."
    )
    hopper_max: Annotated[int, Field(ge=1)] = Field(
        default=_ENGINE.hopper_max, description="Most leads kept in a hopper."
    )
    lease_s: Seconds = Field(
        default=_ENGINE.lease_s, description="A reserved lead goes back to its list after this long without an attempt."
    )
    bridge_timeout_s: Seconds = Field(
        default=_ENGINE.bridge_timeout_s, description="A bridge that is not confirmed by then is given up."
    )
    allowed_prefixes: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=_ENGINE.allowed_prefixes,
        description='Numbers that may be called begin so; `[""]` allows all that are not barred. The longest prefix of '
        "both lists decides, so one barred here can be allowed by itself.",
    )
    barred_prefixes: tuple[str, ...] = Field(
        default=_ENGINE.barred_prefixes,
        description="Numbers that are refused before any INVITE: premium rate and satellites, against toll fraud.",
    )
    agents_trunk_group: str = Field(
        default=_ENGINE.agents_trunk_group, description="Trunks over which agents at outside numbers are called."
    )
    agents_max: Annotated[int, Field(ge=1)] = Field(default=_ENGINE.agents_max, description="Agents logged in at once.")
    amd: bool = Field(
        default=_ENGINE.amd, description="Whether answering-machine detection listens before a person is put through."
    )
    amd_s_max: Seconds = Field(
        default=_ENGINE.amd_s_max, description="An answer that is not judged by then is taken for a person's."
    )
    message_s_max: Seconds = Field(
        default=_ENGINE.message_s_max, description="A message still playing by then is cut off."
    )


class Settings(Section):
    """Everything in `dialer.toml`."""

    service: ServiceSettings = ServiceSettings()
    database: DatabaseSettings = DatabaseSettings()
    store: StoreSettings = StoreSettings()
    sip: SipSettings = SipSettings()
    engine: EngineSection = EngineSection()
    webhooks: WebhookSettings = WebhookSettings()
    trace: TraceSettings = TraceSettings()
    log: LogSettings = LogSettings()
    trunks: tuple[TrunkSettings, ...] = ()
    phones: tuple[PhoneSettings, ...] = ()

    @field_validator("trunks")
    @classmethod
    def _names_differ(cls, trunks: tuple[TrunkSettings, ...]) -> tuple[TrunkSettings, ...]:
        names = [trunk.name for trunk in trunks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two trunks are named {twice[0]!r}; every trunk needs its own name")
        return trunks

    @field_validator("phones")
    @classmethod
    def _users_differ(cls, phones: tuple[PhoneSettings, ...]) -> tuple[PhoneSettings, ...]:
        users = [phone.user for phone in phones]
        twice = sorted({user for user in users if users.count(user) > 1})
        if twice:
            raise ValueError(f"two phones have the user {twice[0]!r}; every phone needs its own")
        return phones

    def engine_settings(self) -> EngineSettings:
        """What the engine is told, the trunks included."""
        return msgspec.convert(
            self.engine.model_dump() | {"trunks": tuple(trunk.trunk() for trunk in self.trunks)}, EngineSettings
        )
