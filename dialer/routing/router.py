"""The router: trunk, number form and caller id for a call, within what each trunk can carry at this moment."""

from collections.abc import Collection, Iterable

import msgspec

from dialer.model import Trunk
from dialer.routing.cps import CallRate
from dialer.routing.fence import Fence
from dialer.routing.prefixes import Prefixes
from dialer.routing.translation import translate


class Route(msgspec.Struct, frozen=True, gc=False):
    """How one call goes out."""

    trunk: str
    number: str
    caller_id: str


class NoRoute(msgspec.Struct, frozen=True, gc=False):
    """No way out for this number under the present configuration: the lead is refused."""

    reason: str


class Busy(msgspec.Struct, frozen=True, gc=False):
    """The trunks that serve the number are full or down; the lead stays where it is."""


class TrunkLoad:
    """What a trunk carries at this moment."""

    __slots__ = ("calls", "is_up", "next_turn", "rate", "trunk")

    def __init__(self, trunk: Trunk) -> None:
        self.trunk = trunk
        self.is_up = True
        self.calls = 0
        self.next_turn = 0.0
        self.rate = CallRate(trunk.cps_max)

    def available(self, now: float) -> int:
        """How many calls it would take now."""
        free = self.trunk.channels_max - self.calls
        if not self.is_up or free <= 0:
            return 0
        calls = self.rate.available(now)
        return calls if calls < free else free


BUSY = Busy()


class Router:
    """All trunks, by group."""

    __slots__ = ("_clock", "_fence", "_groups", "_loads", "_prefixes")

    def __init__(self, trunks: Iterable[Trunk], allowed: Iterable[str] = ("",), barred: Iterable[str] = ()) -> None:
        self._fence = Fence(allowed, barred)
        self._clock = 0.0
        self._loads: dict[str, TrunkLoad] = {}
        self._groups: dict[str, list[TrunkLoad]] = {}
        for trunk in trunks:
            assert trunk.name not in self._loads, f"two trunks are called {trunk.name!r}"
            load = self._loads[trunk.name] = TrunkLoad(trunk)
            self._groups.setdefault(trunk.group, []).append(load)
        self._prefixes = {group: Prefixes(load.trunk for load in loads) for group, loads in self._groups.items()}

    def calls_max(self, group: str, now: float) -> int:
        """How many calls the group's trunks would take at this moment."""
        calls = 0
        for load in self._groups.get(group, ()):
            calls += load.available(now)
        return calls

    def choose(
        self, group: str, number: str, caller_id: str, now: float, without: Collection[str] = ()
    ) -> Route | NoRoute | Busy:
        """Find a way out for one call, not over the trunks named in `without`; `take` it before asking for the next."""
        prefixes = self._prefixes.get(group)
        if prefixes is None:
            return NoRoute(f"there is no trunk in group {group!r}")
        refusal = self._fence.refusal(number)
        if refusal:
            return NoRoute(refusal)
        tiers = prefixes.tiers(number)
        if not tiers:
            return NoRoute(f"no trunk of group {group!r} serves this prefix")
        shown = False
        for tier in tiers:
            showing = [trunk for trunk in tier if caller_id or trunk.caller_id]
            shown = shown or bool(showing)
            free = [trunk for trunk in showing if trunk.name not in without and self._loads[trunk.name].available(now)]
            if free:
                trunk = min(free, key=self._turn) if len(free) > 1 else free[0]
                return Route(trunk.name, translate(trunk, number), caller_id or trunk.caller_id)
        return BUSY if shown else NoRoute(f"neither the campaign nor a trunk of group {group!r} names a caller id")

    def take(self, trunk: str, now: float) -> None:
        """Count a call on a trunk, from the decision to dial it until `release`."""
        load = self._loads[trunk]
        load.calls += 1
        load.rate.take(now)
        self._clock = self._turn(load.trunk)
        load.next_turn = self._clock + 1 / load.trunk.weight

    def release(self, trunk: str) -> None:
        """A call on a trunk has ended."""
        load = self._loads[trunk]
        assert load.calls > 0, f"trunk {trunk!r} carries no call"
        load.calls -= 1

    def set_up(self, trunk: str, is_up: bool) -> bool:
        """Note that a trunk has come up or gone down; False when there is no such trunk."""
        load = self._loads.get(trunk)
        if load is None:
            return False
        load.is_up = is_up
        return True

    def _turn(self, trunk: Trunk) -> float:
        """When it is a trunk's turn, on a clock that calls move: by its weight, with no arrears for time it was down.

        Start-time fair queueing (Goyal, Vin, Cheng 1996).
        """
        return max(self._clock, self._loads[trunk.name].next_turn)

    def loads(self) -> Iterable[TrunkLoad]:
        """Every trunk with its load, for views."""
        return self._loads.values()
