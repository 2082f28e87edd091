"""What steering by the account costs alone: the memoryless floor, every risk known, and the real budget controller.

Against the exact optimum at the abandon rate that came of it, and against the best that any steering could do with as
many answers. Nothing is learned but the controller's own trim, so that what is short here is short because no day may
end over its cap. A day takes a fraction of a second, and changes of the controller show that would drown in a
simulator's chance.
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.random import Generator

from benchmarks.harness import Figure, benchmark
from benchmarks.pacing_optimum import CAP, risks_of
from pacing.budget import BudgetController
from pacing.model import AbandonBudget
from pacing.optimal.memoryless import MemorylessModel, solve
from pacing.optimal.steering import best_steering
from pacing.policies.predictive import RISK_MAX
from simulation.experiments.intervals import mean_interval

DAYS = {5: 800, 20: 200}
"""By team; all takes three minutes."""
DAY_S = 36_000.0
FIRST_HOUR_S = 3600.0
LOOKS_S = 15.0
"""The floor is looked at again when nothing has happened for so long."""
RATES = (0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.05, 0.06)
"""Abandon rates between which the best occupancy is interpolated."""


@benchmark("steering-cost", "the budget controller on a floor of known risks against the exact optimum, in points")
def steering_cost(seed: int) -> Sequence[Figure]:
    """Ten-hour days towards a known end; occupancy from the second hour on, the abandon account over whole days."""
    figures = []
    for agents, days in DAYS.items():
        model = MemorylessModel(agents=agents, calls_max=6 * agents + 20)
        risks = risks_of(model).tolist()
        run = [one_day(model, risks, np.random.default_rng((seed, agents, day))) for day in range(days)]
        occupancy = mean_interval([busy for busy, _ in run])
        assert occupancy is not None
        assert occupancy.half_width is not None
        accounts = [account for _, account in run]
        abandoned = sum(one.abandoned for one in accounts) / sum(one.answered for one in accounts)
        over = sum(one.abandoned > CAP * one.answered for one in accounts)
        short = 100.0 * (solve(model, abandoned).occupancy - occupancy.mean)
        answers = round(sum(one.answered for one in accounts) / days)
        best = best_steering(curve_of(model), answers, CAP)
        name, bound = f"{agents} agents, {days} days", f"{agents} agents, the best steering"
        figures += [
            Figure(name=f"{name}, occupancy", value=100.0 * occupancy.mean, unit="%", better="higher"),
            Figure(name=f"{name}, give or take", value=100.0 * occupancy.half_width, unit="points", better="lower"),
            Figure(name=f"{name}, abandoned", value=100.0 * abandoned, unit="%", better="lower"),
            Figure(name=f"{name}, short of the optimum", value=short, unit="points", better="lower"),
            Figure(name=f"{name}, over the cap", value=float(over), unit="days", better="lower", aim=0.0),
            Figure(name=f"{bound}, occupancy", value=100.0 * best.occupancy, unit="%", better="higher"),
            Figure(name=f"{bound}, abandoned", value=100.0 * best.abandon_rate, unit="%", better="lower"),
            Figure(name=f"{bound}, over the cap", value=best.over * days, unit="days", better="lower"),
        ]
    return figures


def curve_of(model: MemorylessModel) -> list[tuple[float, float]]:
    """The best occupancy (0..1) at each of the abandon rates."""
    return [(rate, solve(model, rate).occupancy) for rate in RATES]


def one_day(model: MemorylessModel, risks: list[list[float]], rng: Generator) -> tuple[float, AbandonBudget]:
    """Occupancy (0..1) from the second hour on, and the account at the end of the day.

    `risks` are the chances (0..1) that one call more would find no agent, by busy agents and calls in flight.
    """
    controller = BudgetController(None)
    account = AbandonBudget(rate_max=CAP, window_ends_at=DAY_S)
    now = busy_s = 0.0
    busy = flying = 0
    while True:
        threshold = min(controller.threshold([account], now, model.agents), RISK_MAX)
        while flying < len(risks[busy]) - 1 and risks[busy][flying] <= threshold:
            flying += 1
        ends, frees = flying / model.flight_s, busy / model.handling_s
        wait_s = rng.exponential(1.0 / (ends + frees)) if ends + frees > 0.0 else math.inf
        until = min(now + min(wait_s, LOOKS_S), DAY_S)
        busy_s += busy * max(until - max(now, FIRST_HOUR_S), 0.0)
        now = until
        if now >= DAY_S:
            return busy_s / (model.agents * (DAY_S - FIRST_HOUR_S)), account
        if wait_s > LOOKS_S:
            continue
        if rng.random() * (ends + frees) >= ends:
            busy -= 1
            continue
        flying -= 1
        if rng.random() < model.answer_rate:
            is_lost = busy == model.agents
            busy += not is_lost
            controller.learn(is_lost, now)
            account = replace(account, answered=account.answered + 1, abandoned=account.abandoned + is_lost)
