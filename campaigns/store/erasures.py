"""Erasures after their transaction: what is beside leads and attempts in the database, and who has yet to do its part.

Each engine looks through its own machine, and every step may be done again: a crash costs nothing but the doing twice.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.erasures import Erased, ErasedBeside, Erasure, ErasureReport
from campaigns.service.spelling import Spellings
from campaigns.store.database import Database, insert
from campaigns.store.erasure_schema import erasure_work, erasures
from campaigns.store.idempotency_schema import idempotency_keys
from campaigns.store.recording_schema import recordings
from campaigns.store.schema import attempts, blocked_numbers
from campaigns.store.webhook_schema import webhook_deliveries, webhooks

CHUNK = 500
AT_ONCE_MAX = 20
ERASURES_MAX = 1000
"""Most that one listing answers."""


class SqlErasures:
    """Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, engine_id: str) -> Sequence[Erasure]:
        """Some erasures that an engine has not carried out yet, oldest first."""
        done = sa.select(erasure_work.c.erasure_id).where(erasure_work.c.engine_id == engine_id)
        wanted = sa.select(erasures).where(erasures.c.erasure_id.not_in(done)).order_by(erasures.c.erasure_id)
        with self._database.reading() as connection:
            return [_erasure(connection, row) for row in connection.execute(wanted.limit(AT_ONCE_MAX)).all()]

    def call_ids(self, erasure: Erasure) -> dict[str, float]:
        """The calls to a person, each with the time at which it was placed."""
        table = attempts.c
        wanted = sa.select(table.lead_id, table.attempt_number, table.placed_at)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.where(table.lead_id.in_(erasure.lead_ids)))
            return {f"{row.lead_id}-{row.attempt_number}": row.placed_at for row in rows}

    def forget_recordings(self, call_ids: Sequence[str], delete: Callable[[str], object]) -> int:
        """Take recordings out of the index, each after its file was deleted; returns how many.

        Args:
            call_ids: of the person.
            delete: deletes the file at a path, if it is there; what it raises leaves the entry where it is.
        """
        wanted = sa.select(recordings.c.recording_id, recordings.c.path).where(recordings.c.call_id.in_(call_ids))
        with self._database.reading() as connection:
            found = connection.execute(wanted).all()
        for row in found:
            delete(row.path)
            with self._database.writing() as connection:
                connection.execute(recordings.delete().where(recordings.c.recording_id == row.recording_id))
        return len(found)

    def erase_deliveries(self, erasure: Erasure) -> int:
        """Take the numbers out of what webhooks were told and are yet to be told; returns in how many deliveries."""
        table = webhook_deliveries
        of_tenant = sa.select(webhooks.c.webhook_id).where(webhooks.c.tenant_id == erasure.tenant_id)
        named = sa.or_(*(table.c.body.contains(number, autoescape=True) for number in erasure.numbers))
        wanted = sa.select(table.c.delivery_id, table.c.body).where(table.c.webhook_id.in_(of_tenant), named)
        spellings = Spellings(erasure.numbers)
        return self._rewrite(wanted.order_by(table.c.delivery_id), table, ("delivery_id",), spellings)

    def erase_answers(self, erasure: Erasure) -> int:
        """Take the numbers out of the answers kept for requests that may come again; returns in how many."""
        table = idempotency_keys
        wanted = sa.select(table.c.tenant_id, table.c.key, table.c.body).where(
            table.c.tenant_id == erasure.tenant_id, table.c.body != ""
        )
        return self._rewrite(wanted.order_by(table.c.key), table, ("tenant_id", "key"), Spellings(erasure.numbers))

    def done(self, erasure: Erasure, engine_id: str, found: ErasedBeside, now: float) -> None:
        """Note that an engine has done its part."""
        row = {
            "erasure_id": erasure.erasure_id,
            "engine_id": engine_id,
            "done_at": now,
            "erased": msgspec.json.encode(found).decode(),
        }
        with self._database.writing() as connection:
            connection.execute(insert(connection, erasure_work).on_conflict_do_nothing(), [row])

    def reports(self, tenant_id: int, erasure_id: int | None = None) -> Sequence[ErasureReport]:
        """The tenant's erasures, newest first, or one of them."""
        wanted = sa.select(erasures).where(erasures.c.tenant_id == tenant_id)
        if erasure_id is not None:
            wanted = wanted.where(erasures.c.erasure_id == erasure_id)
        wanted = wanted.order_by(erasures.c.erasure_id.desc()).limit(ERASURES_MAX)
        with self._database.reading() as connection:
            return [_report(connection, row) for row in connection.execute(wanted).all()]

    def known(self) -> set[str]:
        """The uids of all erasures there are."""
        with self._database.reading() as connection:
            return set(connection.scalars(sa.select(erasures.c.uid)))

    def _rewrite(self, wanted: sa.Select[Any], table: sa.Table, key: tuple[str, ...], spellings: Spellings) -> int:
        """Write texts anew that name a number: found first, so that nobody waits for the write lock meanwhile."""
        with self._database.reading() as connection:
            streamed = connection.execution_options(yield_per=CHUNK).execute(wanted)
            found = [row for row in streamed if spellings.are_in(row.body)]
        for row in found:
            of_row = [table.c[name] == getattr(row, name) for name in key]
            change = table.update().where(*of_row).values(body=spellings.replaced(row.body, "erased"))
            with self._database.writing() as connection:
                connection.execute(change)
        return len(found)


def _erasure(connection: sa.Connection, row: Any) -> Erasure:
    numbers = sa.select(blocked_numbers.c.number).where(blocked_numbers.c.erasure_id == row.erasure_id)
    return Erasure(
        erasure_id=row.erasure_id,
        uid=row.uid,
        tenant_id=row.tenant_id,
        at=row.at,
        lead_ids=msgspec.json.decode(row.lead_ids, type=tuple[int, ...]),
        numbers=tuple(sorted(connection.scalars(numbers))),
    )


def _report(connection: sa.Connection, row: Any) -> ErasureReport:
    erased = msgspec.json.decode(row.erased, type=Erased)
    counted = sa.select(sa.func.count()).where(blocked_numbers.c.erasure_id == row.erasure_id)
    of_erasure = erasure_work.c.erasure_id == row.erasure_id
    work = connection.execute(
        sa.select(erasure_work.c.engine_id, erasure_work.c.erased).where(of_erasure).order_by(erasure_work.c.engine_id)
    ).all()
    beside = [msgspec.json.decode(one.erased, type=ErasedBeside) for one in work]
    return ErasureReport(
        erasure_id=row.erasure_id,
        at=row.at,
        leads=erased.leads,
        attempts=erased.attempts,
        cdrs=erased.cdrs,
        evidence=erased.evidence,
        callbacks=erased.callbacks,
        numbers_suppressed=connection.scalar(counted) or 0,
        done_by=tuple(one.engine_id for one in work),
        **{field: sum(getattr(one, field) for one in beside) for field in ErasedBeside.__struct_fields__},
    )
