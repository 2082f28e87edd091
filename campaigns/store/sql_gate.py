"""What SQL knows for the gate: earlier attempts at numbers, the lists that hold them, and the evidence it leaves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import msgspec
import sqlalchemy as sa

from campaigns.model import Attempt, Campaign, Lead, Outcome, attempt_id
from campaigns.ports import Verdict
from campaigns.rules.abandon import HOUR_S, KEPT_S, abandon_rules, windows
from campaigns.rules.checks import Seen
from campaigns.rules.gate import Gate
from campaigns.rules.past import PastCall
from campaigns.store import judging
from campaigns.store.database import as_rows, insert
from campaigns.store.schema import answer_hours, do_not_call_lists, evidence, listed_numbers
from campaigns.terms import AbandonWindow, AnswerHour

CHUNK = 5000

_LOCK_KEYS = "SELECT pg_advisory_xact_lock(hashtextextended(number, 0)) FROM (SELECT unnest(%s::text[]) AS number) AS n"
VERDICTS = msgspec.json.Decoder(tuple[Verdict, ...])


class Records:
    """What is known of some numbers within one transaction; attempts written meanwhile are added to it."""

    def __init__(
        self,
        connection: sa.Connection,
        numbers: Iterable[str],
        blocked: set[str],
        needs_past: bool,
        tenant_id: int = 1,
    ) -> None:
        wanted = sorted(set(numbers))
        self._blocked = blocked
        self._past = _past_of(connection, wanted, tenant_id) if needs_past and wanted else {}
        self._list_dates = list_dates(connection)
        self._listed = _listed_of(connection, wanted) if self._list_dates else {}
        self._kept: list[dict[str, object]] = []

    def seen(self, number: str, caller_id: str | None = None) -> Seen:
        """What is known of a number."""
        return Seen(
            blocked=self._blocked,
            listed=self._listed.get(number, ()),
            past=tuple(self._past.get(number, ())),
            lists=self._list_dates,
            caller_id=caller_id,
        )

    def allows(self, gate: Gate, lead: Lead, attempt: Attempt) -> bool:
        """Put an attempt that is about to be written before the gate, and keep what the gate saw if it passes."""
        seen = self.seen(attempt.number, attempt.caller_id)
        if judging.refusals_of(gate, lead, attempt, seen):
            return False
        verdicts = gate.verdicts(judging.at_number(lead, attempt), attempt.placed_at, seen)
        key = {"lead_id": attempt.lead_id, "attempt_number": attempt.attempt_number}
        self._kept.append(key | {"verdicts": msgspec.json.encode(verdicts).decode()})
        call = PastCall(attempt.placed_at, attempt.campaign_id, attempt.lead_id, None)
        self._past.setdefault(attempt.number, []).append(call)
        return True

    def write_evidence(self, connection: sa.Connection) -> None:
        """Write what the gate saw of the attempts it let through."""
        if self._kept:
            connection.execute(insert(connection, evidence).on_conflict_do_nothing(), self._kept)


def lock_numbers(connection: sa.Connection, numbers: Iterable[str]) -> None:
    """Keep other transactions from writing attempts at these numbers: two of them could not see each other's.

    SQLite has one writer at a time as it is.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_LOCK_KEYS, (sorted(set(numbers)),))


def read_evidence(connection: sa.Connection, key: tuple[int, int]) -> tuple[Verdict, ...]:
    """Why an attempt was allowed, rule by rule; empty for one that never passed the gate."""
    wanted = sa.select(evidence.c.verdicts).where(evidence.c.lead_id == key[0], evidence.c.attempt_number == key[1])
    found = connection.scalar(wanted)
    return () if found is None else VERDICTS.decode(found)


def read_evidence_of(connection: sa.Connection, keys: Sequence[tuple[int, int]]) -> dict[str, tuple[Verdict, ...]]:
    """The evidence of many attempts, by id."""
    wanted = sa.tuple_(evidence.c.lead_id, evidence.c.attempt_number).in_(keys)
    rows = connection.execute(sa.select(evidence).where(wanted))
    return {attempt_id(row.lead_id, row.attempt_number): VERDICTS.decode(row.verdicts) for row in rows}


