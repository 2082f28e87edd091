"""Webhooks in the database: set up, looked at, and their deliveries taken, one sender at a time."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.ports import Page
from campaigns.service.errors import NotFoundError
from campaigns.store import listing, outbox
from campaigns.store.database import Database
from campaigns.store.webhook_schema import webhook_deliveries, webhooks
from campaigns.webhooks import (
    FAILURES_MAX,
    KEPT_S,
    Delivery,
    DeliveryStatus,
    Due,
    EventType,
    Webhook,
    event_body,
    retry_s,
)

_WEBHOOK = tuple(webhooks.c[name] for name in Webhook.__struct_fields__)
_DELIVERY = tuple(webhook_deliveries.c[name] for name in Delivery.__struct_fields__)
LEASE_S = 60.0
"""A delivery that was taken and not settled, as its sender died, is taken again after this."""
PRUNED_AT_ONCE = 1000


class WebhookStore:
    """Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, tenant_id: int, webhook: Webhook, secret: str) -> Webhook:
        """Add a webhook; its `webhook_id` is ignored and the stored one returned."""
        row = _row(webhook) | {"tenant_id": tenant_id, "secret": secret}
        with self._database.writing() as connection:
            created = connection.execute(webhooks.insert().values(row).returning(webhooks.c.webhook_id))
            return msgspec.structs.replace(webhook, webhook_id=created.scalar_one())

    def webhooks(self, tenant_id: int) -> Sequence[Webhook]:
        """A tenant's webhooks, oldest first."""
        wanted = sa.select(*_WEBHOOK).where(webhooks.c.tenant_id == tenant_id).order_by(webhooks.c.webhook_id)
        with self._database.reading() as connection:
            return tuple(_webhook(row) for row in connection.execute(wanted))

    def webhook(self, tenant_id: int, webhook_id: int) -> Webhook:
        """One of a tenant's webhooks.

        Raises:
            NotFoundError: the tenant has none such.
        """
        with self._database.reading() as connection:
            return _one(connection, tenant_id, webhook_id)

    def update(self, tenant_id: int, webhook: Webhook) -> None:
        """Replace what a webhook is.

        Raises:
            NotFoundError: the tenant has none such.
        """
        with self._database.writing() as connection:
            _one(connection, tenant_id, webhook.webhook_id)
            connection.execute(
                webhooks.update().where(webhooks.c.webhook_id == webhook.webhook_id).values(_row(webhook))
            )

    def delete(self, tenant_id: int, webhook_id: int) -> None:
        """Take a webhook away with its log; what was still to be sent is not.

        Raises:
            NotFoundError: the tenant has none such.
        """
        with self._database.writing() as connection:
            _one(connection, tenant_id, webhook_id)
            connection.execute(webhook_deliveries.delete().where(webhook_deliveries.c.webhook_id == webhook_id))
            connection.execute(webhooks.delete().where(webhooks.c.webhook_id == webhook_id))

    def send_test(self, tenant_id: int, webhook_id: int, now: float) -> Delivery:
        """Put a test event into the outbox of one webhook.

        Raises:
            NotFoundError: the tenant has none such.
        """
        body = event_body(EventType.TEST, now, {"webhook_id": webhook_id})
        with self._database.writing() as connection:
            _one(connection, tenant_id, webhook_id)
            row = outbox.delivery_row(webhook_id, EventType.TEST, "", body, now)
            made = connection.execute(
                webhook_deliveries.insert().values(row).returning(webhook_deliveries.c.delivery_id)
            )
            wanted = sa.select(*_DELIVERY).where(webhook_deliveries.c.delivery_id == made.scalar_one())
            return _delivery(connection.execute(wanted).one())

    def deliveries(
        self, tenant_id: int, webhook_id: int, status: DeliveryStatus | None, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A page of a webhook's deliveries, newest first.

        Raises:
            NotFoundError: the tenant has none such.
            InvalidListingError: the cursor is not one of this listing.
        """
        wanted = sa.select(*_DELIVERY).where(webhook_deliveries.c.webhook_id == webhook_id)
        if status is not None:
            wanted = wanted.where(webhook_deliveries.c.status == status)
        wanted = wanted.where(webhook_deliveries.c.delivery_id < listing.read_id_cursor(cursor, listing.ID_MAX))
        with self._database.reading() as connection:
            _one(connection, tenant_id, webhook_id)
            rows = connection.execute(wanted.order_by(webhook_deliveries.c.delivery_id.desc()).limit(limit + 1)).all()
        return listing.cut([(row.delivery_id, _delivery(row)) for row in rows], limit, str)

    def take_due(self, now: float, limit: int) -> Sequence[Due]:
        """Deliveries that are to be sent now, those due longest first; nobody else gets them for a while."""
        table = webhook_deliveries.c
        due = (
            sa.select(
                table.delivery_id, table.webhook_id, table.event_id, table.body, table.tries,
                webhooks.c.url, webhooks.c.secret,
            )
            .join(webhooks, webhooks.c.webhook_id == table.webhook_id)
            .where(table.next_at <= now, webhooks.c.is_active)
            .order_by(table.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=webhook_deliveries)
        )  # fmt: skip
        with self._database.reading() as connection:
            # Most of the time nothing is due; only what is costs a write.
            if connection.scalar(sa.select(table.delivery_id).where(table.next_at <= now).limit(1)) is None:
                return ()
        with self._database.writing() as connection:
            found = [
                Due(**dict(row._mapping) | {"event_id": row.event_id or f"msg_{row.delivery_id}"})
                for row in connection.execute(due)
            ]
            ids = [one.delivery_id for one in found]
            if ids:
                taken = webhook_deliveries.update().where(table.delivery_id.in_(ids))
                connection.execute(taken.values(next_at=now + LEASE_S))
        return tuple(found)

    def delivered(self, due: Due, status: int, now: float) -> None:
        """Note that a delivery has arrived."""
        ended = {"status": DeliveryStatus.DELIVERED, "next_at": None, "ended_at": now, "problem": ""}
        with self._database.writing() as connection:
            _settle(connection, due, ended | {"answered_status": status})
            connection.execute(webhooks.update().where(webhooks.c.webhook_id == due.webhook_id).values(failures=0))

    def failed(self, due: Due, status: int | None, problem: str, now: float, *, is_gone: bool = False) -> None:
        """Note that a try has failed: it is tried again later, or given up; too many switch the webhook off.

        Args:
            due: what was sent.
            status: what the receiver answered; None where it did not.
            problem: why it failed.
            now: Unix seconds.
            is_gone: the receiver wants no more (410).
        """
        pause_s = None if is_gone else retry_s(due.tries + 1)
        change: dict[str, Any] = {"answered_status": status, "problem": problem[:500]}
        if pause_s is None:
            change |= {"status": DeliveryStatus.FAILED, "next_at": None, "ended_at": now}
        else:
            change |= {"next_at": now + pause_s}
        with self._database.writing() as connection:
            _settle(connection, due, change)
            counted = webhooks.update().where(webhooks.c.webhook_id == due.webhook_id)
            failures = connection.execute(
                counted.values(failures=webhooks.c.failures + 1).returning(webhooks.c.failures)
            ).scalar_one_or_none()
            if is_gone or (failures or 0) >= FAILURES_MAX:
                why = "the receiver answered 410 Gone" if is_gone else f"{failures} tries in a row failed: {problem}"
                connection.execute(
                    counted.where(webhooks.c.is_active).values(is_active=False, disabled_reason=why[:500])
                )

    def prune(self, now: float) -> int:
        """Forget deliveries that ended long ago; returns how many."""
        table = webhook_deliveries.c
        old = sa.select(table.delivery_id).where(table.ended_at < now - KEPT_S).limit(PRUNED_AT_ONCE)
        with self._database.writing() as connection:
            return connection.execute(webhook_deliveries.delete().where(table.delivery_id.in_(old))).rowcount


def _settle(connection: sa.Connection, due: Due, change: dict[str, Any]) -> None:
    settled = webhook_deliveries.update().where(
        webhook_deliveries.c.delivery_id == due.delivery_id,
        webhook_deliveries.c.status == DeliveryStatus.PENDING,
    )
    connection.execute(settled.values(change | {"tries": due.tries + 1}))


def _one(connection: sa.Connection, tenant_id: int, webhook_id: int) -> Webhook:
    wanted = sa.select(*_WEBHOOK).where(webhooks.c.tenant_id == tenant_id, webhooks.c.webhook_id == webhook_id)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no webhook {webhook_id}")
    return _webhook(row)


def _row(webhook: Webhook) -> dict[str, Any]:
    row = msgspec.structs.asdict(webhook) | {"events": msgspec.json.encode(webhook.events).decode()}
    del row["webhook_id"]
    return row


def _webhook(row: Any) -> Webhook:
    return msgspec.convert(
        dict(zip(Webhook.__struct_fields__, row, strict=True)) | {"events": msgspec.json.decode(row.events)}, Webhook
    )


def _delivery(row: Any) -> Delivery:
    fields = dict(zip(Delivery.__struct_fields__, row, strict=True)) | {
        "event_id": row.event_id or f"msg_{row.delivery_id}"
    }
    return msgspec.convert(fields, Delivery)
