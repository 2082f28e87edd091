import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import CampaignStatus, Outcome
from campaigns.store import outbox
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from campaigns.store.webhook_schema import webhook_deliveries
from campaigns.store.webhook_store import WebhookStore
from campaigns.webhooks import EventType, Webhook
from tests.contracts.conftest import on_postgres
from tests.contracts.test_campaign_store import NOON, SPRING, add, dial, ended, reserve


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    yield opened
    opened.close()


def listen(store: SqlStore, *events: EventType, tenant_id: int = 1, is_active: bool = True) -> int:
    webhook = Webhook(webhook_id=0, url="https://receiver.example", events=events, is_active=is_active, created_at=0.0)
    return WebhookStore(store.database).create(tenant_id, webhook, "whsec_AAAA").webhook_id


def told(store: SqlStore) -> list[tuple[int, str, Any]]:
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(webhook_deliveries).order_by(webhook_deliveries.c.delivery_id)).all()
    return [(row.webhook_id, row.event, json.loads(row.body)["data"]) for row in rows]


def test_whoever_wants_it_is_told_of_every_outcome(store: SqlStore) -> None:
    everything, outcomes = listen(store), listen(store, EventType.ATTEMPT_ENDED)
    listen(store, EventType.CAMPAIGN_CREATED, is_active=False)
    listen(store, tenant_id=2)
    campaign = store.create_campaign(SPRING)
    add(store, campaign, 2)
    first, second = (dial(store, lead) for lead in reserve(store, campaign))
    store.record_results([ended(first, Outcome.BUSY), ended(second, Outcome.NO_ANSWER)], NOON + 40)
    # Written again: changes nothing, tells nothing.
    store.record_results([ended(first, Outcome.CONNECTED)], NOON + 50)
    store.record_disposition(first.attempt_id, "2~ann", "sale", NOON + 60)
    found = told(store)
    assert [(who, event) for who, event, _ in found] == [
        (everything, "campaign.created"),
        *((who, "attempt.ended") for _ in range(2) for who in (everything, outcomes)),
        (everything, "disposition.recorded"),
    ]
    assert found[1][2]["attempt_id"] == first.attempt_id
    assert (found[1][2]["outcome"], found[1][2]["number"]) == ("busy", first.number)
    assert (found[-1][2]["agent_id"], found[-1][2]["meaning"]) == ("ann", "sale")


def test_campaigns_tell_settings_from_status(store: SqlStore) -> None:
    listen(store)
    campaign = store.create_campaign(SPRING)
    store.update_campaign(replace(campaign, priority=3))
    store.update_campaign(replace(campaign, priority=3, status=CampaignStatus.PAUSED))
    assert [(event, data["status"]) for _, event, data in told(store)] == [
        ("campaign.created", "running"), ("campaign.changed", "running"), ("campaign.status_changed", "paused"),
    ]  # fmt: skip


def test_the_result_and_its_delivery_are_written_together_or_not_at_all(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = store.create_campaign(SPRING)
    listen(store)
    add(store, campaign)
    (lead,) = reserve(store, campaign)
    attempt = dial(store, lead)

    def crash(*_: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr("campaigns.store.sql_attempts.sql_leads.move", crash)
    with pytest.raises(RuntimeError, match="crash"):
        store.record_results([ended(attempt, Outcome.BUSY)], NOON + 40)
    assert told(store) == []
    assert store.outcome_counts(campaign.campaign_id) == {None: 1}
    monkeypatch.undo()
    store.record_results([ended(attempt, Outcome.BUSY)], NOON + 40)
    assert len(told(store)) == 1


def test_with_nobody_to_tell_nothing_is_made_ready(store: SqlStore) -> None:
    def never() -> object:
        raise AssertionError("nobody wants it")

    with store.database.writing() as connection:
        outbox.tell(connection, 1, [(EventType.TEST, "", never)])
    assert told(store) == []
