import pytest

from dialer.rest.webhooks import WEBHOOKS_MAX
from tests.dialer.live.test_webhook_sender import Receiver, receiver
from tests.dialer.rest.conftest import Bench, Stage
from tests.dialer.rest.test_listings import dial_all

pytestmark = pytest.mark.anyio
__all__ = ["receiver"]


async def test_outcomes_and_campaign_events_arrive(stage: Stage, receiver: Receiver) -> None:
    bench = await stage.start(webhooks={"private_addresses": True})
    made = await bench.call("POST", "/webhooks", 201, json={"url": receiver.url})
    assert made["secret"].startswith("whsec_")
    await dial_all(bench, 3)
    bench.live.webhook_sender.wake()
    await bench.until(lambda: len(receiver.got) == 5)
    told = [body for _, body in receiver.got]
    for event, count in (("campaign.created", 1), ("campaign.status_changed", 1), ("attempt.ended", 3)):
        assert sum(f'"type":"{event}"' in body for body in told) == count
    log = await bench.call("GET", "/webhooks/1/deliveries?limit=2")
    assert len(log["items"]) == 2
    assert log["cursor"]
    assert "secret" not in str(await bench.call("GET", "/webhooks"))


async def test_a_test_event_can_be_sent_and_followed(stage: Stage, receiver: Receiver) -> None:
    bench = await stage.start(webhooks={"private_addresses": True})
    await bench.call("POST", "/webhooks", 201, json={"url": receiver.url, "events": ["attempt.ended"]})
    delivery = await bench.call("POST", "/webhooks/1/test", 202)
    assert (delivery["status"], delivery["event"]) == ("pending", "webhook.test")
    await bench.until(lambda: len(receiver.got) == 1)
    assert receiver.got[0][0]["webhook-id"] == delivery["event_id"]


async def test_a_webhook_is_changed_switched_off_and_taken_away(bench: Bench) -> None:
    await bench.call("POST", "/webhooks", 201, json={"url": "https://receiver.example/a"})
    changed = await bench.call("PATCH", "/webhooks/1", json={"events": ["attempt.ended"], "is_active": False})
    assert (changed["events"], changed["is_active"]) == (["attempt.ended"], False)
    assert changed["disabled_reason"] == "switched off by an account"
    await dial_all(bench, 1)
    assert (await bench.call("GET", "/webhooks/1/deliveries"))["items"] == []
    assert (await bench.call("PATCH", "/webhooks/1", json={"is_active": True}))["disabled_reason"] == ""
    assert (await bench.client.delete("/webhooks/1")).status_code == 204
    await bench.call("GET", "/webhooks/1", 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://127.0.0.1/"}, "url"), ({"url": "http://receiver.example"}, "url"),
        ({"url": "https://receiver.example", "events": ["sunrise"]}, "events.0"), ({}, "url"),
    ],
)  # fmt: skip
async def test_what_is_not_right_is_named(bench: Bench, body: dict[str, object], field: str) -> None:
    assert (await bench.call("POST", "/webhooks", 422, json=body))["problems"][0]["field"] == field


async def test_there_is_a_limit(bench: Bench) -> None:
    for _ in range(WEBHOOKS_MAX):
        await bench.call("POST", "/webhooks", 201, json={"url": "https://receiver.example"})
    problem = await bench.call("POST", "/webhooks", 409, json={"url": "https://receiver.example"})
    assert "delete one first" in problem["detail"]
