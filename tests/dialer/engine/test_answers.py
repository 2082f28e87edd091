import pytest

from campaigns.model import Outcome, PacingSettings
from campaigns.terms import AmdSettings, OnMachine
from dialer import messages as m
from dialer.model import AmdResult, CallCause, EngineSettings
from pacing.model import CallObserved, CallResult, Decision, DetectionObserved, Observation, Snapshot
from tests.dialer.world import SETTINGS, STEADY, Steady, World, known_policy, silent, task

AMD = EngineSettings(trunks=SETTINGS.trunks, amd=True, amd_s_max=1.5)


def world_with_a_call(settings: EngineSettings = SETTINGS) -> tuple[World, str]:
    world = World(settings, fate=silent)
    world.add_agents(1)
    world.start(task())
    return world, world.placed[0]


def test_only_the_first_ringing_counts() -> None:
    world, call_id = world_with_a_call()
    world.run(2.0)
    world.post(m.CallRinging(call_id=call_id))
    world.run(2.0)
    world.post(m.CallRinging(call_id=call_id, sip_status=183))
    assert world.view().ringing == 1
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.NO_ANSWER))
    assert world.results[call_id].attempt.ringing_at == world.time - 2.0
    assert world.count("events_out_of_place") == 0


def test_an_answer_before_ringing_is_an_answer() -> None:
    world, call_id = world_with_a_call()
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states() == {"agent-0": "talking"}
    world.post(m.CallRinging(call_id=call_id))
    world.post(m.CallAnswered(call_id=call_id))
    assert world.count("events_out_of_place") == 2
    assert world.view().answered == 1


@pytest.mark.parametrize("kind", [m.CallRinging, m.CallAnswered])
def test_calls_nobody_knows_are_counted(kind: type[m.CallRinging]) -> None:
    world = World()
    world.post(kind(call_id="9-9"))
    world.post(m.AmdDecided(call_id="9-9", result=AmdResult.PERSON))
    assert world.count("unknown_calls") == 2


def test_amd_listens_and_a_person_is_put_through() -> None:
    world, call_id = world_with_a_call(AMD)
    assert world.of(m.PlaceCall)[0].amd
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states() == {"agent-0": "idle"}
    assert (world.view().queued, world.view().answered) == (1, 0)
    world.run(1.0)
    world.post(m.AmdDecided(call_id=call_id, result=AmdResult.UNSURE))
    assert world.states() == {"agent-0": "talking"}
    assert world.view().answered == 1


def test_a_machine_is_hung_up_on_and_is_no_answer_by_a_person() -> None:
    world, call_id = world_with_a_call(AMD)
    world.post(m.CallAnswered(call_id=call_id))
    world.post(m.AmdDecided(call_id=call_id, result=AmdResult.MACHINE, reason="long greeting"))
    world.run(1.0)
    assert world.outcomes() == [Outcome.MACHINE]
    assert world.results[call_id].attempt.cause == "long greeting"
    assert world.view().answered == 0
    cdr = world.results[call_id].cdr
    assert cdr is not None
    assert (cdr.amd, cdr.amd_confidence, cdr.amd_reason) == ("machine", 1.0, "long greeting")


def test_amd_that_takes_too_long_is_not_waited_for() -> None:
    world, call_id = world_with_a_call(AMD)
    world.post(m.CallAnswered(call_id=call_id))
    world.run(1.5)
    assert world.states() == {"agent-0": "talking"}
    assert world.count("amd_timeouts") == 1
    world.post(m.AmdDecided(call_id=call_id, result=AmdResult.MACHINE))
    assert world.count("amd_verdicts_late") == 1
    assert world.states() == {"agent-0": "talking"}


def test_hanging_up_before_the_verdict_counts_as_a_person() -> None:
    world, call_id = world_with_a_call(AMD)
    world.post(m.CallAnswered(call_id=call_id))
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.outcomes() == [Outcome.LOST]
    assert world.view().answered == 1


