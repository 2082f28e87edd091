"""Nonces of a server that asks who somebody is: given out, used once for each count, gone after a while (RFC 7616)."""

from collections import OrderedDict
from collections.abc import Callable
from enum import Enum

NONCES_MAX = 10_000
LIFE_S = 300.0


class NonceVerdict(Enum):
    """What an answer's nonce is worth."""

    FRESH = "fresh"
    STALE = "stale"
    """Ours once, or perhaps: the same answer with a new nonce will do (section 3.3)."""
    REPLAYED = "replayed"
    """Its count has been used: somebody sends again what they have overheard."""


class Nonces:
    """The nonces that are out, each with the highest count it was used with."""

    def __init__(self, tokens: Callable[[], str]) -> None:
        self._tokens = tokens
        self._out: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def new(self, now: float) -> str:
        """A nonce for a challenge; the oldest makes room."""
        while self._out and (len(self._out) >= NONCES_MAX or next(iter(self._out.values()))[0] + LIFE_S <= now):
            self._out.popitem(last=False)
        nonce = self._tokens()
        self._out[nonce] = (now, 0)
        return nonce

    def judge(self, nonce: str, count: str, now: float) -> NonceVerdict:
        """Look at the nonce and `nc` of an answer; nothing is used up by that."""
        known = self._out.get(nonce)
        if known is None or known[0] + LIFE_S <= now:
            return NonceVerdict.STALE
        number = _number_of(count)
        return NonceVerdict.FRESH if number is not None and number > known[1] else NonceVerdict.REPLAYED

    def use(self, nonce: str, count: str) -> None:
        """An answer with this nonce and count has proved good: neither it nor a lower count will again."""
        self._out[nonce] = (self._out[nonce][0], _number_of(count) or 0)


def _number_of(count: str) -> int | None:
    try:
        return int(count, 16) if len(count) == 8 else None
    except ValueError:
        return None
