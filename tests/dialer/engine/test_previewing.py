import pytest
from msgspec.structs import replace

from campaigns.dispositions import Callback
from campaigns.model import CallingWindow, CampaignStatus, Lead, PacingSettings, Treatment
from campaigns.terms import PreviewLimit
from dialer import messages as m
from dialer.model import CallCause, EngineSettings, ScreenPop, Trunk
from tests.dialer.world import SETTINGS, START, World, campaign, known_policy, lead, silent, task

PREVIEW = PacingSettings(policy="preview")


def a_world(agents: int = 1, leads: int = 1000, settings: EngineSettings = SETTINGS, **changes: object) -> World:
    world = World(settings=settings, fate=silent, leads=leads, acw_s=None)
    world.add_agents(agents)
    world.start(task(**{"pacing": PREVIEW, **changes}))
    world.run(0.0)
    return world


def ask(world: World, kind: type[m.PreviewAsked | m.PreviewDialed | m.PreviewSkipped], name: str = "agent-0") -> str:
    event = kind(agent_id=name, request_id=1000 + len(world.answers))
    world.post(replace(event, reason="bad_time") if isinstance(event, m.PreviewSkipped) else event)
    return world.answers[event.request_id]


def skips(world: World) -> list[tuple[int, str, str, str]]:
    return [(one.skip.lead_id, one.skip.agent_id, one.skip.reason, one.skip.note) for one in world.of(m.RecordSkip)]


def dialed(world: World, name: str = "agent-0") -> str:
    """The call of the lead that an agent has asked for and dialed."""
    assert ask(world, m.PreviewAsked, name) == ""
    assert ask(world, m.PreviewDialed, name) == ""
    return world.placed[-1]


def screen(world: World, name: str = "agent-0") -> ScreenPop | None:
    shown: ScreenPop | None = [each for each in world.of(m.ShowAgent) if each.agent_id == name][-1].call
    return shown


def released(world: World) -> list[int]:
    return [lead_id for command in world.of(m.ReleaseLeads) for lead_id in command.lead_ids]


def test_an_agent_looks_dials_and_talks() -> None:
    world = a_world(agents=2)
    assert ask(world, m.PreviewAsked) == ""
    assert world.states() == {"agent-0": "previewing", "agent-1": "idle"}
    shown = screen(world)
    assert shown is not None
    assert (shown.lead_id, shown.number, shown.attempt_id) == (1, "+12025550001", "1-1")
    world.run(60.0)
    assert world.placed == [], "looked at, and not called"
    assert ask(world, m.PreviewDialed) == ""
    assert world.placed == ["1-1"]
    world.post(m.CallRinging(call_id="1-1"))
    world.run(5.0)
    assert world.states()["agent-0"] == "previewing"
    world.post(m.CallAnswered(call_id="1-1"))
    assert world.states() == {"agent-0": "talking", "agent-1": "idle"}, "idle longer, and not asked for"
    assert screen(world) == shown
    world.post(m.CallEnded(call_id="1-1", cause=CallCause.FAR_END))
    assert world.states()["agent-0"] == "acw"
    assert world.results["1-1"].attempt.agent_id == "agent-0"
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_each_agent_has_a_lead_of_their_own() -> None:
    world = a_world(agents=3)
    for name in ("agent-0", "agent-1", "agent-2"):
        assert ask(world, m.PreviewAsked, name) == ""
    shown = [screen(world, name) for name in ("agent-0", "agent-1", "agent-2")]
    assert [each.lead_id for each in shown if each is not None] == [1, 2, 3]
    for name in ("agent-2", "agent-0", "agent-1"):
        ask(world, m.PreviewDialed, name)
    assert world.placed == ["3-1", "1-1", "2-1"]
    for call_id in ("1-1", "2-1", "3-1"):
        world.post(m.CallAnswered(call_id=call_id))
    bridges = {bridge.call_id: bridge.leg_id for bridge in world.of(m.BridgeCall)}
    assert bridges == {"1-1": "agent-0#1", "2-1": "agent-1#2", "3-1": "agent-2#3"}