def test_pacing_learns_of_answers_machines_and_failures() -> None:
    made: list[Steady] = []

    def factory(settings: object) -> Steady:
        made.append(Steady(settings))  # type: ignore[arg-type]
        return made[-1]

    with known_policy(STEADY, factory):
        world = World(AMD, fate=silent, leads=6)
        world.add_agents(3)
        world.start(task(pacing=PacingSettings(policy=STEADY)))
        person, machine, busy = world.placed[:3]
        world.run(9.0)
        world.post(m.CallAnswered(call_id=person))
        world.post(m.CallAnswered(call_id=machine))
        world.run(1.0)
        world.post(m.AmdDecided(call_id=person, result=AmdResult.PERSON))
        world.post(m.AmdDecided(call_id=machine, result=AmdResult.MACHINE))
        world.post(m.CallEnded(call_id=busy, cause=CallCause.BUSY))
    learned = [each for each in made[0].learned if isinstance(each, CallObserved)]
    assert [(each.result, each.duration_s) for each in learned] == [
        (CallResult.ANSWERED, 9.0),
        (CallResult.MACHINE, 9.0),
        (CallResult.BUSY, 10.0),
    ]


def test_pacing_sees_answers_that_amd_still_listens_to_and_learns_its_verdicts() -> None:
    seen: list[Snapshot] = []
    learned: list[Observation] = []

    class Watching(Steady):
        def decide(self, snapshot: Snapshot) -> Decision:
            seen.append(snapshot)
            return super().decide(snapshot)

        def learn(self, observation: Observation) -> None:
            learned.append(observation)

    with known_policy("test: watching amd", Watching):
        world = World(AMD, fate=silent, leads=20)
        world.add_agents(2)
        world.start(task(pacing=PacingSettings(policy="test: watching amd")))
        first, second = world.placed[:2]
        for call_id in (first, second):
            world.post(m.CallAnswered(call_id=call_id))
        world.run(1.25)
        assert seen[-1].detecting_calls == 2
        world.post(m.AmdDecided(call_id=first, result=AmdResult.PERSON))
        world.post(m.CallEnded(call_id=second, cause=CallCause.FAR_END))
        world.run(2.0)
        assert seen[-1].detecting_calls == 0
    (verdict,) = [one for one in learned if isinstance(one, DetectionObserved)]
    assert (verdict.is_person, verdict.delay_s) == (True, 1.25)


def world_with_amd(**amd: object) -> tuple[World, str]:
    """A campaign with AMD of its own, and a call that is answered."""
    world = World(SETTINGS, fate=silent)
    world.add_agents(1)
    world.start(task(amd=AmdSettings(enabled=True, **amd)))  # type: ignore[arg-type]
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    return world, call_id


def test_a_campaign_may_have_amd_of_its_own() -> None:
    world, _ = world_with_amd(total_s=1.2)
    placed = world.of(m.PlaceCall)[0].amd
    assert placed is not None
    assert placed.total_s == 1.2
    assert world.states() == {"agent-0": "idle"}
    world.run(1.4)
    assert world.count("amd_timeouts") == 1
    assert world.states() == {"agent-0": "talking"}


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (AmdResult.MACHINE, Outcome.MACHINE),
        (AmdResult.FAX, Outcome.INVALID_NUMBER),
        (AmdResult.BUSY, Outcome.BUSY),
        (AmdResult.OUT_OF_SERVICE, Outcome.INVALID_NUMBER),
        (AmdResult.NO_CIRCUIT, Outcome.CONGESTION),
    ],
)
def test_what_is_no_person_is_hung_up_on_and_called_what_it_is(result: AmdResult, outcome: Outcome) -> None:
    world, call_id = world_with_amd()
    world.post(m.AmdDecided(call_id=call_id, result=result, reason="heard it"))
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.DIALER))
    attempt = world.results[call_id].attempt
    assert (attempt.outcome, attempt.cause) == (outcome, "heard it")
    assert world.view().answered == 0


def test_a_message_is_left_on_a_machine_after_its_beep() -> None:
    world, call_id = world_with_amd(on_machine=OnMachine.LEAVE_MESSAGE, machine_message="callback")
    world.post(m.AmdDecided(call_id=call_id, result=AmdResult.MACHINE, reason="long greeting"))
    (play,) = world.of(m.PlayMessage)
    assert play == m.PlayMessage(call_id=call_id, message="callback", after_beep=True)
    world.post(m.MessagePlayed(call_id=call_id))
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.DIALER))
    assert world.results[call_id].attempt.outcome is Outcome.MACHINE
    assert world.view().abandoned == 0


def test_a_greeting_is_waited_for_and_one_that_never_ends_is_given_up() -> None:
    world, call_id = world_with_amd(on_machine=OnMachine.LEAVE_MESSAGE, machine_message="callback")
    world.post(m.AmdDecided(call_id=call_id, result=AmdResult.MACHINE))
    limits = [at - world.time for at, _, _ in world._due]
    assert any(abs(limit - 30.0 - SETTINGS.message_s_max) < 0.01 for limit in limits)
