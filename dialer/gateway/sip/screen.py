"""Who is answered at all: a SIP port that is open to the world is found by scanners within hours.

Requests inside a call are matched by its secret tags, so anybody may send those. Others get a proper answer only from
hosts that we know: trunks, and the telephones that we have called. A stranger is refused with 403 a few times a second,
with no transaction kept, and otherwise dropped; a scanner that says its name is dropped without a word.
"""

from enum import Enum

import msgspec

from dialer.gateway.sip.message import Request

SCANNERS = ("friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sipsak", "sundayddr", "vaxsipuseragent", "pplsip")
"""How the usual ones call themselves in User-Agent."""
REFUSALS_PER_S = 10
REGISTRATIONS_PER_S = 50
"""Of strangers: a whole floor's phones register within seconds, a scanner that guesses passwords takes its time."""


class Verdict(Enum):
    """What becomes of a request outside any call."""

    TAKE = "take"
    REFUSE = "refuse"
    DROP = "drop"


class ScreenCounters(msgspec.Struct):
    """Who was turned away since the start."""

    strangers_refused: int = 0
    strangers_dropped: int = 0
    scanners_dropped: int = 0
    registrations_dropped: int = 0
    """REGISTER from strangers beyond 50 a second."""


class Screen:
    """Known hosts, and a measure of patience with all others; where no host is known yet, everybody is."""

    def __init__(self) -> None:
        self.counters = ScreenCounters()
        self._known: set[str] | None = None
        self._second = -1
        self._refusals = 0
        self._registrations = 0
        self.has_registrar = False
        """Whether a stranger may register."""

    def know(self, host: str) -> None:
        """Answer this host from now on; the first call closes the door to all others."""
        if self._known is None:
            self._known = set()
        self._known.add(host)

    def knows(self, host: str) -> bool:
        """Whether this host is answered; everybody is where no host is known yet."""
        return self._known is None or host in self._known

    def judge(self, request: Request, host: str, now: float) -> Verdict:
        """What to do with a request outside any call."""
        if self.knows(host):
            return Verdict.TAKE
        agent = (request.get("User-Agent") or "").lower()
        if any(name in agent for name in SCANNERS):
            self.counters.scanners_dropped += 1
            return Verdict.DROP
        if int(now) != self._second:
            self._second, self._refusals, self._registrations = int(now), 0, 0
        if request.method == "REGISTER" and self.has_registrar:
            self._registrations += 1
            if self._registrations <= REGISTRATIONS_PER_S:
                return Verdict.TAKE
            self.counters.registrations_dropped += 1
            return Verdict.DROP
        self._refusals += 1
        if self._refusals > REFUSALS_PER_S:
            self.counters.strangers_dropped += 1
            return Verdict.DROP
        self.counters.strangers_refused += 1
        return Verdict.REFUSE