@pytest.mark.parametrize("cause", [CallCause.NO_ANSWER, CallCause.BUSY, CallCause.INVALID_NUMBER])
def test_who_does_not_answer_leaves_the_agent_idle(cause: CallCause) -> None:
    world = a_world()
    call_id = dialed(world)
    world.post(m.CallEnded(call_id=call_id, cause=cause))
    assert world.states() == {"agent-0": "idle"}
    assert screen(world) is None
    assert world.outcomes() == [{"invalid_number": "invalid_number"}.get(cause, str(cause))]
    assert dialed(world) == "2-1"


def test_a_lead_that_is_skipped_keeps_its_lease_and_the_next_is_shown() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    assert ask(world, m.PreviewSkipped) == ""
    assert world.states() == {"agent-0": "idle"}
    assert released(world) == [], "it would be first in the list again at once"
    assert dialed(world) == "2-1"
    assert skips(world) == [(1, "agent-0", "bad_time", "")]


@pytest.mark.parametrize(
    ("reason", "note", "field", "error"),
    [
        ("", "", "reason", "say why the lead is skipped, with one of: bad_time, in_contact, not_suited"),
        ("bored", "really", "reason", "there is no 'bored' among the campaign's reasons, which are: bad_time"),
        ("other", "  ", "note", "say in a few words why: 'other' alone tells nobody"),
        ("", "x" * 501, "note", "has 501 characters, at most 500 are allowed"),
    ],
)
def test_a_skip_without_a_reason_is_refused_and_the_field_is_named(
    reason: str, note: str, field: str, error: str
) -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.post(m.PreviewSkipped(agent_id="agent-0", reason=reason, note=note, request_id=7))
    answer = world.of(m.AnswerRequest)[-1]
    assert (answer.request_id, answer.field) == (7, field)
    assert error in answer.error
    assert (skips(world), world.states()) == ([], {"agent-0": "previewing"})


def test_what_the_agent_says_of_a_skip_is_written_with_how_long_they_looked() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.run(12.0)
    world.post(m.PreviewSkipped(agent_id="agent-0", note=" their shop has closed ", request_id=7))
    (written,) = world.of(m.RecordSkip)
    assert (written.skip.looked_s, written.skip.skipped_at) == (12.0, START + 12.0)
    assert (written.skip.campaign_id, written.skip.number) == (1, "+12025550001")
    assert skips(world) == [(1, "agent-0", "", "their shop has closed")]


def test_a_campaign_without_reasons_asks_for_none() -> None:
    world = a_world(skip_reasons=())
    for reason, answer in (("", ""), ("bored", "there is no 'bored' among the campaign's reasons, which are: none")):
        ask(world, m.PreviewAsked)
        world.post(m.PreviewSkipped(agent_id="agent-0", reason=reason, request_id=7 + len(reason)))
        assert world.answers[7 + len(reason)].startswith(answer)
    assert [reason for _, _, reason, _ in skips(world)] == [""]


def test_a_lead_is_let_go_when_its_lease_ends_under_the_agents_eyes() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.run(SETTINGS.lease_s - 61.0)
    assert world.states() == {"agent-0": "previewing"}
    world.run(2.0)
    assert world.states() == {"agent-0": "idle"}
    assert (world.placed, 1 in released(world)) == ([], False)
    assert skips(world) == [(1, "agent-0", "ran_out", "")]
    assert "looks at no lead" in ask(world, m.PreviewDialed)


@pytest.mark.parametrize(("at_limit", "placed"), [("skip", []), ("dial", ["1-1"])])
def test_a_campaign_may_limit_how_long_a_lead_is_looked_at(at_limit: PreviewLimit, placed: list[str]) -> None:
    pacing = PacingSettings(policy="preview", preview_s=20.0, preview_at_limit=PreviewLimit(at_limit))
    world = a_world(pacing=pacing)
    ask(world, m.PreviewAsked)
    world.run(19.0)
    assert (world.placed, world.states()) == ([], {"agent-0": "previewing"})
    world.run(2.0)
    assert world.placed == placed
    assert world.states() == {"agent-0": "previewing" if placed else "idle"}


