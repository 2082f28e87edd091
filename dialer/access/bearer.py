"""Tokens as text, "dialer_4711_<secret>": the id finds the row, the secret opens it. Only the secret's hash is kept.

The secret is random and long, so that a plain SHA-256 cannot be turned round; Argon2 would only make each request slow.
"""

import hashlib
import hmac
import re
import secrets

SECRET_BYTES = 32

_TEXT = re.compile(r"dialer_(\d{1,18})_([A-Za-z0-9_-]{20,100})", re.ASCII)


def new_secret() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret_hash: str, secret: str) -> bool:
    """Whether a secret is the one that was hashed, in constant time."""
    return hmac.compare_digest(secret_hash, hash_secret(secret))


def token_text(token_id: int, secret: str) -> str:
    """What the holder of a token sends."""
    return f"dialer_{token_id}_{secret}"


def read_token_text(text: str) -> tuple[int, str] | None:
    """The id and the secret of a token, or None where the text is no token's."""
    found = _TEXT.fullmatch(text)
    return None if found is None else (int(found[1]), found[2])
