"""The optimum of a richer model, in which elapsed time tells something: phases of the call and of the agent's work.

A call rings through two exponential phases that the controller sees (an Erlang-2 ring time) and is then answered by a
person with a fixed probability; an agent talks for an exponential time and then does after-call work for another. A
person who finds no agent is lost at once. Everything is seen: agents talking, agents in ACW, calls in the first phase
and calls in the second; calls may be placed at any moment.
"""

import itertools
import math

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RING_PHASES = 2
SWEEPS_MAX = 200_000
TOLERANCE = 2e-5
"""Idle agents: the gain of a price is known to within this."""
PRICE_FIRST, PRICE_LAST = 3.0, 3000.0
PRICE_STEPS = 14
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


class PhaseTypeModel(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters: everything an optimal controller of the model knows."""

    agents: int
    answer_rate: float = 0.3
    flight_s: float = 18.0
    """Mean time from placing a call to its answer or end."""
    talk_s: float = 120.0
    acw_s: float = 15.0
    calls_max: int | None = None
    """Calls in flight at one time; None takes a number that no optimal policy reaches."""


class PhaseTypeOptimum(msgspec.Struct, frozen=True, kw_only=True):
    """The best a controller of the model can do under its cap."""

    occupancy: float
    price: float
    """Idle seconds of one agent that one abandoned call is worth at the cap."""


def solve(model: PhaseTypeModel, abandon_rate_max: float = 0.03) -> PhaseTypeOptimum:
    """The optimum at that cap, by Lagrangian duality.

    For a price λ per abandoned call above the cap, let g(λ) be the least long-run average of
    idle agents + λ (abandoned - cap x answered) per second. g is concave, and its maximum over λ is the least number
    of idle agents under the cap (Altman 1999, Constrained Markov Decision Processes, ch. 12). Each g(λ) comes from
    relative value iteration, begun where the last one ended; the maximum from golden-section search over log λ.
    """
    floor = _Floor(model, abandon_rate_max)
    low, high = math.log(PRICE_FIRST), math.log(PRICE_LAST)
    inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    gains = [floor.gain(math.exp(point)) for point in inner]
    for _ in range(PRICE_STEPS):
        if gains[0] < gains[1]:
            low = inner[0]
            inner = [inner[1], low + GOLDEN * (high - low)]
            gains = [gains[1], floor.gain(math.exp(inner[1]))]
        else:
            high = inner[1]
            inner = [high - GOLDEN * (high - low), inner[0]]
            gains = [floor.gain(math.exp(inner[0])), gains[0]]
    best = 0 if gains[0] > gains[1] else 1
    return PhaseTypeOptimum(occupancy=1.0 - gains[best] / model.agents, price=math.exp(inner[best]))


class _Floor:
    """The states as one array: (agents talking and in ACW, calls in the first phase, calls in the second)."""

    def __init__(self, model: PhaseTypeModel, abandon_rate_max: float) -> None:
        agents = model.agents
        most = model.calls_max
        if most is None:
            most = 6 + math.ceil(4.0 * agents / (model.answer_rate / 0.3) ** 0.8)
        busy = [(t, a) for t, a in itertools.product(range(agents + 1), repeat=2) if t + a <= agents]
        place = {pair: number for number, pair in enumerate(busy)}
        talking, acw = np.array(busy).T
        first, second = np.indices((most + 1, most + 1))
        self._beyond = first + second > most
        column = (len(busy), 1, 1)
        self._talk_ends = (talking / model.talk_s).reshape(column)
        self._acw_ends = (acw / model.acw_s).reshape(column)
        phase_s = model.flight_s / RING_PHASES
        self._moves_on = first / phase_s
        self._answers = second * model.answer_rate / phase_s
        self._fails = second * (1.0 - model.answer_rate) / phase_s
        self._after_talk = np.array([place.get((t - 1, a + 1), 0) for t, a in busy])
        self._after_acw = np.array([place.get((t, a - 1), 0) for t, a in busy])
        full = talking + acw == agents
        self._after_answer = np.array([place.get((t + 1, a), place[t, a]) for t, a in busy])
        self._idle = (agents - talking - acw).astype(np.float64).reshape(column)
        self._lost = np.where(full.reshape(column), self._answers, 0.0) - abandon_rate_max * self._answers
        self._rate = agents * max(1.0 / model.talk_s, 1.0 / model.acw_s) + most / phase_s
        leaves = self._talk_ends + self._acw_ends + self._moves_on + self._answers + self._fails
        self._stays = self._rate - leaves
        self._value = np.zeros((len(busy), most + 1, most + 1))

    def gain(self, price: float) -> float:
        """Least average of idle agents + price x (abandoned - cap x answered) per second."""
        cost = self._idle + price * self._lost
        inside = ~self._beyond
        for _ in range(SWEEPS_MAX):
            swept = self._sweep(cost)
            moved = (swept - self._value)[:, inside] * self._rate
            self._value = swept - swept[0, 0, 0]
            low, high = float(moved.min()), float(moved.max())
            if high - low < TOLERANCE:
                return (low + high) / 2.0
        raise ArithmeticError(f"value iteration has not come to an end in {SWEEPS_MAX} sweeps")

    def _sweep(self, cost: Array) -> Array:
        """One step of the uniformised chain; before each event as many calls are placed as are worth it."""
        value = np.where(self._beyond, np.inf, self._value)
        best = np.minimum.accumulate(value[:, ::-1, :], axis=1)[:, ::-1, :]
        best = np.where(self._beyond, 0.0, best)
        total = self._talk_ends * best[self._after_talk] + self._acw_ends * best[self._after_acw]
        total[:, 1:, :-1] += self._moves_on[1:, :-1] * best[:, :-1, 1:]
        total[:, :, 1:] += self._fails[:, 1:] * best[:, :, :-1]
        total[:, :, 1:] += self._answers[:, 1:] * best[self._after_answer][:, :, :-1]
        return np.asarray((cost + total + self._stays * best) / self._rate)
