"""The optimum of the memoryless model: a Markov decision process solved exactly.

Each call is in flight for an exponential time and is then answered by a person with a fixed probability; each agent
is busy for an exponential time; a person who finds no agent is lost at once. The controller sees how many agents are
busy and how many calls are in flight, and may place calls at any moment. It keeps the abandon rate at a cap and has
agents idle as little as it can.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csc_matrix
from scipy.sparse.linalg import splu

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]

PRICE_MAX = 1e7
PRICE_TOLERANCE = 1e-10
ITERATIONS_MAX = 200
THRESHOLD_STEPS = 40


class MemorylessModel(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters: everything an optimal controller of the model knows."""

    agents: int
    answer_rate: float = 0.3
    flight_s: float = 18.0
    """Mean time from placing a call to its answer or end."""
    handling_s: float = 135.0
    """Mean talk plus ACW."""
    calls_max: int | None = None
    """Calls in flight at one time; None takes a number that no optimal policy reaches."""


class Optimum(msgspec.Struct, frozen=True, kw_only=True):
    """The best a controller of the model can do under its cap."""

    occupancy: float
    abandon_rate: float
    order_up_to: tuple[int, ...]
    """Calls to have in flight, by the number of idle agents (0 idle first): the careful one of the two tables that
    bracket the cap."""
    bold_order_up_to: tuple[int, ...]
    """The other one, which abandons more than the cap allows."""
    bold_share: float
    """The share of the time for which the bold table is followed, 0..1, so that the whole is at the cap."""


class _Gains(msgspec.Struct, frozen=True):
    """Long-run averages of one policy, per second."""

    busy: float
    answers: float
    abandons: float
    targets: Indexes

    @property
    def abandon_rate(self) -> float:
        return self.abandons / self.answers if self.answers > 0 else 0.0


def solve(model: MemorylessModel, abandon_rate_max: float = 0.03) -> Optimum:
    """The optimum at that cap: policy iteration under a price per abandoned call, the price found by bisection.

    Just at the cap the optimum randomises between the two policies that bracket it (Beutler and Ross 1985, J. Math.
    Anal. Appl. 112:236); its occupancy lies on the straight line between theirs.
    """
    space = _Space(model)
    cheap, dear = 0.0, 1.0
    below = space.optimise(dear)
    above = below
    while below.abandon_rate > abandon_rate_max:
        cheap, above = dear, below
        dear *= 4.0
        if dear > PRICE_MAX:
            raise ValueError(f"no policy of this model keeps the abandon rate at {abandon_rate_max}")
        below = space.optimise(dear)
    while dear - cheap > PRICE_TOLERANCE * dear:
        price = (cheap + dear) / 2
        found = space.optimise(price)
        if found.abandon_rate > abandon_rate_max:
            cheap, above = price, found
        else:
            dear, below = price, found
        if np.array_equal(found.targets, above.targets) and np.array_equal(found.targets, below.targets):
            break
    return _at_cap(space, below, above, abandon_rate_max)


def best_threshold(model: MemorylessModel, risks: Array, abandon_rate_max: float = 0.03) -> Optimum:
    """What "dial while the next call's risk is under a threshold" comes to, at the threshold that meets the cap.

    Args:
        model: the model.
        risks: the next call's risk as the rule sees it, by busy agents and calls in flight (0 to `model.calls_max`).
        abandon_rate_max: the cap, 0..1.

    Raises:
        ValueError: the cap is passed even where the rule sees no risk.
    """
    space = _Space(model)
    low, high = 1e-6, 1.0
    below, above = space.follow(risks <= low), space.follow(risks <= high)
    if below.abandon_rate > abandon_rate_max:
        raise ValueError(f"no threshold on these risks keeps the abandon rate at {abandon_rate_max}")
    for _ in range(THRESHOLD_STEPS):
        threshold = math.sqrt(low * high)
        found = space.follow(risks <= threshold)
        if found.abandon_rate > abandon_rate_max:
            high, above = threshold, found
        else:
            low, below = threshold, found
    return _at_cap(space, below, above, abandon_rate_max)


def _at_cap(space: "_Space", below: _Gains, above: _Gains, abandon_rate_max: float) -> Optimum:
    """On the straight line between two policies on either side of the cap."""
    spare = abandon_rate_max * below.answers - below.abandons
    excess = above.abandons - abandon_rate_max * above.answers
    share = spare / (spare + excess) if excess > 0.0 else 0.0
    busy = below.busy + share * (above.busy - below.busy)
    answers = below.answers + share * (above.answers - below.answers)
    abandons = below.abandons + share * (above.abandons - below.abandons)
    return Optimum(
        occupancy=busy / space.agents,
        abandon_rate=abandons / answers,
        order_up_to=space.order_up_to(below),
        bold_order_up_to=space.order_up_to(above),
        bold_share=share,
    )


