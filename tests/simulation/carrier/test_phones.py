from typing import Any

from dialer.messages import CloseLeg, LegClosed, LegOpened
from simulation.carrier.phones import DEAD_LEG_S


def test_a_telephone_answers_and_speaks_a_tone_of_its_own(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town(phones=2) as town:
            for user in ("agent-1", "agent-2"):
                town.open_leg(user, f"{user}#1")
                await town.event(LegOpened, f"{user}#1")
            await town.until(lambda: town.media.statistics("agent-1#1").packets_in >= 10 or None)
            statuses = town.phones.status()["phones"]
            assert [one.is_connected for one in statuses] == [True, True]
            assert statuses[0].tone_hz != statuses[1].tone_hz
            assert statuses[0].heard_hz is None, "an agent who waits hears silence"
            assert statuses[0].audio.sounding == 0

    run(scenario)


def test_a_leg_that_is_closed_leaves_the_telephone_free_for_the_next(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town() as town:
            phone = town.phones.phones["agent-1"]
            for leg_id in ("agent-1#1", "agent-1#2"):
                town.open_leg(leg_id=leg_id)
                await town.event(LegOpened, leg_id)
                await town.until(lambda: phone.status().audio.packets_in or None)
                town.gateway.send(CloseLeg(leg_id=leg_id))
                await town.event(LegClosed, leg_id)
                await town.until(lambda: None if phone.status().is_connected else True)
            assert phone.calls == 2
            assert phone.audio.packets_in > 0, "counted beyond the end of the call"

    run(scenario)


def test_unknown_and_busy_telephones_refuse(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town() as town:
            town.open_leg("agent-2", "agent-2#1")
            assert "404" in (await town.event(LegClosed, "agent-2#1")).reason
            town.open_leg("agent-1", "agent-1#1")
            await town.event(LegOpened, "agent-1#1")
            town.open_leg("agent-1", "agent-1#2")
            assert "486" in (await town.event(LegClosed, "agent-1#2")).reason

    run(scenario)


def test_an_agent_can_put_the_telephone_down(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town() as town:
            town.open_leg()
            await town.event(LegOpened, "agent-1#1")
            town.phones.hang_up("agent-1")
            await town.event(LegClosed, "agent-1#1")
            town.phones.hang_up("agent-1")
            assert not town.phones.phones["agent-1"].session_id

    run(scenario)


def test_a_telephone_leaves_a_dead_call_for_a_new_one(run: Any, open_town: Any) -> None:
    async def scenario() -> None:
        async with open_town() as town:
            phone = town.phones.phones["agent-1"]
            town.open_leg("agent-1", "agent-1#1")
            await town.event(LegOpened, "agent-1#1")
            await town.until(lambda: phone.status().audio.packets_in or None)
            assert phone.voice is not None
            # No more packets from a dialer that has died.
            town.media.close("agent-1#1")
            phone.voice.heard_at -= DEAD_LEG_S + 60.0
            town.open_leg("agent-1", "agent-1#2")
            await town.event(LegOpened, "agent-1#2")
            assert phone.calls == 2

    run(scenario)
