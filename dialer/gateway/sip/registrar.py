"""The registrar: where agents' phones are at this moment (RFC 3261 section 10), and proof that it is they (RFC 8760).

Theory of operation
-------------------
A phone sends REGISTER with its Contact. Without a good digest answer it is asked for one, SHA-256 first and MD5 for
phones that know no better. With one, its contacts are kept until they expire. A contact is kept together with the
address the REGISTER came from: behind NAT that, and not what the Contact says, is where the phone is reached.
"""

from collections.abc import Callable, Mapping

import msgspec

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.derived import HeaderLines
from dialer.gateway.sip.digest import Credentials, format_challenge, is_authentic, parse_fields
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import NameAddress, parse_name_address, unquoted
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.nonces import Nonces, NonceVerdict
from dialer.gateway.sip.uri import parse_uri


class RegistrarSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may register, and for how long."""

    realm: str = "dialer"
    passwords: Mapping[str, str] = {}
    """By user name."""
    algorithms: tuple[str, ...] = ("SHA-256", "MD5")
    """Offered for digest, the one most wanted first; there are phones that fail on one that they do not know."""
    expires_s: int = 3600
    """Where the phone names no time."""
    expires_s_min: int = 60
    """A shorter time is refused with 423, for each refresh is work."""
    expires_s_max: int = 7200
    contacts_max: int = 10
    """Of one user: the phone on the desk, the one in the pocket."""

    def __repr__(self) -> str:
        return f"RegistrarSettings(realm={self.realm!r}, users={sorted(self.passwords)})"


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One phone of one user."""

    uri: str
    """Its Contact: the Request-URI of calls to it."""
    flow: Address
    """Where the REGISTER came from: calls are sent there."""
    expires_at: float
    call_id: str
    cseq: int
    q: float = 1.0


class RegistrarCounters(msgspec.Struct):
    """What has passed since the start."""

    registrations: int = 0
    """REGISTER requests that were accepted, refreshes included."""
    registrations_refused: int = 0
    """Wrong password, unknown user, a replayed answer, too many contacts."""
    phones: int = 0
    """Contacts registered now; those that have expired are counted until somebody looks."""


