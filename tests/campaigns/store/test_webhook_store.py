from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from campaigns.service.errors import InvalidListingError, NotFoundError
from campaigns.store.opening import open_store
from campaigns.store.webhook_store import LEASE_S, WebhookStore
from campaigns.webhooks import FAILURES_MAX, KEPT_S, RETRY_S, DeliveryStatus, EventType, Webhook
from tests.contracts.conftest import on_postgres

NEW = Webhook(
    webhook_id=0, url="https://receiver.example", events=(EventType.ATTEMPT_ENDED,), is_active=True, created_at=5.0
)


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest) -> Iterator[WebhookStore]:
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    yield WebhookStore(opened.database)
    opened.close()


def test_a_webhook_is_its_tenants(store: WebhookStore) -> None:
    webhook = store.create(2, NEW, "whsec_AAAA")
    assert store.webhooks(2) == (webhook,)
    assert store.webhooks(1) == ()
    changed = replace(webhook, url="https://other.example", is_active=False, disabled_reason="tired")
    store.update(2, changed)
    assert store.webhook(2, webhook.webhook_id) == changed
    for ask in (
        lambda: store.webhook(1, webhook.webhook_id),
        lambda: store.update(1, changed),
        lambda: store.delete(1, webhook.webhook_id),
        lambda: store.send_test(1, webhook.webhook_id, 0.0),
        lambda: store.deliveries(1, webhook.webhook_id, None, 10, None),
    ):
        with pytest.raises(NotFoundError, match="there is no webhook"):
            ask()
    store.send_test(2, webhook.webhook_id, 0.0)
    store.delete(2, webhook.webhook_id)
    assert store.webhooks(2) == ()


def test_a_delivery_is_taken_by_one_sender_and_comes_back_if_that_dies(store: WebhookStore) -> None:
    webhook = store.create(1, NEW, "whsec_AAAA")
    sent = store.send_test(1, webhook.webhook_id, 100.0)
    assert store.take_due(99.0, 10) == ()
    (due,) = store.take_due(100.0, 10)
    assert (due.url, due.secret, due.event_id) == (webhook.url, "whsec_AAAA", sent.event_id)
    assert store.take_due(100.0, 10) == ()
    (again,) = store.take_due(100.0 + LEASE_S, 10)
    assert again == due
    store.delivered(again, 204, 200.0)
    assert store.take_due(1e9, 10) == ()
    (logged,) = store.deliveries(1, webhook.webhook_id, None, 10, None).items
    assert (logged.status, logged.answered_status, logged.tries) == (DeliveryStatus.DELIVERED, 204, 1)
    assert (logged.ended_at, logged.next_at) == (200.0, None)
    # A sender that comes too late changes nothing.
    store.failed(due, 500, "late", 300.0)
    assert store.deliveries(1, webhook.webhook_id, None, 10, None).items == (logged,)


def test_a_failed_delivery_is_tried_again_ever_later_and_then_given_up(store: WebhookStore) -> None:
    webhook = store.create(1, NEW, "whsec_AAAA")
    store.send_test(1, webhook.webhook_id, 0.0)
    now, pauses = 0.0, []
    while True:
        (due,) = store.take_due(now, 10)
        store.failed(due, 503, "it answered 503", now)
        (logged,) = store.deliveries(1, webhook.webhook_id, None, 10, None).items
        if logged.next_at is None:
            break
        pauses.append(logged.next_at - now)
        now = logged.next_at
    assert tuple(pauses) == RETRY_S
    assert (logged.status, logged.tries, logged.problem) == (DeliveryStatus.FAILED, 8, "it answered 503")
    assert store.webhook(1, webhook.webhook_id).failures == 8


def test_too_many_failures_in_a_row_switch_a_webhook_off(store: WebhookStore) -> None:
    webhook = store.create(1, NEW, "whsec_AAAA")
    for count in range(FAILURES_MAX + 2):
        store.send_test(1, webhook.webhook_id, float(count))
    (first, *rest) = store.take_due(1000.0, 100)
    for due in rest[: FAILURES_MAX - 1]:
        store.failed(due, None, "no answer within 10 s", 1000.0)
    store.delivered(first, 200, 1000.0)
    assert store.webhook(1, webhook.webhook_id).failures == 0
    for _ in range(FAILURES_MAX):
        store.failed(rest[-1], None, "no answer within 10 s", 1000.0)
    found = store.webhook(1, webhook.webhook_id)
    assert not found.is_active
    assert found.disabled_reason == "30 tries in a row failed: no answer within 10 s"
    # What waits is kept until it is on again.
    assert store.take_due(1e6, 100) == ()
    store.update(1, replace(found, is_active=True, failures=0))
    assert store.take_due(1e6, 100)


def test_a_receiver_that_is_gone_is_asked_no_more(store: WebhookStore) -> None:
    webhook = store.create(1, NEW, "whsec_AAAA")
    store.send_test(1, webhook.webhook_id, 0.0)
    (due,) = store.take_due(0.0, 10)
    store.failed(due, 410, "it answered 410", 0.0, is_gone=True)
    assert "410 Gone" in store.webhook(1, webhook.webhook_id).disabled_reason


def test_the_log_comes_page_by_page_and_old_entries_go(store: WebhookStore) -> None:
    webhook = store.create(1, NEW, "whsec_AAAA")
    ids = [store.send_test(1, webhook.webhook_id, 0.0).delivery_id for _ in range(5)]
    first = store.deliveries(1, webhook.webhook_id, None, 3, None)
    second = store.deliveries(1, webhook.webhook_id, None, 3, first.cursor)
    assert [one.delivery_id for one in (*first.items, *second.items)] == ids[::-1]
    assert second.cursor is None
    with pytest.raises(InvalidListingError):
        store.deliveries(1, webhook.webhook_id, None, 3, "abc")
    for due in store.take_due(0.0, 2):
        store.delivered(due, 200, 10.0)
    assert len(store.deliveries(1, webhook.webhook_id, DeliveryStatus.DELIVERED, 9, None).items) == 2
    assert store.prune(10.0 + KEPT_S) == 0
    assert store.prune(11.0 + KEPT_S) == 2
    assert len(store.deliveries(1, webhook.webhook_id, None, 9, None).items) == 3
