"""The simulator against queueing theory: whatever has a formula comes out inside its confidence interval."""

import numpy as np
import pytest

from pacing.queueing.erlang import erlang_a, erlang_b, erlang_c
from simulation.experiments.figures import metrics_of
from simulation.experiments.intervals import Interval, mean_interval
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.opponents.optimum import optimum
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all
from simulation.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SHORT = [("day.hours", 6.0), ("day.warmup_s", 1800.0)]
ERLANG = override_all(find_scenario("erlang"), SHORT)
AGENTS = 10
LOAD = 7.0
"""Erlangs: 0.7 answers per agent and minute, 60 s each."""
CONFIDENCE = 0.99
"""Seeds are fixed, yet of some ten figures tried at 95 % one would be off by chance for every second choice of seed."""


def scenario_with(scenario: Scenario, **settings: object) -> Scenario:
    return override_all(scenario, [(path.replace("__", "."), value) for path, value in settings.items()])


def measured(scenario: Scenario, replications: int, seed: int = 11) -> dict[str, Interval]:
    done = run_jobs(jobs_for([scenario], range(replications), seed), workers=1).done
    each = [metrics_of(one.figures) for one in done]
    found = {name: mean_interval([one[name] for one in each], CONFIDENCE) for name in each[0]}
    return {name: interval for name, interval in found.items() if interval is not None}


def test_waiting_without_loss_is_erlang_c() -> None:
    found = measured(scenario_with(ERLANG, pacing__ratio=0.7), 16)
    wait = erlang_c(AGENTS, LOAD) * 60.0 / (AGENTS - LOAD)

    assert found["occupancy"].covers(LOAD / AGENTS)
    assert found["answer_to_agent_s"].covers(wait)
    assert found["answer_to_agent_s"].half_width < 0.5 * wait


@pytest.mark.parametrize(
    "talk",
    [{"kind": "exponential", "mean_s": 60.0}, {"kind": "lognormal", "mean_s": 60.0, "cv": 1.5}],
    ids=lambda talk: talk["kind"],
)
def test_immediate_loss_is_erlang_b_whatever_the_talk_time(talk: dict) -> None:
    scenario = scenario_with(ERLANG, pacing__ratio=0.7, campaigns__0__answer_limit_s=0.0, customers__talk=talk)
    found = measured(scenario, 10)
    loss = erlang_b(AGENTS, LOAD)

    assert found["abandon_rate"].covers(loss)
    assert found["abandon_rate"].half_width < 0.3 * loss
    assert found["occupancy"].covers(LOAD * (1.0 - loss) / AGENTS)


def test_impatient_people_are_erlang_a() -> None:
    patience = {"kind": "exponential", "mean_s": 30.0}
    found = measured(scenario_with(ERLANG, customers__patience=patience, pacing__ratio=1.0), 8)
    expected = erlang_a(AGENTS, 10.0 / 60.0, 60.0, 30.0)

    # Who hangs up before an agent comes is lost; none is abandoned, as the limit is never reached.
    assert found["lost_rate"].covers(expected.abandon_probability)
    assert found["occupancy"].covers(expected.occupancy)
    assert found["abandon_rate"].mean == 0.0


def test_five_memoryless_agents_reach_the_value_of_the_exact_optimum() -> None:
    scenario = scenario_with(
        override_all(find_scenario("memoryless"), SHORT),
        pacing__policy="exact-optimum",
        pacing__abandon_rate_target=0.03,
        pacing__abandon_rate_max=0.9,
    )
    found = measured(scenario, 20)
    best = optimum(5, 0.03)

    # Kept also as a number: the value that independent work on the same model came to.
    assert best.occupancy == pytest.approx(0.7754, abs=1e-4)
    assert found["occupancy"].covers(best.occupancy)
    assert found["abandon_rate"].covers(0.03)
    assert found["occupancy"].half_width < 0.015
    assert found["abandon_rate"].half_width < 0.006


