import numpy as np
import pytest

from pacing.estimators.durations import lognormal_survival
from pacing.forecast.primitives import HORIZON_COUNT, Primitives
from pacing.forecast.team import Team
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    DetectionObserved,
    Promise,
    PromiseObserved,
    Snapshot,
    TalkObserved,
)

NOW = 100_000.0
TALK, ACW = lognormal_survival(85.0, 0.83), lognormal_survival(13.4, 0.47)


def primitives(staying: float = 1.0) -> Primitives:
    return Primitives(
        TALK, ACW, lognormal_survival(12.5, 0.5), lognormal_survival(20.0, 0.4), grace_s=2.0, staying=staying
    )


def floor(**changes: object) -> Snapshot:
    return Snapshot(now=NOW, budget=AbandonBudget(rate_max=0.03), **changes)


def taught(factors: dict[str, float], talks: int = 60) -> Team:
    rng = np.random.default_rng(1)
    team = Team()
    for number in range(talks):
        for agent_id, factor in factors.items():
            at = NOW - 140.0 * (talks - number)
            team.learn(TalkObserved(at=at, duration_s=factor * float(rng.lognormal(4.4, 0.8)), agent_id=agent_id))
            team.learn(AcwObserved(at=at, duration_s=factor * float(rng.lognormal(2.6, 0.4)), agent_id=agent_id))
    return team


def test_nothing_known_adds_nothing() -> None:
    snapshot = floor(talking_since=(NOW - 50.0,), talking_ids=("ann",))
    assert Team().parts(snapshot, primitives()) == (snapshot, [])
    assert Team().staying == 1.0
    assert Team().grace_s(snapshot) == 2.0


def test_agents_of_their_own_speed_leave_the_floor_for_rows_of_their_own() -> None:
    team = taught({"slow": 1.8, "fast": 0.55, "usual": 1.0, "other": 1.0})
    snapshot = floor(
        talking_since=(NOW - 50.0, NOW - 60.0, NOW - 70.0),
        talking_ids=("slow", "usual", "fast"),
        acw_since=(NOW - 5.0,),
        acw_ids=("fast",),
    )
    known = primitives()
    others, parts = team.parts(snapshot, known)
    assert others.talking_since == (NOW - 60.0,)
    assert others.acw_since == ()
    ((selection, weights),) = parts
    assert weights.sum() == pytest.approx(3.0)
    own = (weights @ selection.moments)[:HORIZON_COUNT]
    usual = known.free_from_talk(np.array([50.0, 70.0])).sum(axis=0) + known.free_from_acw(np.array([5.0])).sum(axis=0)
    assert own[0] > usual[0]  # fast ACW ends sooner
    assert selection.logs(33).shape[0] == len(weights)


def test_a_team_that_works_alike_stays_on_the_floor() -> None:
    team = taught({f"agent-{n}": 1.0 for n in range(8)})
    snapshot = floor(talking_since=(NOW - 50.0,) * 8, talking_ids=tuple(f"agent-{n}" for n in range(8)))
    assert team.parts(snapshot, primitives()) == (snapshot, [])


def test_a_hint_and_a_call_in_detection_are_parts() -> None:
    team = Team()
    for number in range(200):
        team.learn(PromiseObserved(at=NOW - 300.0 + number, lasted_s=10.0, promised_s=10.0))
        team.learn(DetectionObserved(at=NOW - 300.0 + number, is_person=number % 2 == 0, delay_s=1.2))
    snapshot = floor(promises=(Promise(made_at=NOW, free_at=NOW + 5.0),), detecting_calls=3)
    _, (promised, detecting) = team.parts(snapshot, primitives())
    free = (promised[1] @ promised[0].moments)[:HORIZON_COUNT]
    assert np.all(free[1:] > 0.9)
    answered = (detecting[1] @ detecting[0].moments)[HORIZON_COUNT : 2 * HORIZON_COUNT]
    assert answered == pytest.approx(np.full(HORIZON_COUNT, 1.5), abs=0.2)
    assert team.grace_s(snapshot) == pytest.approx(0.8, abs=0.11)


def test_sudden_pauses_lower_the_chance_of_everybody() -> None:
    team = Team()
    for number in range(200):
        team.learn(AcwObserved(at=NOW + number, duration_s=15.0, is_surprise=number % 5 == 0))
    assert team.staying == pytest.approx(0.84, abs=0.04)
    free = primitives(0.8).free_from_acw(np.array([10.0]))
    assert free == pytest.approx(0.8 * primitives().free_from_acw(np.array([10.0])))