def test_a_limit_of_the_lead_before_is_none_of_the_next() -> None:
    world = a_world(pacing=PacingSettings(policy="preview", preview_s=20.0))
    ask(world, m.PreviewAsked)
    world.run(15.0)
    ask(world, m.PreviewSkipped)
    ask(world, m.PreviewAsked)
    world.run(10.0)
    assert world.states() == {"agent-0": "previewing"}


def test_a_lead_to_be_dialed_at_its_limit_waits_for_a_trunk() -> None:
    trunk = Trunk(name="main", caller_id="+12025550100", channels_max=1)
    pacing = PacingSettings(policy="preview", preview_s=5.0, preview_at_limit=PreviewLimit.DIAL)
    world = a_world(agents=2, settings=EngineSettings(trunks=(trunk,)), pacing=pacing)
    dialed(world)
    ask(world, m.PreviewAsked, "agent-1")
    world.run(30.0)
    assert world.placed == ["1-1"]
    world.post(m.CallEnded(call_id="1-1", cause=CallCause.BUSY))
    world.run(1.1)
    assert world.placed == ["1-1", "2-1"]


def test_a_lease_that_ended_unnoticed_is_not_dialed() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.time += 700.0
    assert "too long" in ask(world, m.PreviewDialed)
    assert (world.placed, world.states()) == ([], {"agent-0": "idle"})


def test_a_call_in_the_air_outlasts_the_lease() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.run(SETTINGS.lease_s - 61.0)
    assert ask(world, m.PreviewDialed) == ""
    world.run(5.0)
    world.post(m.CallAnswered(call_id="1-1"))
    assert world.states() == {"agent-0": "talking"}


def test_what_cannot_be_done_is_said() -> None:
    world = a_world(leads=1)
    for kind in (m.PreviewAsked, m.PreviewDialed, m.PreviewSkipped):
        assert ask(world, kind, "nobody") == "agent 'nobody' is not logged in; log in first"
    for kind in (m.PreviewDialed, m.PreviewSkipped):
        assert ask(world, kind) == "agent 'agent-0' looks at no lead; ask for one first"
    dialed(world)
    assert ask(world, m.PreviewAsked) == "agent 'agent-0' is previewing, not idle"
    for kind in (m.PreviewDialed, m.PreviewSkipped):
        assert ask(world, kind) == "the lead is being called already"
    world.post(m.CallEnded(call_id="1-1", cause=CallCause.BUSY))
    assert ask(world, m.PreviewAsked).startswith("there is no lead to dial now")


@pytest.mark.parametrize(
    "changes",
    [
        {"pacing": PacingSettings(policy="progressive")},
        {"skill_group": "other"},
        {"status": CampaignStatus.PAUSED},
        {"treatment": Treatment.MESSAGE},
    ],
)
def test_no_lead_comes_from_another_kind_of_campaign(changes: dict[str, object]) -> None:
    world = a_world(leads=0, **changes)
    assert ask(world, m.PreviewAsked).startswith("no campaign with the pacing policy 'preview' runs")


def test_the_more_urgent_campaign_comes_first() -> None:
    world = a_world()
    world.start(task(2, pacing=PREVIEW, priority=1))
    ask(world, m.PreviewAsked)
    shown = screen(world)
    assert shown is not None
    assert shown.campaign_id == 2


def test_leads_that_the_gate_refuses_are_not_shown() -> None:
    world = a_world(leads=0)
    asleep = lead(1, time_zone="Asia/Tokyo")
    world.post(m.LeadsReserved(campaign_id=1, leads=(asleep, lead(2))))
    world.start(task(pacing=PREVIEW, calling_window=CallingWindow(start="08:00", end="22:30")))
    assert dialed(world) == "2-1"
    assert world.count("leads_refused.calling_window") == 1


