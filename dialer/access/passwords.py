"""Passwords: hashed with Argon2id (RFC 9106, section 4, second recommended option), and not too easy to guess."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from dialer.access.errors import WeakPasswordError

LENGTH_MIN = 12
LENGTH_MAX = 1000

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hash_password(password: str) -> str:
    """The hash to store, with its salt and parameters."""
    return _hasher.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed; an empty hash fits none, and takes as long to say so."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def refuse_weak(password: str, login: str) -> None:
    """See that a new password is hard to guess: NIST SP 800-63B asks for length, and for no mix of characters.

    Raises:
        WeakPasswordError: it is not; the message says what would be.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise WeakPasswordError(
            f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters; a few plain words make a good one"
        )
    if len(set(password)) < 5 or (len(login) > 3 and login.lower() in password.lower()):
        raise WeakPasswordError(
            "the password is too easy to guess: it holds the login, or too few different characters"
        )


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody")
