"""Attempts in SQL: written before their calls, finished afterwards. All inside the caller's transaction."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.model import Attempt, Campaign, Lead, attempt_id
from campaigns.ports import Result
from campaigns.rules.gate import Gate, gate_of
from campaigns.service.errors import AttemptNotFoundError
from campaigns.store import outbox, progress, sql_caller_ids, sql_gate, sql_leads
from campaigns.store.database import insert
from campaigns.store.rows import ATTEMPT_COLUMNS, attempt_row, chunks, to_attempt, to_campaign
from campaigns.store.schema import attempts, campaigns, cdrs, outcome_counts
from campaigns.terms import AnswerHour

CHUNK = 1000

_KEY = ("lead_id", "attempt_number")
_FINISHED_COLUMNS = [column for column in ATTEMPT_COLUMNS if column.name not in _KEY]
_FINISH = (
    attempts.update()
    .where(attempts.c.lead_id == sa.bindparam("key_lead"), attempts.c.attempt_number == sa.bindparam("key_number"))
    .values({column: sa.bindparam(column.name) for column in _FINISHED_COLUMNS})
)


def write(connection: sa.Connection, new: Sequence[Attempt]) -> list[str]:
    """Write the attempts that may be made; returns their ids."""
    written: list[str] = []
    for chunk in chunks(new, CHUNK):
        written += _write_chunk(connection, chunk)
    return written


def finish(connection: sa.Connection, results: Sequence[Result], now: float) -> None:
    """Write the outcomes and CDRs of attempts that have none yet, and move their leads on.

    Raises:
        AttemptNotFoundError: an attempt that was never written has ended otherwise than refused.
    """
    for chunk in chunks(results, CHUNK):
        _finish_chunk(connection, chunk, now)


def interrupt(connection: sa.Connection, engine_id: str, now: float) -> int:
    """Finish the open attempts of an engine as interrupted."""
    wanted = sa.select(*ATTEMPT_COLUMNS).where(attempts.c.engine_id == engine_id, attempts.c.outcome.is_(None))
    found = [progress.interrupted(to_attempt(row), now) for row in connection.execute(wanted)]
    finish(connection, [Result(attempt=attempt, cdr=None) for attempt in found], now)
    return len(found)


def _write_chunk(connection: sa.Connection, new: Sequence[Attempt]) -> list[str]:
    locked = sql_leads.lock(connection, {attempt.lead_id for attempt in new})
    numbers = {attempt.number for attempt in new}
    gates = {key: gate_of(one) for key, one in read_campaigns(connection, _campaigns_of(locked)).items()}
    needs_past = any(gate.needs_past for gate in gates.values())
    if needs_past:
        sql_gate.lock_numbers(connection, numbers)
    records = _records_by_tenant(connection, new, gates, needs_past)
    tried = read_tried(connection, locked)
    callers = sql_caller_ids.Shown(connection, new, {key: gate.campaign for key, gate in gates.items()})
    rows: list[dict[str, Any]] = []
    moved = []
    for attempt in new:
        lead, engine_id = locked.get(attempt.lead_id, (None, ""))
        if lead is None or not progress.may_be_written(attempt, lead, tried[lead.lead_id]):
            continue
        gate = gates[lead.campaign_id]
        if not callers.may_show(gate.campaign, attempt):
            continue
        if records[gate.campaign.tenant_id].allows(gate, lead, attempt):
            callers.count(gate.campaign, attempt)
            tried[lead.lead_id].append(attempt)
            rows.append(attempt_row(attempt) | {"engine_id": engine_id})
            moved.append((lead, progress.being_called(lead, attempt)))
    if rows:
        connection.execute(attempts.insert(), rows)
    for known in records.values():
        known.write_evidence(connection)
    callers.write(connection)
    sql_leads.move(connection, moved)
    return [attempt_id(row["lead_id"], row["attempt_number"]) for row in rows]


def _records_by_tenant(
    connection: sa.Connection, new: Sequence[Attempt], gates: Mapping[int, Gate], needs_past: bool
) -> dict[int, sql_gate.Records]:
    """What is known of the attempts' numbers, for each tenant by itself."""
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    for attempt in new:
        if attempt.campaign_id in gates:
            numbers[gates[attempt.campaign_id].campaign.tenant_id].add(attempt.number)
    return {
        tenant_id: sql_gate.Records(
            connection, found, sql_leads.find_blocked(connection, found, tenant_id), needs_past, tenant_id
        )
        for tenant_id, found in numbers.items()
    }


