"""Strings that nobody can guess, for SIP's tags, branches and Call-IDs (RFC 3261 section 19.3)."""

import os

TOKEN_BYTES = 8
"""64 random bits; a tag has to have 32."""
BATCH = 512
"""The kernel is asked for so many at a time: one question costs as much as one token."""


class RandomTokens:
    """Called, it gives a new token."""

    def __init__(self) -> None:
        self._unused: list[str] = []

    def __call__(self) -> str:
        """A token that was never given before."""
        if not self._unused:
            digits = os.urandom(TOKEN_BYTES * BATCH).hex()
            step = 2 * TOKEN_BYTES
            self._unused = [digits[at : at + step] for at in range(0, len(digits), step)]
        return self._unused.pop()
