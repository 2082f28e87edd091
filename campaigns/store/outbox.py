"""The outbox: what webhooks are to be told, written in the transaction of what has happened, so no crash loses any."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.model import Attempt, Campaign
from campaigns.store.webhook_schema import webhook_deliveries, webhooks
from campaigns.webhooks import DeliveryStatus, EventType, event_body

Named = tuple[EventType, str, Callable[[], object]]
"""What happened, a name that is this happening's alone, and what is told of it."""

_UNIX_NOW = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT extract(epoch from clock_timestamp())::float8",
}


def attempts_ended(connection: sa.Connection, ended: Sequence[Attempt], of_campaign: Mapping[int, Campaign]) -> None:
    """Tell of attempts that have their outcome."""
    by_tenant: defaultdict[int, list[Named]] = defaultdict(list)
    for attempt in ended:
        name = f"attempt-{attempt.attempt_id}"
        told = (EventType.ATTEMPT_ENDED, name, lambda attempt=attempt: _own_names(msgspec.to_builtins(attempt)))
        by_tenant[of_campaign[attempt.campaign_id].tenant_id].append(told)
    for tenant_id, happened in by_tenant.items():
        tell(connection, tenant_id, happened)


def campaign_changed(connection: sa.Connection, event: EventType, campaign: Campaign) -> None:
    """Tell of a campaign."""
    tell(connection, campaign.tenant_id, [(event, "", lambda: msgspec.to_builtins(campaign))])


def disposition_recorded(connection: sa.Connection, tenant_id: int, data: dict[str, Any]) -> None:
    """Tell what an agent said."""
    tell(connection, tenant_id, [(EventType.DISPOSITION_RECORDED, "", lambda: _own_names(data))])


def tell(connection: sa.Connection, tenant_id: int, happened: Iterable[Named]) -> None:
    """Write a delivery for every event and every active webhook of a tenant that wants it."""
    wanted = sa.select(webhooks.c.webhook_id, webhooks.c.events).where(
        webhooks.c.tenant_id == tenant_id, webhooks.c.is_active
    )
    listening = [(row.webhook_id, msgspec.json.decode(row.events)) for row in connection.execute(wanted)]
    if not listening:
        return
    now = float(connection.exec_driver_sql(_UNIX_NOW[connection.dialect.name]).scalar_one())
    rows = [
        delivery_row(webhook_id, event, name, event_body(event, now, data()), now)
        for event, name, data in happened
        for webhook_id, events in listening
        if not events or event in events
    ]
    if rows:
        connection.execute(webhook_deliveries.insert(), rows)


def delivery_row(webhook_id: int, event: EventType, name: str, body: str, now: float) -> dict[str, Any]:
    """The row of a delivery that is to go out at once."""
    return {
        "webhook_id": webhook_id,
        # Standard Webhooks wants no full stop in it.
        "event_id": f"msg_{webhook_id}_{name}" if name else "",
        "event": event,
        "body": body,
        "status": DeliveryStatus.PENDING,
        "created_at": now,
        "tries": 0,
        "next_at": now,
        "problem": "",
    }


def _own_names(data: dict[str, Any]) -> dict[str, Any]:
    """Agents' ids as their tenant has them: the engine marks those of all tenants but the first ("2~ann")."""
    return data | {"agent_id": data["agent_id"].rpartition("~")[2]}
