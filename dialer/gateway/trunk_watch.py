"""Watches every trunk: asks those that are quiet, tells the engine which are up, gives up calls without an answer."""

import logging
from collections.abc import Callable

from dialer.gateway.settings import TrunkAddress
from dialer.gateway.sip import Address, Reminded, RequestAnswered, TooManySessions, UserAgent
from dialer.gateway.sip.uri import bracketed
from dialer.gateway.trunk_health import HealthSettings, TrunkHealth, TrunkState
from dialer.messages import TrunkStateChanged
from dialer.ports import Post

log = logging.getLogger(__name__)


class TrunkWatch:
    """All trunks of one gateway.

    Args:
        agent: Sends OPTIONS, keeps the alarm clock, and knows when each trunk was last heard.
        settings: How trunks are watched.
        post: Told `TrunkStateChanged`.
        on_down: Called with a trunk's name when it has gone down.
        on_lost: Called with a trunk's name and the server of it that has been silent since, for long enough.
        is_ringing: Whether calls without an answer are on a trunk.
        now: The gateway's clock.
    """

    def __init__(
        self,
        agent: UserAgent,
        settings: HealthSettings,
        post: Post,
        on_down: Callable[[str], None],
        on_lost: Callable[[str, Address], None],
        is_ringing: Callable[[str], bool],
        now: Callable[[], float],
    ) -> None:
        self._agent = agent
        self._settings = settings
        self._post = post
        self._on_down = on_down
        self._on_lost = on_lost
        self._is_ringing = is_ringing
        self._now = now
        self._trunks: dict[str, tuple[TrunkHealth, TrunkAddress, Address]] = {}
        self._silent: dict[str, tuple[str, Address, float]] = {}
        """By reminder: trunks gone down, which of their servers it was, and since when nothing has come from there."""
        self.counters = {"trunks_lost": 0, "trunks_rested": 0, "probes_sent": 0}

    def states(self) -> dict[str, TrunkState]:
        """Where each trunk stands that has an address."""
        return {name: health.state for name, (health, _, _) in self._trunks.items()}

    def placed(self, trunk: TrunkAddress, destination: Address) -> None:
        """An INVITE goes out over a trunk; the first one makes it watched."""
        now = self._now()
        health = self.watch(trunk, destination)
        owed_nothing, rang_nowhere = health.asked_at is None, health.ringing_at is None
        health.placed(self._agent.heard_at(destination), now)
        if owed_nothing or (rang_nowhere and health.ringing_at is not None):
            self._set_alarm(trunk.name, health)

    def watch(self, trunk: TrunkAddress, destination: Address) -> TrunkHealth:
        """Watch a trunk from now on."""
        known = self._trunks.get(trunk.name)
        if known is not None and known[2] == destination:
            return known[0]
        health = known[0] if known is not None else TrunkHealth(self._settings, self._now())
        self._trunks[trunk.name] = (health, trunk, destination)
        self._agent.listen_for(destination)
        self._agent.know(destination[0])
        self._set_alarm(trunk.name, health)
        return health

    def overloaded(self, trunk: str, retry_after_s: float) -> None:
        """A trunk answered 503 with Retry-After."""
        health, _, _ = self._trunks[trunk]
        if health.overloaded(retry_after_s, self._now()):
            self.counters["trunks_rested"] += 1
            self._changed(trunk, health)

    def on_event(self, event: Reminded | RequestAnswered) -> None:
        """The alarm clock, or the answer to an OPTIONS."""
        if event.name in self._silent:
            self._see_whether_lost(event.name)
            return
        known = self._trunks.get(event.name)
        if known is None:
            return
        health, trunk, destination = known
        now = self._now()
        if isinstance(event, RequestAnswered):
            # Any answer will do: 404 and 405 come from a trunk that is there; 503 and 408 do not (RFC 3261 section 11).
            has_changed = health.probed(event.status is not None and event.status not in (408, 503), now)
        else:
            heard_at = self._agent.heard_at(destination)
            has_changed = health.check(heard_at, now)
            wants_sign = health.wants_sign_of_life(heard_at, lambda: self._is_ringing(trunk.name), now)
            if health.wants_probe(now) or wants_sign:
                self._probe(trunk, destination, now)
        if has_changed:
            self._changed(trunk.name, health)
        self._set_alarm(trunk.name, health)

    def _probe(self, trunk: TrunkAddress, destination: Address, now: float) -> None:
        port = f":{trunk.port}" if trunk.port not in (0, 5060) else ""
        uri = f"sip:{bracketed(trunk.host)}{port}"
        try:
            self._agent.ask(trunk.name, "OPTIONS", uri, destination, self._settings.probe_timeout_s, now)
        except TooManySessions:
            return
        self.counters["probes_sent"] += 1

    def _changed(self, name: str, health: TrunkHealth) -> None:
        log.warning("trunk %s is %s", name, health.state)
        self._post(TrunkStateChanged(trunk=name, is_up=health.state is TrunkState.UP))
        if health.state is TrunkState.DOWN:
            self.counters["trunks_lost"] += 1
            self._begin_silence(name, health, self._trunks[name][2])
            self._on_down(name)

    def _begin_silence(self, name: str, health: TrunkHealth, server: Address) -> None:
        now = self._now()
        reminder = f"silent:{name}:{server}"
        self._silent[reminder] = (name, server, now)
        self._agent.remind(reminder, now + health.lost_after_s)

    def _see_whether_lost(self, reminder: str) -> None:
        name, server, since = self._silent.pop(reminder)
        health = self._trunks[name][0]
        if self._agent.heard_at(server) < since:
            self._on_lost(name, server)
        elif health.state is TrunkState.DOWN:
            self._begin_silence(name, health, server)

    def _set_alarm(self, name: str, health: TrunkHealth) -> None:
        at = health.next_at()
        if at is not None:
            self._agent.remind(name, at)
