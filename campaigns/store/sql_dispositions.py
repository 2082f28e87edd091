"""What agents say came of their calls, in SQL, and what follows from it. All inside the caller's transaction."""

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.dispositions import Callback, Meaning, meaning_of
from campaigns.model import attempt_id
from campaigns.service.errors import AttemptNotFoundError
from campaigns.store import outbox, progress, sql_attempts, sql_leads
from campaigns.store.database import insert
from campaigns.store.rows import ATTEMPT_COLUMNS, to_attempt
from campaigns.store.schema import attempts, blocked_numbers
from campaigns.suppressions import Suppression


def record(
    connection: sa.Connection,
    key: tuple[int, int],
    agent_id: str,
    disposition: str,
    now: float,
    callback: Callback | None = None,
) -> Suppression | None:
    """Write what the agent said, and move the lead by what it means; returns a wish not to be called.

    Raises:
        AttemptNotFoundError: no such attempt.
    """
    of_attempt = (attempts.c.lead_id == key[0], attempts.c.attempt_number == key[1])
    row = connection.execute(sa.select(*ATTEMPT_COLUMNS).where(*of_attempt)).one_or_none()
    if row is None:
        raise AttemptNotFoundError(attempt_id(*key))
    (campaign,) = sql_attempts.read_campaigns(connection, {row.campaign_id}).values()
    meaning = meaning_of(campaign.dispositions, disposition)
    asked = None
    spoken = replace(to_attempt(row), agent_id=agent_id, disposition=disposition, meaning=meaning)
    if meaning is Meaning.DO_NOT_CALL:
        # Before the lead's own lock: other leads may have the number, and leads are locked in the order of their ids.
        reason = progress.asked_by(spoken)
        block(connection, [spoken.number], reason, now, campaign.tenant_id)
        asked = Suppression(at=now, tenant_id=campaign.tenant_id, numbers=(spoken.number,), reason=reason)
    ((before, _),) = sql_leads.lock(connection, {key[0]}).values()
    change = attempts.update().values(agent_id=agent_id, disposition=disposition, meaning=meaning, disposition_at=now)
    connection.execute(change.where(*of_attempt))
    told = {"attempt_id": spoken.attempt_id, "agent_id": agent_id, "disposition": disposition, "meaning": meaning}
    outbox.disposition_recorded(connection, campaign.tenant_id, told | {"campaign_id": campaign.campaign_id})
    lead = progress.with_callback(before, spoken, callback)
    tried = sql_attempts.read_tried(connection, {key[0]})[key[0]]
    # Read again under the lead's lock: the result may have been written meanwhile.
    attempt = tried[key[1] - 1]
    if attempt.outcome is None:
        # The lead moves when the result is written.
        sql_leads.set_callbacks(connection, [(before, lead)])
        return asked
    after = progress.said(campaign, lead, tried, attempt, now)
    if after is not lead:
        sql_leads.move(connection, [(before, after)])
    return asked


def block(connection: sa.Connection, numbers: Sequence[str], reason: str, now: float, tenant_id: int) -> int:
    """Put numbers on a tenant's do-not-call list and take them from its leads; returns how many were new."""
    statement = insert(connection, blocked_numbers).on_conflict_do_nothing().returning(blocked_numbers.c.number)
    rows = [{"tenant_id": tenant_id, "number": number, "reason": reason, "blocked_at": now} for number in numbers]
    new = len(connection.execute(statement, rows).all())
    sql_leads.close_numbers(connection, numbers, progress.BLOCKED, tenant_id)
    return new