def _finish_chunk(connection: sa.Connection, results: Sequence[Result], now: float) -> None:
    locked = sql_leads.lock(connection, {result.attempt.lead_id for result in results})
    tried = read_tried(connection, locked)
    of_campaign = read_campaigns(connection, _campaigns_of(locked))
    after = {lead_id: lead for lead_id, (lead, _) in locked.items()}
    changes = _Changes()
    for result in results:
        lead_id = result.attempt.lead_id
        lead = after.get(lead_id)
        if lead is None or not progress.is_known(result.attempt, lead, tried[lead_id]):
            raise AttemptNotFoundError(result.attempt.attempt_id)
        ending = progress.ended(of_campaign[lead.campaign_id], lead, tried[lead_id], result.attempt, now)
        if ending is None:
            continue
        after[lead_id], attempt = ending
        if attempt.attempt_number > len(tried[lead_id]):
            changes.refused.append(attempt_row(attempt) | {"engine_id": locked[lead_id][1]})
        else:
            changes.finished.append(_finish_row(attempt))
        tried[lead_id][attempt.attempt_number - 1 :] = [attempt]
        changes.ended.append(attempt)
        if result.cdr is not None:
            changes.cdrs.append(msgspec.structs.asdict(result.cdr))
        changes.count_answer(lead.campaign_id, progress.answer_hour(attempt, now))
        changes.counts[lead.campaign_id, progress.account_day(attempt, now), str(attempt.outcome)] += 1
    changes.write(connection)
    outbox.attempts_ended(connection, changes.ended, of_campaign)
    before = {lead_id: lead for lead_id, (lead, _) in locked.items()}
    sql_leads.move(connection, [(before[key], lead) for key, lead in after.items() if lead is not before[key]])


class _Changes:
    """Rows that a batch of results leaves to be written."""

    def __init__(self) -> None:
        self.ended: list[Attempt] = []
        self.refused: list[dict[str, Any]] = []
        self.finished: list[dict[str, Any]] = []
        self.cdrs: list[dict[str, Any]] = []
        self.counts: Counter[tuple[int, int, str]] = Counter()
        self.hours: dict[tuple[int, int], AnswerHour] = {}

    def count_answer(self, campaign_id: int, answer: AnswerHour | None) -> None:
        if answer is not None:
            key = campaign_id, answer.hour
            self.hours[key] = self.hours[key].plus(answer) if key in self.hours else answer

    def write(self, connection: sa.Connection) -> None:
        if self.refused:
            connection.execute(attempts.insert(), self.refused)
        if self.finished:
            connection.execute(_FINISH, self.finished)
        if self.cdrs:
            connection.execute(insert(connection, cdrs).on_conflict_do_nothing(), self.cdrs)
        sql_gate.count_answers(connection, self.hours)
        if self.counts:
            statement = insert(connection, outcome_counts)
            total = outcome_counts.c.attempts + statement.excluded.attempts
            key = list(outcome_counts.primary_key)
            rows = [
                {"campaign_id": campaign_id, "day": day, "outcome": outcome, "attempts": count}
                for (campaign_id, day, outcome), count in sorted(self.counts.items())
            ]
            connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"attempts": total}), rows)


def _finish_row(attempt: Attempt) -> dict[str, Any]:
    row = attempt_row(attempt)
    return row | {"key_lead": row.pop("lead_id"), "key_number": row.pop("attempt_number")}


def read_tried(connection: sa.Connection, lead_ids: Collection[int]) -> defaultdict[int, list[Attempt]]:
    """All attempts at these (locked) leads, in order."""
    tried: defaultdict[int, list[Attempt]] = defaultdict(list)
    for chunk in chunks(sorted(lead_ids), CHUNK):
        wanted = sa.select(*ATTEMPT_COLUMNS).where(attempts.c.lead_id.in_(chunk))
        for row in connection.execute(wanted.order_by(attempts.c.lead_id, attempts.c.attempt_number)):
            tried[row.lead_id].append(to_attempt(row))
    return tried


def _campaigns_of(locked: Mapping[int, tuple[Lead, str]]) -> set[int]:
    return {lead.campaign_id for lead, _ in locked.values()}


def read_campaigns(connection: sa.Connection, campaign_ids: Collection[int]) -> dict[int, Campaign]:
    """Campaigns by id."""
    wanted = sa.select(campaigns).where(campaigns.c.campaign_id.in_(campaign_ids))
    return {row.campaign_id: to_campaign(*row) for row in connection.execute(wanted)}
