import pytest

from campaigns.model import Campaign, CampaignStatus
from dialer.messages import CampaignChanged, Event, PlaceCall, PollDue, TasksPolled
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_a_campaign_needs_a_name_and_a_skill_group(bench: Bench) -> None:
    campaign = await bench.call("POST", "/campaigns", 201, json={"name": "spring", "skill_group": "sales"})
    plain = Campaign(campaign_id=1, name="spring", skill_group="sales")
    assert campaign["campaign_id"] == plain.campaign_id
    assert (campaign["status"], campaign["ring_timeout_s"]) == ("draft", plain.ring_timeout_s)
    assert await bench.call("GET", "/campaigns/1") == campaign


async def test_what_is_wrong_with_settings_is_said_field_by_field(bench: Bench) -> None:
    body = {"name": "", "skill_group": "sales", "ring_timeout_s": 5, "pacing": {"policy": "psychic"}}
    problem = await bench.call("POST", "/campaigns", 422, json=body)
    assert [one["field"] for one in problem["problems"]] == ["name", "ring_timeout_s", "pacing.policy"]
    assert all(one["message"] in problem["detail"] for one in problem["problems"])


async def test_an_unknown_setting_is_named(bench: Bench) -> None:
    problem = await bench.call("POST", "/campaigns", 422, json={"name": "a", "skill_group": "b", "speed": 9})
    assert problem["problems"][0]["field"] == "speed"
    assert "ring_timeout_s" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"{", "not valid JSON"), (b"[1]", "should be a valid dictionary"), (b"", "is required")],
)
async def test_a_body_that_is_no_object_is_refused(bench: Bench, body: bytes, says: str) -> None:
    problem = await bench.call("POST", "/campaigns", 422, content=body, headers={"Content-Type": "application/json"})
    assert says in problem["detail"]


async def test_campaigns_are_listed_also_by_status(bench: Bench) -> None:
    first, second = await bench.add_campaign(name="one"), await bench.add_campaign(name="two")
    await bench.call("POST", f"/campaigns/{second}/start")
    assert [one["campaign_id"] for one in (await bench.call("GET", "/campaigns"))["items"]] == [first, second]
    assert [one["name"] for one in (await bench.call("GET", "/campaigns?status=running"))["items"]] == ["two"]
    problem = await bench.call("GET", "/campaigns?status=flying", 422)
    assert problem["problems"][0]["field"] == "status"


@pytest.mark.parametrize("path", ["", "/statistics", "/start", "/pause", "/stop", "/leads"])
async def test_no_such_campaign_is_not_found(bench: Bench, path: str) -> None:
    method = "GET" if path in {"", "/statistics"} else "POST"
    files = {"file": ("a.csv", "phone\n+12025550100\n")} if path == "/leads" else None
    problem = await bench.call(method, f"/campaigns/77{path}", 404, files=files)
    assert problem["detail"] == "there is no campaign 77; list the campaigns to see their ids"


async def test_settings_are_changed_by_merge_patch_and_reach_the_engine_at_once(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    changes = {"name": "summer", "pacing": {"ratio": 2.0}, "calling_window": None}
    campaign = await bench.call("PATCH", f"/campaigns/{campaign_id}", json=changes)
    assert (campaign["name"], campaign["pacing"]["policy"], campaign["pacing"]["ratio"]) == ("summer", "progressive", 2)
    assert campaign["calling_window"]["start"] == "08:00"
    assert bench.live.statistics().campaigns[0].name == "summer"


async def test_a_draft_cannot_be_paused(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    problem = await bench.call("POST", f"/campaigns/{campaign_id}/pause", 409)
    assert "a campaign that is draft cannot become paused" in problem["detail"]


def statuses(bench: Bench) -> list[str]:
    return [one.status for one in bench.live.statistics().campaigns]


async def test_start_pause_and_stop_reach_the_engine_without_a_poll(bench: Bench) -> None:
    posted: list[Event] = []
    post = bench.live.runner.post
    bench.live.runner.post = lambda event: (posted.append(event), post(event))[1]  # type: ignore[method-assign]
    campaign_id = await bench.add_campaign()
    for action, status in [("start", "running"), ("pause", "paused"), ("start", "running"), ("stop", "stopped")]:
        campaign = await bench.call("POST", f"/campaigns/{campaign_id}/{action}")
        assert campaign["status"] == status
        # When the answer is there the engine knows already.
        assert statuses(bench) == [status]
    changes = [event for event in posted if isinstance(event, CampaignChanged)]
    assert [event.task.campaign.status for event in changes] == ["running", "paused", "running", "stopped"]
    assert not any(isinstance(event, PollDue | TasksPolled) for event in posted)


async def test_nobody_is_called_after_a_pause(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=50, acw_s_max=0.0)
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    await bench.call("POST", f"/campaigns/{campaign_id}/pause")
    placed = [command for command in bench.gateway.sent if isinstance(command, PlaceCall)]
    bench.gateway.end("1-1")
    await bench.until(lambda: bench.live.worker.counters().get("results_written") == 1)
    await bench.call("POST", "/agents/ann/ready")
    assert [command for command in bench.gateway.sent if isinstance(command, PlaceCall)] == placed
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")


async def test_changes_reach_the_engine_in_the_order_they_are_stored(bench: Bench) -> None:
    import asyncio

    campaign_id = await bench.add_campaign()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    actions = ["pause", "start"] * 10
    await asyncio.gather(*(bench.client.post(f"/campaigns/{campaign_id}/{action}") for action in actions))
    stored = await bench.call("GET", f"/campaigns/{campaign_id}")
    assert statuses(bench) == [stored["status"]]
    assert stored["status"] in {CampaignStatus.RUNNING, CampaignStatus.PAUSED}


async def test_statistics_join_the_store_and_the_engine(bench: Bench) -> None:
    await bench.talk()
    bench.gateway.end("1-1")
    await bench.until(lambda: bench.live.worker.counters().get("results_written") == 1)
    found = await bench.call("GET", "/campaigns/1/statistics")
    assert (found["attempts"], found["attempts_open"], found["outcomes"]) == (1, 0, {"connected": 1})
    assert (found["answered"], found["abandoned"], found["abandon_rate"], found["leads_open"]) == (1, 0, 0.0, 0)
    assert found["live"]["outcomes"] == {"connected": 1}


async def test_statistics_of_a_draft_have_nothing_live(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=3)
    found = await bench.call("GET", f"/campaigns/{campaign_id}/statistics")
    assert found["live"] is None
    assert found["abandon_rate"] is None
    assert found["attempts"] == 0
