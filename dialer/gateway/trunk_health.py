"""Whether a trunk is there: one small state machine for each, fed by its silence, its answers and its refusals.

Theory of operation
-------------------
A trunk is known to be dead by its silence: an INVITE went out, sent again half a second later, and nothing at all has
come from there since, neither for this call nor for any other. That is known within a second of the first call that it
does not answer. OPTIONS asks a quiet trunk from time to time, and one that is down every second.

What it had is not lost so soon: a restart, or a second without network, is got over. `lost_s` later, if still nothing
has come, its unanswered calls are. A trunk on which calls ring gets its OPTIONS sooner than a quiet one, for if no new
call is placed nothing else will show that it is dead.

Not every carrier answers OPTIONS. One that never has is given calls again on trial after a while; if it is still
silent, its calls move on to the next trunk as before.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec


class TrunkState(StrEnum):
    """Where a trunk stands; only one that is up is given calls."""

    UP = "up"
    DOWN = "down"
    """It says nothing."""
    RESTING = "resting"
    """It has asked to be left alone for a while: 503 with Retry-After."""


class TrunkInput(StrEnum):
    """What is learned of a trunk."""

    SILENT = "silent"
    HEARD = "heard"
    OVERLOADED = "overloaded"
    RESTED = "rested"
    TRIAL = "trial"
    """It may be that it is back, and only a call can tell."""


S, T = TrunkState, TrunkInput

TRUNK_TABLE: dict[TrunkState, dict[TrunkInput, TrunkState]] = {
    S.UP: {T.SILENT: S.DOWN, T.OVERLOADED: S.RESTING},
    S.DOWN: {T.HEARD: S.UP, T.TRIAL: S.UP},
    S.RESTING: {T.SILENT: S.DOWN, T.RESTED: S.UP},
}


class HealthSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a trunk is watched."""

    silence_s: float = 0.8
    """Down after so long without a sound, counted from an INVITE."""
    probe_s: float = 30.0
    """OPTIONS to a trunk that is up, so often; 0 sends none."""
    probe_down_s: float = 1.0
    """OPTIONS to a trunk that is down, so often."""
    probe_timeout_s: float = 2.0
    trial_s: float = 10.0
    """A trunk that has never answered OPTIONS is given calls again after so long."""
    lost_s: float = 4.0
    """What rings on a trunk is lost once it has been down and silent for so long."""
    probe_ringing_s: float = 5.0
    """OPTIONS to a trunk that answers them, if calls ring on it and nothing else has been heard for so long."""
    rest_s_max: float = 300.0
    """The longest rest that a Retry-After is granted."""


class TrunkHealth:
    """One trunk."""

    __slots__ = ("_settings", "answers_probes", "asked_at", "down_at", "probe_at", "rests_until", "ringing_at", "state")

    def __init__(self, settings: HealthSettings, now: float) -> None:
        self._settings = settings
        self.state = TrunkState.UP
        self.asked_at: float | None = None
        """The first INVITE since it was last heard; None while it owes us nothing."""
        self.answers_probes = False
        self.probe_at = now + settings.probe_s if settings.probe_s else None
        self.ringing_at: float | None = None
        """When to see whether calls ring on it in silence."""
        self.down_at = 0.0
        self.rests_until = 0.0

    def take(self, happened: TrunkInput, now: float) -> bool:
        """Take an input; whether the state has changed."""
        state = TRUNK_TABLE[self.state].get(happened)
        if state is None:
            return False
        self.state = state
        self.asked_at = None
        if state is TrunkState.DOWN:
            self.down_at = now
            self.probe_at = now
        return True

    def placed(self, heard_at: float, now: float) -> None:
        """An INVITE goes out."""
        if self.asked_at is None or heard_at >= self.asked_at:
            self.asked_at = now
        if self.ringing_at is None and self.answers_probes and self.probe_at is not None:
            self.ringing_at = now + self._settings.probe_ringing_s

    @property
    def lost_after_s(self) -> float:
        """How long after it went down its calls are lost: one that never answers OPTIONS is given until its trial."""
        return self._settings.lost_s if self.answers_probes else self._settings.trial_s

    def overloaded(self, retry_after_s: float, now: float) -> bool:
        """It answered 503 and said for how long."""
        self.rests_until = now + min(retry_after_s, self._settings.rest_s_max)
        return self.take(TrunkInput.OVERLOADED, now)

    def probed(self, is_answered: bool, now: float) -> bool:
        """An OPTIONS has been answered, or has not; whether the state has changed."""
        self.answers_probes = self.answers_probes or is_answered
        if is_answered:
            return self.take(TrunkInput.HEARD, now)
        # A carrier that never answers OPTIONS is not down for that.
        return self.answers_probes and self.take(TrunkInput.SILENT, now)

    def check(self, heard_at: float, now: float) -> bool:
        """Look at the clock; whether the state has changed."""
        if self.asked_at is not None:
            if heard_at >= self.asked_at:
                self.asked_at = None
            elif now >= self.asked_at + self._settings.silence_s:
                return self.take(TrunkInput.SILENT, now)
        if self.state is TrunkState.RESTING and now >= self.rests_until:
            return self.take(TrunkInput.RESTED, now)
        if self.state is TrunkState.DOWN and not self.answers_probes and now >= self.down_at + self._settings.trial_s:
            return self.take(TrunkInput.TRIAL, now)
        return False

    def wants_probe(self, now: float) -> bool:
        """Whether an OPTIONS is due; asked once, it counts as sent."""
        if self.probe_at is None or now < self.probe_at:
            return False
        settings = self._settings
        every_s = settings.probe_down_s if self.state is TrunkState.DOWN else settings.probe_s
        self.probe_at = now + every_s if every_s else None
        return True

    def wants_sign_of_life(self, heard_at: float, is_ringing: Callable[[], bool], now: float) -> bool:
        """Whether an OPTIONS is due for the calls that ring on it; asked once, it counts as sent."""
        if self.ringing_at is None or now < self.ringing_at:
            return False
        if not is_ringing():
            self.ringing_at = None
            return False
        every_s = self._settings.probe_ringing_s
        is_silent = heard_at <= now - every_s
        self.ringing_at = (now if is_silent else heard_at) + every_s
        return is_silent and self.state is not TrunkState.DOWN

    def next_at(self) -> float | None:
        """When to `check`, to ask `wants_probe` and `wants_sign_of_life` again; None: there is nothing to wait for."""
        due = [at for at in (self.probe_at, self.ringing_at) if at is not None]
        if self.asked_at is not None:
            due.append(self.asked_at + self._settings.silence_s)
        if self.state is TrunkState.RESTING:
            due.append(self.rests_until)
        if self.state is TrunkState.DOWN and not self.answers_probes:
            due.append(self.down_at + self._settings.trial_s)
        return min(due, default=None)