class Answer(msgspec.Struct, frozen=True):
    """What to answer a REGISTER."""

    status: int
    headers: HeaderLines = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the phone has proved who it is."""
        return self.status == 200


class Registrar:
    """Keeps the contacts of the users that `settings` names."""

    def __init__(self, settings: RegistrarSettings, tokens: Callable[[], str]) -> None:
        self._settings = settings
        self._nonces = Nonces(tokens)
        self._bindings: dict[str, dict[str, Binding]] = {}
        self.counters = RegistrarCounters()

    def knows(self, user: str) -> bool:
        """Whether there is such a user, registered or not."""
        return user in self._settings.passwords

    def phones_of(self, user: str, now: float) -> tuple[Binding, ...]:
        """Where a user can be called: the most preferred contact first, then the latest."""
        bindings = self._bindings.get(user, {})
        for uri in [uri for uri, binding in bindings.items() if binding.expires_at <= now]:
            del bindings[uri]
            self.counters.phones -= 1
        return tuple(sorted(bindings.values(), key=lambda binding: (-binding.q, -binding.expires_at)))

    def take(self, request: Request, source: Address, now: float) -> Answer:
        """Answer a REGISTER.

        Raises:
            MalformedMessage: A To or Contact that cannot be read.
        """
        user = parse_uri(parse_name_address(request.headers["To"][0]).uri).user
        for contact in request.get_list("Contact"):
            parse_name_address(contact)
        refusal = self._refusal(request, user, now)
        if refusal is not None:
            return refusal
        answer = self._change(request, user, source, now)
        if answer.is_accepted:
            self.counters.registrations += 1
        return answer

    def check(self, request: Request, now: float) -> Answer | None:
        """Whether a call comes from a user of ours: None where it has proved so, else what to answer.

        Raises:
            MalformedMessage: A From that cannot be read.
        """
        return self._refusal(request, parse_uri(parse_name_address(request.headers["From"][0]).uri).user, now)

    def _refusal(self, request: Request, user: str, now: float) -> Answer | None:
        value = request.get("Authorization")
        if value is None or value[:7].lower() != "digest ":
            # A proof of a kind that we do not know is none (RFC 4475 section 3.3.7).
            return self._challenge(now)
        fields = parse_fields(value)
        nonce, count = fields.get("nonce", ""), fields.get("nc", "")
        verdict = self._nonces.judge(nonce, count, now)
        if verdict is NonceVerdict.STALE:
            return self._challenge(now, is_stale=True)
        password = self._settings.passwords.get(user)
        # An unknown user and a wrong password look the same from outside.
        is_good = is_authentic(
            value,
            request.method,
            Credentials(username=user, password=password or ""),
            nonce,
            self._settings.realm,
        )
        is_as_offered = (
            fields.get("qop") == "auth" and fields.get("algorithm", "MD5").upper() in self._settings.algorithms
        )
        if verdict is NonceVerdict.REPLAYED or password is None or not (is_good and is_as_offered):
            self.counters.registrations_refused += 1
            return Answer(403)
        self._nonces.use(nonce, count)
        return None

    def _challenge(self, now: float, *, is_stale: bool = False) -> Answer:
        nonce = self._nonces.new(now)
        realm = self._settings.realm
        challenges = [format_challenge(realm, nonce, name, is_stale=is_stale) for name in self._settings.algorithms]
        return Answer(401, tuple(("WWW-Authenticate", challenge) for challenge in challenges))

    def _change(self, request: Request, user: str, source: Address, now: float) -> Answer:
        """Do what the Contact headers say (section 10.3 steps 6 to 8): all of it, or nothing."""
        self.phones_of(user, now)
        bindings = dict(self._bindings.get(user, {}))
        contacts = request.get_list("Contact")
        usual_s = _seconds(request.get("Expires"), self._settings.expires_s)
        if contacts == ["*"]:
            if usual_s != 0:
                return Answer(400)
            bindings.clear()
        else:
            for contact in map(parse_name_address, contacts):
                status = self._bind(bindings, contact, request, source, usual_s, now)
                if status != 200:
                    return self._not_bound(status)
        self.counters.phones += len(bindings) - len(self._bindings.get(user, {}))
        self._bindings[user] = bindings
        lines = [
            ("Contact", f"<{binding.uri}>;expires={max(0, round(binding.expires_at - now))}")
            for binding in bindings.values()
        ]
        return Answer(200, tuple(lines))

    def _bind(
        self,
        bindings: dict[str, Binding],
        contact: NameAddress,
        request: Request,
        source: Address,
        usual_s: int,
        now: float,
    ) -> int:
        """Keep, refresh or remove one contact; the status that says how it went."""
        settings = self._settings
        parse_uri(contact.uri)
        if any(c.isspace() for c in contact.uri):
            raise MalformedMessage(f"a space in a Contact: {contact.uri[:80]!r}")
        known = bindings.get(contact.uri)
        if known is not None and known.call_id == request.call_id and request.cseq <= known.cseq:
            # Section 10.3 step 7: an older request that comes late must not undo a newer one.
            return 500
        life_s = _seconds(contact.parameters.get("expires"), usual_s)
        if life_s == 0:
            bindings.pop(contact.uri, None)
            return 200
        if life_s < settings.expires_s_min:
            return 423
        if known is None and len(bindings) >= settings.contacts_max:
            self.counters.registrations_refused += 1
            return 403
        bindings[contact.uri] = Binding(
            uri=contact.uri,
            flow=source,
            expires_at=now + min(life_s, settings.expires_s_max),
            call_id=request.call_id,
            cseq=request.cseq,
            q=_preference(contact.parameters.get("q")),
        )
        return 200

    def _not_bound(self, status: int) -> Answer:
        return Answer(status, (("Min-Expires", str(self._settings.expires_s_min)),) if status == 423 else ())


def _seconds(text: str | None, otherwise: int) -> int:
    text = unquoted(text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else otherwise


def _preference(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or "1")))
    except ValueError:
        return 1.0
