"""Digest authentication (RFC 7616, RFC 8760): answers to 401 and 407, and the check of such an answer."""

import hashlib
import re

import msgspec

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import quoted, unquoted

ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
PREFERENCE = ("SHA-512-256", "SHA-256", "MD5")
"""A server that offers several is answered with the strongest (RFC 8760 section 2.3)."""
QOPS = frozenset({"auth", "auth-int"})

_FIELD = re.compile(r'\s*([A-Za-z0-9\-_]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*)\s*(?:,|$)', re.DOTALL)


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """A user name and password for a realm; an empty realm means any."""

    username: str
    password: str
    realm: str = ""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """One WWW-Authenticate or Proxy-Authenticate value."""

    realm: str
    nonce: str
    algorithm: str
    """As the server spelled it; MD5 where it named none."""
    qop: tuple[str, ...]
    opaque: str | None
    is_stale: bool

    @property
    def hash_name(self) -> str | None:
        """The name hashlib knows; None for an algorithm that we do not have."""
        return ALGORITHMS.get(self.algorithm.upper().removesuffix("-SESS"))

    @property
    def is_session(self) -> bool:
        """Whether the hash of the password is bound to the first nonces (`-sess`)."""
        return self.algorithm.upper().endswith("-SESS")


def parse_fields(value: str) -> dict[str, str]:
    """Read `Digest name=value, name="value"`, names in lower case, values without their quotes.

    Raises:
        MalformedMessage: Another scheme, or what is no list of fields.
    """
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise MalformedMessage(f"not Digest authentication: {scheme[:20]!r}")
    fields: dict[str, str] = {}
    position = 0
    rest = rest.strip()
    while position < len(rest):
        match = _FIELD.match(rest, position)
        if match is None:
            raise MalformedMessage(f"not a digest field: {rest[position : position + 40]!r}")
        fields[match[1].lower()] = unquoted(match[2])
        position = match.end()
    return fields


def parse_challenge(value: str) -> Challenge:
    """Read a challenge.

    Raises:
        MalformedMessage: Another scheme, or no realm or nonce.
    """
    fields = parse_fields(value)
    if "realm" not in fields or "nonce" not in fields:
        raise MalformedMessage("a digest challenge without realm or nonce")
    return Challenge(
        realm=fields["realm"],
        nonce=fields["nonce"],
        algorithm=fields.get("algorithm", "MD5"),
        qop=tuple(option.strip().lower() for option in fields.get("qop", "").split(",") if option.strip()),
        opaque=fields.get("opaque"),
        is_stale=fields.get("stale", "").lower() == "true",
    )


def format_challenge(realm: str, nonce: str, algorithm: str = "MD5", *, is_stale: bool = False) -> str:
    """A challenge as a server writes it, with qop=auth."""
    stale = ", stale=true" if is_stale else ""
    return f'Digest realm={quoted(realm)}, nonce={quoted(nonce)}, algorithm={algorithm}, qop="auth"{stale}'


def choose_challenge(values: list[str], realm: str) -> Challenge | None:
    """The strongest challenge that we can answer; `realm` empty means any."""
    usable = []
    for value in values:
        try:
            challenge = parse_challenge(value)
        except MalformedMessage:
            continue
        has_known_qop = not challenge.qop or not QOPS.isdisjoint(challenge.qop)
        if challenge.hash_name and has_known_qop and realm in ("", challenge.realm):
            usable.append(challenge)
    return min(usable, key=lambda c: PREFERENCE.index(c.algorithm.upper().removesuffix("-SESS")), default=None)


class DigestAnswers:
    """Answers to one server's challenge, counting how often its nonce has been used."""

    def __init__(self, challenge: Challenge, credentials: Credentials, header: str) -> None:
        self.challenge = challenge
        self.header = header
        """`Authorization` or `Proxy-Authorization`."""
        self._credentials = credentials
        self._count = 0

    def answer(self, method: str, uri: str, cnonce: str, body: bytes = b"") -> str:
        """The header's value for one request; its body is proved too where the server wants no less (`auth-int`)."""
        self._count += 1
        challenge, credentials = self.challenge, self._credentials
        count = f"{self._count:08x}"
        qop = next((known for known in ("auth", "auth-int") if known in challenge.qop), None)
        digest = _digest(challenge, credentials, method, uri, qop, count, cnonce, body)
        parts = [
            f"Digest username={quoted(credentials.username)}",
            f"realm={quoted(challenge.realm)}",
            f"nonce={quoted(challenge.nonce)}",
            f"uri={quoted(uri)}",
            f'response="{digest}"',
            f"algorithm={challenge.algorithm}",
        ]
        if qop is not None or challenge.is_session:
            parts.append(f'cnonce="{cnonce}"')
        if qop is not None:
            parts += [f"qop={qop}", f"nc={count}"]
        if challenge.opaque is not None:
            parts.append(f"opaque={quoted(challenge.opaque)}")
        return ", ".join(parts)


def is_authentic(value: str, method: str, credentials: Credentials, nonce: str, realm: str) -> bool:
    """Whether an Authorization or Proxy-Authorization value proves the password, for this nonce and realm."""
    try:
        fields = parse_fields(value)
    except MalformedMessage:
        return False
    challenge = Challenge(
        realm=realm, nonce=nonce, algorithm=fields.get("algorithm", "MD5"), qop=(), opaque=None, is_stale=False
    )
    claimed = (fields.get("username"), fields.get("realm"), fields.get("nonce"))
    if challenge.hash_name is None or claimed != (credentials.username, realm, nonce):
        return False
    expected = _digest(
        challenge,
        credentials,
        method,
        fields.get("uri", ""),
        fields.get("qop"),
        fields.get("nc", ""),
        fields.get("cnonce", ""),
    )
    return fields.get("response", "").lower() == expected


def _digest(
    challenge: Challenge, credentials: Credentials, method: str, uri: str, qop: str | None, count: str, cnonce: str,
    body: bytes = b""
) -> str:  # fmt: skip
    assert challenge.hash_name is not None

    def digest_of(text: str | bytes) -> str:
        data = text.encode() if isinstance(text, str) else text
        return hashlib.new(challenge.hash_name or "", data, usedforsecurity=False).hexdigest()

    secret = digest_of(f"{credentials.username}:{challenge.realm}:{credentials.password}")
    if challenge.is_session:
        secret = digest_of(f"{secret}:{challenge.nonce}:{cnonce}")
    subject = digest_of(f"{method}:{uri}:{digest_of(body)}" if qop == "auth-int" else f"{method}:{uri}")
    if qop is None:
        return digest_of(f"{secret}:{challenge.nonce}:{subject}")
    return digest_of(f"{secret}:{challenge.nonce}:{count}:{cnonce}:{qop}:{subject}")