def test_the_optimum_is_the_mixture_of_its_two_tables_solved_directly() -> None:
    best = optimum(5, 0.03)
    careful, bold = stationary(best.order_up_to), stationary(best.bold_order_up_to)

    assert 0.02 < careful[1] <= 0.03 < bold[1]
    share = best.bold_share
    occupancy = (1 - share) * careful[0] + share * bold[0]
    # Occupied agents hold all who were answered and not abandoned, so the answers follow from occupancy and rate.
    answers = [one[0] / (1 - one[1]) for one in (careful, bold)]
    abandons = [answered * one[1] for answered, one in zip(answers, (careful, bold), strict=True)]
    rate = ((1 - share) * abandons[0] + share * abandons[1]) / ((1 - share) * answers[0] + share * answers[1])

    assert occupancy == pytest.approx(best.occupancy, abs=1e-6)
    assert rate == pytest.approx(0.03, abs=1e-6)


def stationary(order_up_to: tuple[int, ...], answer=0.3, flight_s=18.0, handling_s=135.0) -> tuple[float, float]:
    """Occupancy and abandon rate of the Markov chain under an order-up-to table, solved directly."""
    agents, most = len(order_up_to) - 1, max(order_up_to)
    index = {(b, c): b * (most + 1) + c for b in range(agents + 1) for c in range(most + 1)}
    rates = np.zeros((len(index), len(index)))
    abandons, answers, busy = np.zeros(len(index)), np.zeros(len(index)), np.zeros(len(index))

    def placed(b: int, c: int) -> int:
        return index[b, max(c, order_up_to[agents - b])]

    for (b, c), here in index.items():
        for rate, reached in (
            (c * answer / flight_s, placed(min(b + 1, agents), c - 1) if c else here),
            (c * (1 - answer) / flight_s, placed(b, c - 1) if c else here),
            (b / handling_s, placed(b - 1, c) if b else here),
            # Calls are placed at once; without this, all idle and nothing in flight would be a dead end.
            (1.0 if c < order_up_to[agents - b] else 0.0, placed(b, c)),
        ):
            rates[here, reached] += rate
            rates[here, here] -= rate
        busy[here], answers[here] = b, c * answer / flight_s
        abandons[here] = answers[here] if b == agents else 0.0
    system = np.vstack((rates.T, np.ones(len(index))))
    shares = np.linalg.lstsq(system, np.append(np.zeros(len(index)), 1.0), rcond=None)[0]
    return float(shares @ busy) / agents, float(shares @ abandons / (shares @ answers))


def test_littles_law_holds_for_calls_in_flight() -> None:
    world = World(scenario_with(find_scenario("base-20"), day__hours=3.0, day__warmup_s=600.0), seed=3)
    samples: list[int] = []

    def sample(_: object) -> None:
        samples.append(len(world.gateway.calls) - len(world.engine._state.roster.groups["default"].talking))
        world.env.timeout(1.0).callbacks.append(sample)

    start = world.first_midnight + 9 * 3600.0
    world.env.timeout(start + 600.0 - world.env.now).callbacks.append(sample)
    (record,) = world.days()
    inside = samples[: int(record.measured_to - record.measured_from)]

    def in_flight_s(row) -> float:
        ends_at = row.bridged_at if row.bridged_at is not None else row.ended_at
        return max(min(ends_at, record.measured_to) - max(row.placed_at, record.measured_from), 0.0)

    expected = sum(map(in_flight_s, record.rows.attempts)) / (record.measured_to - record.measured_from)
    # Sampling every second a count that changes twice a second.
    assert np.mean(inside) == pytest.approx(expected, rel=0.02)


def test_the_wait_between_calls_is_the_renewal_identity() -> None:
    found = measured(scenario_with(find_scenario("base-20"), pacing__policy="progressive", day__hours=4.0), 4)
    occupancy = found["occupancy"].mean

    # Mean wait = idle share * (talk + ACW) / occupied share.
    assert found["wait_between_calls_s"].mean == pytest.approx((1 - occupancy) * 135.0 / occupancy, rel=0.05)
