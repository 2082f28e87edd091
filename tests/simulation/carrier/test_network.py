"""The dialer's gateway against the carrier, over real sockets."""

from typing import Any

import pytest

from dialer.messages import (
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallRinging,
    CancelCall,
    HangUpCall,
    LegOpened,
    MessagePlayed,
    PlayMessage,
)
from dialer.model import CallCause
from simulation.carrier.scenario import Behaviour, CarrierScenario, Meets, Sound

NUMBER = "+12025550123"


def behaving(**how: Any) -> CarrierScenario:
    return CarrierScenario(numbers={NUMBER: Behaviour(ringing_after_s=0.0, **{"after_s": 0.1, **how})})


def failing(status: int) -> CarrierScenario:
    return behaving(meets=Meets.FAILURE, status=status)


def test_a_machine_answers_speaks_and_hangs_up(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(meets=Meets.MACHINE, talk_s=0.3)) as town:
            town.place(NUMBER)
            ended = await town.ended()
            assert (ended.cause, ended.sip_status) == (CallCause.FAR_END, None)
            assert len(town.seen(CallRinging)) == len(town.seen(CallAnswered)) == 1
            tally = town.carrier.tally
            assert (tally.invites, tally.answered, tally.hung_up_here, tally.calls) == (1, 1, 1, 0)
            assert tally.attempts == {"1-1": 1}

    run(scenario)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, CallCause.BUSY),
        (404, CallCause.INVALID_NUMBER),
        (503, CallCause.CONGESTION),
        (603, CallCause.REJECTED),
    ],
)
def test_failures_reach_the_dialer_with_their_status(run: Any, open_town: Any, status: int, cause: CallCause) -> None:
    async def scenario() -> None:
        async with open_town(failing(status)) as town:
            town.place(NUMBER)
            ended = await town.ended()
            assert (ended.cause, ended.sip_status) == (cause, status)
            assert town.seen(CallRinging) == []
            assert town.carrier.tally.refused == {status: 1}

    run(scenario)


def test_a_telephone_nobody_answers_rings_until_the_dialer_gives_up(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(meets=Meets.NOBODY)) as town:
            town.place(NUMBER, ring_timeout_s=0.3)
            ended = await town.ended()
            assert ended.cause is CallCause.NO_ANSWER
            assert len(town.seen(CallRinging)) == 1
            assert await town.until(lambda: town.carrier.tally.cancelled or None) == 1

    run(scenario)


def test_a_call_can_be_cancelled_while_it_rings(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(meets=Meets.NOBODY)) as town:
            town.place(NUMBER)
            await town.event(CallRinging)
            town.gateway.send(CancelCall(call_id="1-1"))
            assert (await town.ended()).cause is CallCause.DIALER
            assert town.carrier.tally.cancelled == 1

    run(scenario)


def test_progress_can_be_183(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        behaviour = Behaviour(meets=Meets.NOBODY, ringing_after_s=0.0)
        async with open_town(CarrierScenario(progress=183, numbers={NUMBER: behaviour})) as town:
            town.place(NUMBER)
            assert (await town.event(CallRinging)).sip_status == 183

    run(scenario)


def test_a_person_who_hears_nothing_hangs_up(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(patience_s=0.2)) as town:
            town.place(NUMBER)
            assert (await town.ended()).cause is CallCause.FAR_END
            assert town.carrier.tally.impatient == 1

    run(scenario)


def test_our_voice_comes_back_through_bridge_and_echo(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(hangs_up=False, patience_s=5.0)) as town:
            town.open_leg()
            await town.event(LegOpened, "agent-1#1")
            town.place(NUMBER)
            await town.event(CallAnswered)
            town.gateway.send(BridgeCall(call_id="1-1", leg_id="agent-1#1"))
            await town.event(CallBridged)
            phone = town.phones.phones["agent-1"]
            await town.until(lambda: phone.status().audio.own >= 50 or None)
            status = phone.status()
            assert status.heard_hz == pytest.approx(status.tone_hz, abs=5.0)
            assert status.heard_db == pytest.approx(-15.05, abs=0.5), "a sine of a quarter of full scale"
            assert status.audio.own == status.audio.sounding, "to the bit, and nobody else's voice"
            town.gateway.send(HangUpCall(call_id="1-1"))
            assert (await town.ended()).cause is CallCause.DIALER
            tally = town.carrier.tally
            assert await town.until(lambda: tally.hung_up_there or None) == 1
            assert tally.impatient == 0
            assert tally.audio.sounding >= 50
            assert phone.status().is_connected, "the agent's leg stays"

    run(scenario)


def test_a_person_talks_from_the_first_sound_and_hangs_up(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        behaviour = Behaviour(after_s=0.1, talk_s=0.3, patience_s=5.0)
        async with open_town(CarrierScenario(sound=Sound.TONE, numbers={NUMBER: behaviour})) as town:
            town.open_leg()
            await town.event(LegOpened, "agent-1#1")
            town.place(NUMBER)
            await town.event(CallAnswered)
            town.gateway.send(BridgeCall(call_id="1-1", leg_id="agent-1#1"))
            phone = town.phones.phones["agent-1"]
            await town.until(lambda: phone.status().audio.sounding or None)
            assert (await town.ended()).cause is CallCause.FAR_END
            assert (town.carrier.tally.impatient, town.carrier.tally.hung_up_here) == (0, 1)

    run(scenario)


def test_a_message_is_heard_to_its_end_and_bears_patience(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(behaving(hangs_up=False, patience_s=0.4)) as town:
            town.place(NUMBER)
            await town.event(CallAnswered)
            town.gateway.send(PlayMessage(call_id="1-1", message="sorry"))
            await town.event(MessagePlayed)
            town.gateway.send(HangUpCall(call_id="1-1"))
            await town.ended()
            await town.until(lambda: town.carrier.tally.hung_up_there or None)
            assert town.carrier.tally.impatient == 0
            assert town.carrier.tally.audio.sounding == 25

    run(scenario)


def test_more_calls_than_the_carrier_has_channels_are_refused(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        behaviour = Behaviour(meets=Meets.NOBODY, ringing_after_s=0.0)
        async with open_town(CarrierScenario(calls_max=1, numbers={NUMBER: behaviour})) as town:
            town.place(NUMBER, "1-1")
            await town.event(CallRinging)
            town.place(NUMBER, "2-1")
            assert (await town.ended("2-1")).sip_status == 503
            assert town.carrier.tally.calls_most == 2

    run(scenario)


def test_an_attempt_that_is_dialed_twice_is_told(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(failing(486)) as town:
            for _ in range(2):
                town.events.clear()
                town.place(NUMBER, "7-1")
                await town.ended("7-1")
            town.place(NUMBER, "7-2")
            await town.ended("7-2")
            status = town.carrier.status()
            assert status["attempts_twice"] == {"7-1": 2}
            assert town.carrier.tally.attempts == {"7-1": 2, "7-2": 1}

    run(scenario)