def replace_list(connection: sa.Connection, name: str, numbers: Iterable[str], as_of: float) -> int:
    """Take over a whole list in place of the copy there was; returns how many numbers it has."""
    connection.execute(listed_numbers.delete().where(listed_numbers.c.list == name))
    return _add(connection, name, numbers, as_of)


def add_to_list(connection: sa.Connection, name: str, numbers: Iterable[str], now: float) -> int:
    """Put numbers on a list; returns how many were new."""
    return _add(connection, name, numbers, now)


def find_listed(connection: sa.Connection, name: str, numbers: Iterable[str]) -> set[str]:
    """Which of the numbers are on a list."""
    return {number for number, names in _listed_of(connection, tuple(numbers)).items() if name in names}


def list_dates(connection: sa.Connection) -> dict[str, float]:
    """The lists there are, each with its day."""
    rows = connection.execute(sa.select(do_not_call_lists.c.list, do_not_call_lists.c.as_of))
    return {row.list: row.as_of for row in rows}


def count_answers(connection: sa.Connection, hours: Mapping[tuple[int, int], AnswerHour]) -> None:
    """Add to the abandon accounts, by campaign and hour."""
    if not hours:
        return
    statement = insert(connection, answer_hours)
    added = {name: answer_hours.c[name] + statement.excluded[name] for name in ("answered", "abandoned", "machines")}
    rows = [{"campaign_id": key[0], **msgspec.structs.asdict(hours[key])} for key in sorted(hours)]
    key = list(answer_hours.primary_key)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=added), rows)


def read_windows(connection: sa.Connection, campaign: Campaign, now: float) -> tuple[AbandonWindow, ...]:
    """The campaign's abandon accounts by its profiles' rules."""
    if not abandon_rules(campaign):
        return ()
    of_campaign = answer_hours.c.campaign_id == campaign.campaign_id
    first = connection.scalar(sa.select(sa.func.min(answer_hours.c.hour)).where(of_campaign))
    wanted = sa.select(
        answer_hours.c.hour, answer_hours.c.answered, answer_hours.c.abandoned, answer_hours.c.machines
    ).where(of_campaign, answer_hours.c.hour >= int((now - KEPT_S) // HOUR_S))
    hours = [AnswerHour(*row) for row in connection.execute(wanted)]
    return windows(campaign, hours, None if first is None else first * HOUR_S, now)


def _add(connection: sa.Connection, name: str, numbers: Iterable[str], as_of: float) -> int:
    statement = insert(connection, listed_numbers).on_conflict_do_nothing()
    before = _count(connection, name)
    remaining = iter(numbers)
    while chunk := list(islice(remaining, CHUNK)):
        connection.execute(statement, [{"number": number, "list": name} for number in chunk])
    total = _count(connection, name)
    row = {"list": name, "as_of": as_of, "numbers": total}
    upsert = insert(connection, do_not_call_lists).values(row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["list"], set_=row))
    return total - before


def _count(connection: sa.Connection, name: str) -> int:
    of_list = listed_numbers.c.list == name
    return connection.scalar(sa.select(sa.func.count()).select_from(listed_numbers).where(of_list)) or 0


def _past_of(connection: sa.Connection, numbers: Sequence[str], tenant_id: int) -> dict[str, list[PastCall]]:
    rows, values = as_rows(connection, numbers)
    query = (
        "SELECT number, placed_at, campaign_id, lead_id, outcome, meaning FROM attempts "  # noqa: S608
        f"WHERE number IN ({rows}) "
        f"AND campaign_id IN (SELECT campaign_id FROM campaigns WHERE tenant_id = {int(tenant_id)})"
    )
    found: defaultdict[str, list[PastCall]] = defaultdict(list)
    for number, placed_at, campaign_id, lead_id, outcome, meaning in connection.exec_driver_sql(query, (values,)):
        ended_as = None if outcome is None else Outcome(outcome)
        found[number].append(PastCall(placed_at, campaign_id, lead_id, ended_as, meaning or ""))
    return dict(found)


def _listed_of(connection: sa.Connection, numbers: Sequence[str]) -> dict[str, list[str]]:
    rows, values = as_rows(connection, numbers)
    query = f"SELECT number, list FROM listed_numbers WHERE number IN ({rows})"  # noqa: S608
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number, name in connection.exec_driver_sql(query, (values,)):
        found[number].append(name)
    return dict(found)