class _Space:
    """The states (busy agents, calls in flight) and what happens in each."""

    def __init__(self, model: MemorylessModel) -> None:
        self.agents = model.agents
        most = model.calls_max
        if most is None:
            most = 20 + int(3.0 * model.agents / max(model.answer_rate, 0.05) ** 0.8)
        self.shape = (model.agents + 1, most + 1)
        busy, calls = (x.ravel() for x in np.indices(self.shape))
        self._busy, self._calls = busy, calls
        self._answer_rates = calls * model.answer_rate / model.flight_s
        end_rates = calls * (1.0 - model.answer_rate) / model.flight_s
        free_rates = busy / model.handling_s
        full = busy == model.agents
        state = np.arange(busy.size)
        answered = np.where(full, state - 1, state + self.shape[1] - 1)
        self._moves = [
            (state[calls > 0], answered[calls > 0], self._answer_rates[calls > 0]),
            (state[calls > 0], state[calls > 0] - 1, end_rates[calls > 0]),
            (state[busy > 0], state[busy > 0] - self.shape[1], free_rates[busy > 0]),
            # Nothing happens by itself where all are idle and nothing is in flight: there the controller must act.
            (state[:1], state[:1], np.ones(1)),
        ]
        self._abandons = np.where(full, self._answer_rates, 0.0)

    def order_up_to(self, gains: _Gains) -> tuple[int, ...]:
        """Calls to have in flight by the number of idle agents, none idle first."""
        by_busy = gains.targets.reshape(self.shape)[:, 0]
        return tuple(int(target) for target in reversed(by_busy))

    def optimise(self, price: float) -> _Gains:
        """The policy that minimises idle agents + price x abandoned calls per second (Howard 1960)."""
        targets = self._first_targets()
        for _ in range(ITERATIONS_MAX):
            gains, relative = self._evaluate(targets, price)
            better = self._improve(relative, targets)
            if np.array_equal(better, targets):
                return gains
            targets = better
        return gains

    def follow(self, dials: NDArray[np.bool_]) -> _Gains:
        """The long-run averages of dialing one call more wherever `dials` says so, by busy agents and calls."""
        targets = np.tile(np.arange(self.shape[1]), (self.shape[0], 1))
        for calls in range(self.shape[1] - 2, -1, -1):
            targets[:, calls] = np.where(dials[:, calls], targets[:, calls + 1], targets[:, calls])
        return self._evaluate(np.asarray(targets.ravel()), 0.0)[0]

    def _first_targets(self) -> Indexes:
        idle = self.agents - self._busy
        return np.maximum(self._calls, np.minimum(idle, self.shape[1] - 1))

    def _evaluate(self, targets: Indexes, price: float) -> tuple[_Gains, Array]:
        """Long-run averages and relative values; `targets` says how many calls to have in flight from each state on."""
        size = self._busy.size
        after = self._busy * self.shape[1] + targets
        rows, columns, values = [], [], []
        for state, reached, rate in self._moves:
            rows += [state, state]
            columns += [after[reached], state]
            values += [rate, -rate]
        one = np.arange(size)
        # Unknowns: relative values, with that of state 0's successor pinned to 0, and the gain in the last place.
        rows += [one, np.array([size])]
        columns += [np.full(size, size), np.array([after[0]])]
        values += [-np.ones(size), np.ones(1)]
        shape = (size + 1, size + 1)
        matrix = csc_matrix(
            coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
        )
        costs = np.stack((self._busy.astype(np.float64), self._answer_rates, self._abandons), axis=1)
        solved = splu(matrix).solve(np.vstack((-costs, np.zeros((1, 3)))))
        busy, answers, abandons = solved[-1]
        relative = -solved[:-1, 0] + price * solved[:-1, 2]
        return _Gains(float(busy), float(answers), float(abandons), targets), relative

    def _improve(self, relative: Array, targets: Indexes) -> Indexes:
        """From each state, the number of calls from its own upwards at which the relative value is least."""
        value = relative.reshape(self.shape)
        better = targets.reshape(self.shape).copy()
        for busy in range(self.shape[0]):
            best = self.shape[1] - 1
            for calls in range(self.shape[1] - 1, -1, -1):
                if value[busy, calls] < value[busy, best] - 1e-9:
                    best = calls
                held = better[busy, calls]
                if value[busy, best] < value[busy, held] - 1e-9:
                    better[busy, calls] = best
        return np.asarray(better.ravel())
