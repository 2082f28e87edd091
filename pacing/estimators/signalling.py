"""What a ringing call's signalling says of its chances: 180 or 183, and how long the network took to get there."""

import math

import msgspec

from pacing.estimators.pooled_odds import PooledOdds, chance, logit

SPREADS = {"rings": 0.5, "status": 0.7, "delay": 0.4}
HALF_LIFE_S = 4 * 3600.0
DELAY_STEP = 1.6
"""Post-dial delays are told apart by factors of this."""
USUAL_CALLS = 300.0
"""What kinds of ringing have in common is a mean over about so many calls."""


class Signal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The first report that the far end rings."""

    sip_status: int = 180
    """180, or 183 where the network plays tones of its own (early media), as many voicemail systems do."""
    post_dial_delay_s: float = 0.0
    """From placing the call to this report."""


class SignalEffects:
    """How the odds of an answer change with the signalling, learned against what was expected without it."""

    def __init__(self) -> None:
        self._odds = PooledOdds(SPREADS, dict.fromkeys(SPREADS, HALF_LIFE_S))
        self._calls = 0.0
        self._usual = 0.0
        """The mean effect, in log odds, of the kinds of ringing there have been."""

    def update(self, probability: float, signal: Signal, answered: bool, now: float) -> None:
        """Learn from a call of that chance when it was placed, which then rang so."""
        self._odds.update(_groups(signal), answered, now, logit(probability))
        self._calls = min(self._calls + 1.0, USUAL_CALLS)
        self._usual += (self._odds.log_odds(_kinds(signal), now).value - self._usual) / self._calls

    def after(self, probability: float, signal: Signal, now: float) -> float:
        """The chance of an answer once a call has rung so, and no longer may fail before ringing."""
        return chance(self._odds.log_odds(_groups(signal), now, logit(probability)))

    def as_placed(self, probability: float, signal: Signal, now: float) -> float:
        """The chance at placing of a call of which it were known how it would ring, if it rang.

        That is what a forecast wants which itself accounts for calls that fail early: only the differences between
        kinds of ringing count, not that there is ringing at all, nor that calls given up are missing from those learned
        from. Where all ring alike, nothing changes.
        """
        return chance(self._odds.log_odds(_kinds(signal), now, logit(probability) - self._usual))


def _groups(signal: Signal) -> dict[str, str]:
    return {"rings": "", **_kinds(signal)}


def _kinds(signal: Signal) -> dict[str, str]:
    delay = round(math.log(max(signal.post_dial_delay_s, 0.1)) / math.log(DELAY_STEP))
    return {"status": str(signal.sip_status), "delay": str(delay)}
