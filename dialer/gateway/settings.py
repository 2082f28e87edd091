"""How the gateway reaches the world: its own address, and for each trunk what SIP needs and routing must not know."""

import msgspec

from dialer.gateway.network import NetworkSettings
from dialer.gateway.sip import RegistrarSettings, TimerSettings
from dialer.gateway.sip.addresses import TRANSPORTS
from dialer.gateway.sip.uri import is_ip_address
from dialer.gateway.trunk_health import HealthSettings

ATTEMPT_HEADER = "X-Attempt-Id"
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - named to be refused


class TrunkAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a trunk is and who we are there; `name` is that of a `dialer.model.Trunk`."""

    name: str
    host: str
    """An IP address, or a name; with a port, it is looked up once, when the gateway starts."""
    port: int = 5060
    """0: the name's servers are found by NAPTR and SRV (RFC 3263), and one that goes silent is followed by the next."""
    transport: str = "udp"
    """`udp`, `tcp` or `tls`; a TLS trunk has to prove that it is `host`."""
    username: str = ""
    """For digest authentication; empty where the carrier knows us by our address."""
    password: str = ""
    realm: str = ""
    """Answer challenges of this realm alone; empty means any."""
    domain: str = ""
    """Stands after the @ of the caller ID; empty means our own address."""
    asserts_identity: bool = False
    """Send the caller ID in P-Asserted-Identity too (RFC 3325): for carriers that ask for it."""
    caller_rules: tuple[tuple[str, str], ...] = ()
    """Regular expressions and replacements that give the caller ID the form this trunk wants."""
    hides_caller_id: bool = False
    """Show the called person no number: From is anonymous, `Privacy: id` (RFC 3323), the carrier has it asserted."""
    diverted_from: str = ""
    """Number said in Diversion (RFC 5806), for carriers that know their customer by it; empty sends none."""
    identity_signer: str = ""
    """`package.module:function` that writes the Identity header (RFC 8224, STIR/SHAKEN); empty sends none."""
    attempt_header: str = ATTEMPT_HEADER
    """Header that carries the attempt's id, so that carrier and dialer can compare their books; empty sends none."""
    direct_media: bool = False
    """Let customers' and agents' audio pass between their far ends where nobody else needs it."""
    redirects_max: int = 1
    """How many 301 and 302 to another number on the same host a call follows."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every INVITE of this trunk."""

    def __post_init__(self) -> None:
        if self.transport not in TRANSPORTS:
            raise ValueError(f"trunk {self.name}: transport {self.transport!r} is none of {', '.join(TRANSPORTS)}")

    def __repr__(self) -> str:
        return f"TrunkAddress(name={self.name!r}, host={self.host!r}, port={self.port}, username={self.username!r})"


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gateway's own side."""

    host: str = "127.0.0.1"
    """Local IP address of the SIP socket."""
    port: int = 5060
    """0 takes a free one."""
    advertised_host: str = ""
    """The address that far ends see (Via, Contact, SDP), where NAT makes it another than `host`."""
    trunks: tuple[TrunkAddress, ...] = ()
    leg_ring_timeout_s: float = 30.0
    """How long an agent's phone may ring before the leg counts as not to be opened."""
    phones: RegistrarSettings = RegistrarSettings()
    """Agents' phones that may register; without any there is no registrar."""
    network: NetworkSettings = NetworkSettings()
    """Transports besides UDP."""
    timers: TimerSettings = TimerSettings()
    health: HealthSettings = HealthSettings()
    """How trunks are watched."""
    calls_max: int = 20_000
    """Calls and legs at one time."""
    transactions_max: int = 200_000
    """SIP transactions kept, ended ones for up to 32 s: at least 100 for each call per second."""

    def __post_init__(self) -> None:
        if self.host in WILDCARDS and not self.advertised_host:
            raise ValueError(f"host {self.host} listens everywhere; say in advertised_host where far ends reach us")
        if self.advertised_host and not is_ip_address(self.advertised_host):
            raise ValueError(f"advertised_host {self.advertised_host!r} is not an IP address")
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) < len(names):
            raise ValueError(f"two trunks have the same name: {', '.join(names)}")
