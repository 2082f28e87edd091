"""Registered caller IDs in SQL. All inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.caller_ids import UNUSED, CallerId, CallerIdChoice, CallerIdUse
from campaigns.model import Attempt, Campaign, CampaignTask
from campaigns.ports import LeadList
from campaigns.rules.caller_ids import shown
from campaigns.service.errors import CallerIdNotFoundError
from campaigns.store import showing
from campaigns.store.caller_id_schema import caller_ids
from campaigns.store.database import insert
from campaigns.store.schema import lead_lists

_USE = msgspec.json.Decoder(CallerIdUse)
_COLUMNS = (caller_ids.c.number, caller_ids.c.label, caller_ids.c.added_at, caller_ids.c.use)

# Built once, as they are asked for every batch of attempts. In one order, so that two engines that show the same
# numbers wait for each other and no more.
_SHOWN = (
    sa.select(*_COLUMNS)
    .where(caller_ids.c.tenant_id == sa.bindparam("of"), caller_ids.c.number.in_(sa.bindparam("shown", expanding=True)))
    .order_by(caller_ids.c.number)
    .with_for_update()
)
_COUNTED = (
    caller_ids.update()
    .where(caller_ids.c.tenant_id == sa.bindparam("of"), caller_ids.c.number == sa.bindparam("shown"))
    .values(use=sa.bindparam("now_used"))
)


class Shown:
    """The registered numbers among those that some attempts show: locked, and counted as the attempts are written."""

    def __init__(
        self, connection: sa.Connection, attempts: Iterable[Attempt], campaigns: Mapping[int, Campaign]
    ) -> None:
        wanted = {
            (campaigns[attempt.campaign_id].tenant_id, attempt.caller_id)
            for attempt in attempts
            if attempt.campaign_id in campaigns
        }
        self._known: dict[tuple[int, str], CallerId] = {}
        self._changed: set[tuple[int, str]] = set()
        for tenant_id in sorted({tenant_id for tenant_id, _ in wanted}):
            numbers = sorted(number for of_tenant, number in wanted if of_tenant == tenant_id)
            found = connection.execute(_SHOWN, {"of": tenant_id, "shown": numbers})
            self._known |= {(tenant_id, row.number): _to(row) for row in found}

    def may_show(self, campaign: Campaign, attempt: Attempt) -> bool:
        """Whether an attempt may show its number now."""
        return showing.may_show(campaign, attempt, self._known.get((campaign.tenant_id, attempt.caller_id)))

    def count(self, campaign: Campaign, attempt: Attempt) -> None:
        """Count an attempt that is being written."""
        key = campaign.tenant_id, attempt.caller_id
        known = self._known.get(key)
        if known is not None:
            self._known[key] = replace(known, use=shown(known.use, campaign.caller_ids, attempt.placed_at))
            self._changed.add(key)

    def write(self, connection: sa.Connection) -> None:
        """Write the counts."""
        if self._changed:
            rows = [{"of": key[0], "shown": key[1], "now_used": _text(self._known[key].use)} for key in self._changed]
            connection.execute(_COUNTED, sorted(rows, key=lambda row: (row["of"], row["shown"])))


def add(connection: sa.Connection, numbers: Sequence[str], label: str, now: float, tenant_id: int) -> int:
    """Register numbers; returns how many were new."""
    wanted = sorted(set(numbers))
    known = {row.number for row in connection.execute(_of(tenant_id)) if row.number in set(wanted)}
    rows = [
        {"tenant_id": tenant_id, "number": number, "label": label, "added_at": now, "use": _text(UNUSED)}
        for number in wanted
    ]
    if rows:
        statement = insert(connection, caller_ids)
        key = list(caller_ids.primary_key)
        labelled = {"label": statement.excluded.label}
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=labelled), rows)
    return len(wanted) - len(known)


def remove(connection: sa.Connection, number: str, tenant_id: int) -> None:
    """Take a number off the register.

    Raises:
        CallerIdNotFoundError: it is not on it.
    """
    gone = caller_ids.delete().where(caller_ids.c.tenant_id == tenant_id, caller_ids.c.number == number)
    if connection.execute(gone).rowcount == 0:
        raise CallerIdNotFoundError(number)


def registered(connection: sa.Connection, tenant_id: int) -> tuple[CallerId, ...]:
    """A tenant's numbers, by number."""
    return tuple(_to(row) for row in connection.execute(_of(tenant_id)))


def with_pool(connection: sa.Connection, task: CampaignTask) -> CampaignTask:
    """A campaign's task with the numbers of its pool."""
    campaign = task.campaign
    if campaign.caller_ids.choice is CallerIdChoice.FIXED:
        return task
    lists: list[LeadList] = []
    if campaign.caller_ids.by_list:
        wanted = sa.select(lead_lists).where(lead_lists.c.campaign_id == campaign.campaign_id)
        lists = [LeadList(**row._mapping) for row in connection.execute(wanted)]
    return showing.with_pool(task, registered(connection, campaign.tenant_id), lists)


def _of(tenant_id: int) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(caller_ids.c.tenant_id == tenant_id).order_by(caller_ids.c.number)


def _to(row: Any) -> CallerId:
    return CallerId(number=row.number, label=row.label, added_at=row.added_at, use=_USE.decode(row.use))


def _text(use: CallerIdUse) -> str:
    return msgspec.json.encode(use).decode()