def test_a_number_blocked_while_it_is_looked_at_is_not_called() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.post(m.NumbersBlocked(numbers=("+12025550001",)))
    assert ask(world, m.PreviewDialed).startswith("not called: ")
    assert (world.placed, world.attempts) == ([], {})
    assert world.states() == {"agent-0": "idle"}


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.STOPPED])
def test_a_campaign_that_ends_meanwhile_takes_its_lead_back(status: CampaignStatus) -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.start(task(pacing=PREVIEW, status=status))
    assert "does not run" in ask(world, m.PreviewDialed)
    assert world.placed == []
    assert 1 in released(world)
    assert world.states() == {"agent-0": "idle"}


def test_full_trunks_leave_the_lead_in_hand() -> None:
    trunk = Trunk(name="main", caller_id="+12025550100", channels_max=1)
    world = a_world(agents=2, settings=EngineSettings(trunks=(trunk,)))
    dialed(world)
    ask(world, m.PreviewAsked, "agent-1")
    assert "dial again in a moment" in ask(world, m.PreviewDialed, "agent-1")
    assert world.states()["agent-1"] == "previewing"
    world.post(m.CallEnded(call_id="1-1", cause=CallCause.BUSY))
    assert ask(world, m.PreviewDialed, "agent-1") == ""


def test_the_agent_hears_only_once_the_attempt_is_durable() -> None:
    world = a_world()
    world.holds_attempts = True
    ask(world, m.PreviewAsked)
    world.post(m.PreviewDialed(agent_id="agent-0", request_id=7))
    assert 7 not in world.answers
    assert world.placed == []
    world.post(m.AttemptsRecorded(attempt_ids=("1-1",)))
    assert (world.answers[7], world.placed) == ("", ["1-1"])


def test_an_attempt_that_the_store_refuses_is_said() -> None:
    world = a_world()
    world.holds_attempts = True
    ask(world, m.PreviewAsked)
    world.post(m.PreviewDialed(agent_id="agent-0", request_id=7))
    world.post(m.AttemptsRefused(attempt_ids=("1-1",), reason="the number is on a list"))
    assert world.answers[7] == "the store did not take the attempt: the number is on a list"
    assert world.states() == {"agent-0": "idle"}


def test_a_number_blocked_while_the_attempt_is_written_is_not_called() -> None:
    world = a_world()
    world.holds_attempts = True
    ask(world, m.PreviewAsked)
    world.post(m.PreviewDialed(agent_id="agent-0", request_id=7))
    world.post(m.NumbersBlocked(numbers=("+12025550001",)))
    world.post(m.AttemptsRecorded(attempt_ids=("1-1",)))
    assert world.answers[7] == "not called: the number was put on the do-not-call list"
    assert (world.placed, world.outcomes(), world.states()) == ([], ["cancelled"], {"agent-0": "idle"})


@pytest.mark.parametrize("event", [m.AgentLoggedOut(agent_id="agent-0"), m.LegClosed(leg_id="agent-0#1")])
def test_who_leaves_gives_the_lead_back(event: m.Event) -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.post(event)
    assert released(world) == [1]
    world.run(700.0)
    assert world.placed == []


def test_who_leaves_while_it_rings_is_stood_in_for() -> None:
    world = a_world(agents=2)
    call_id = dialed(world)
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    assert released(world) == []
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states() == {"agent-1": "talking"}


def test_without_a_stand_in_the_person_hears_the_message_and_is_counted() -> None:
    world = a_world()
    call_id = dialed(world)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.post(m.CallAnswered(call_id=call_id))
    world.run(30.0)
    assert (world.outcomes(), world.view().abandoned) == (["abandoned"], 1)


