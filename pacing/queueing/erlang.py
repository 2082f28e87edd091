"""Erlang's formulas, in forms that stay stable for thousands of agents.

Loads are in erlangs: arrivals per second times mean holding time in seconds.
"""

import math

import msgspec

SCALE = 1e200
"""Weights are scaled down when they pass this, long before they overflow."""


def erlang_b(servers: int, load: float) -> float:
    """Chance that a call finds all servers busy and is lost (M/G/n/n).

    Erlang 1917; computed by the recursion for 1/B (Jagerman 1974, Bell System Technical Journal 53:525), which adds
    positive terms only.

    >>> round(erlang_b(10, 5.0), 6)
    0.018385
    """
    _check(servers, load)
    if load == 0.0:
        return 0.0 if servers else 1.0
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1.0 + inverse * n / load
        if math.isinf(inverse):
            return 0.0
    return 1.0 / inverse


def erlang_c(servers: int, load: float) -> float:
    """Chance that a call has to wait (M/M/n); 1 where the load is not below the number of servers.

    Erlang 1917, in the form C = B / (1 - (load/servers)(1 - B)) (Cooper 1981, Introduction to Queueing Theory, 3.48).

    >>> round(erlang_c(10, 8.0), 4)
    0.4092
    """
    if load >= servers:
        _check(servers, load)
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def waits_longer(servers: int, load: float, holding_s: float, wait_s: float) -> float:
    """Chance of waiting longer than `wait_s` (M/M/n, first come first served; Cooper 1981, 3.50)."""
    if load >= servers:
        return 1.0
    return erlang_c(servers, load) * math.exp(-(servers - load) * wait_s / holding_s)


class ErlangA(msgspec.Struct, frozen=True, kw_only=True):
    """The steady state of a queue whose callers lose patience."""

    wait_probability: float
    """Chance that a call has to wait."""
    abandon_probability: float
    """Chance that a call is given up before it is answered."""
    wait_mean_s: float
    """Mean wait of all calls, served and abandoned."""
    queue_mean: float
    occupancy: float


def erlang_a(servers: int, arrivals_per_s: float, holding_s: float, patience_s: float) -> ErlangA:
    """Steady state of M/M/n+M: Palm's model of impatient callers (Palm 1957; Mandelbaum and Zeltyn 2007).

    State probabilities are taken relative to the state in which all servers are busy and nobody waits: 1/B for the
    states below, a series with falling ratios for those above. Nothing overflows, and any load is stable.
    """
    load = arrivals_per_s * holding_s
    _check(servers, load)
    if servers < 1 or load == 0.0 or not patience_s > 0.0:
        raise ValueError("erlang_a needs at least one server, arrivals and a patience above 0")
    # Weights relative to the state with all servers busy and nobody waiting; `full` is that state's own.
    full, below = 1.0, 1.0 / max(erlang_b(servers, load), 1e-300)
    served_per_s = servers / holding_s
    term, waiting, queue, length = 1.0, 0.0, 0.0, 0
    while True:
        length += 1
        ratio = arrivals_per_s / (served_per_s + length / patience_s)
        term *= ratio
        waiting += term
        queue += length * term
        if ratio < 1.0 and length * term <= 1e-15 * queue * (1.0 - ratio):
            break
        if queue > SCALE:
            full, below, term, waiting, queue = (x / SCALE for x in (full, below, term, waiting, queue))
    total = below + waiting
    queue_mean = queue / total
    abandon = queue_mean / patience_s / arrivals_per_s
    return ErlangA(
        wait_probability=(waiting + full) / total,
        abandon_probability=abandon,
        wait_mean_s=queue_mean / arrivals_per_s,
        queue_mean=queue_mean,
        occupancy=min(load * (1.0 - abandon) / servers, 1.0),
    )


def _check(servers: int, load: float) -> None:
    if servers < 0 or not 0.0 <= load < math.inf:
        raise ValueError(f"need servers >= 0 and a finite load >= 0 erlangs, not {servers} and {load}")