def test_who_leaves_before_the_attempt_is_durable_is_called_for_no_more() -> None:
    world = a_world()
    world.holds_attempts = True
    ask(world, m.PreviewAsked)
    world.post(m.PreviewDialed(agent_id="agent-0", request_id=7))
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    assert world.answers[7] == "agent 'agent-0' has logged out"
    world.post(m.AttemptsRecorded(attempt_ids=("1-1",)))
    assert (world.placed, world.outcomes()) == ([], ["cancelled"])


def test_a_break_begins_after_the_lead() -> None:
    world = a_world()
    ask(world, m.PreviewAsked)
    world.post(m.AgentPaused(agent_id="agent-0", reason="lunch"))
    assert world.states() == {"agent-0": "previewing"}
    ask(world, m.PreviewSkipped)
    assert world.states() == {"agent-0": "paused"}


def test_ones_own_callback_is_shown_first_and_nobody_elses() -> None:
    world = a_world(agents=2)

    def called_back(lead_id: int, agent_id: str) -> Lead:
        return lead(lead_id, callback=Callback(starts_at=START, ends_at=START + 3600.0, agent_id=agent_id))

    world.post(m.CallbacksReserved(campaign_id=1, leads=(called_back(901, "agent-1"), called_back(902, "agent-0"))))
    assert dialed(world) == "902-1"
    assert dialed(world, "agent-1") == "901-1"


def test_other_campaigns_count_neither_the_agent_nor_the_call() -> None:
    with known_policy():
        world = a_world(agents=2)
        world.start(replace(task(2, pacing=PacingSettings(policy="test: steady"))))
        world.run(0.0)
        assert len(world.placed) == 4, "two for each idle agent"
        for call_id in list(world.placed):
            world.post(m.CallEnded(call_id=call_id, cause=CallCause.BUSY))
        world.post(m.CampaignChanged(task=task(2, status=CampaignStatus.PAUSED)))
        for call_id in world.placed[4:]:
            world.post(m.CallEnded(call_id=call_id, cause=CallCause.BUSY))
        before = len(world.placed)
        dialed(world)
        world.start(task(2, pacing=PacingSettings(policy="test: steady")))
        world.run(0.0)
    assert len(world.placed) == before + 1 + 2


def test_a_machine_sets_the_agent_free_at_once() -> None:
    settings = EngineSettings(trunks=SETTINGS.trunks, amd=True)
    world = a_world(settings=settings)
    world.holds_hang_ups = True
    call_id = dialed(world)
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states() == {"agent-0": "previewing"}
    world.post(m.AmdDecided(call_id=call_id, result="machine"))
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.DIALER))
    assert world.states() == {"agent-0": "idle"}
    assert world.outcomes() == ["machine"]


def test_a_bridge_that_fails_is_an_ordinary_bridge_that_fails() -> None:
    world = a_world(agents=2, settings=EngineSettings(trunks=SETTINGS.trunks, bridge_timeout_s=0.5))
    world.holds_bridges = True
    call_id = dialed(world)
    world.post(m.CallAnswered(call_id=call_id))
    assert world.states()["agent-0"] == "reserved"
    world.run(0.6)
    assert world.states() == {"agent-0": "idle", "agent-1": "reserved"}


def test_the_service_may_shut_down_under_a_preview() -> None:
    world = a_world(agents=2)
    dialed(world)
    ask(world, m.PreviewAsked, "agent-1")
    world.post(m.ShutdownBegan())
    world.run(1.0)
    assert world.states() == {}
    assert world.outcomes() == ["cancelled"]
    assert 2 in released(world)


def test_only_the_fields_that_the_campaign_names_are_shown() -> None:
    world = a_world(leads=0, screen_fields=("city",))
    world.post(m.LeadsReserved(campaign_id=1, leads=(lead(1, name="Ann", attributes={"city": "Rome", "x": "y"}),)))
    ask(world, m.PreviewAsked)
    shown = screen(world)
    assert shown is not None
    assert (shown.name, shown.attributes, shown.campaign_name) == ("Ann", {"city": "Rome"}, campaign().name)
