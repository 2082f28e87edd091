"""The journal of do-not-call requests: a file beside the database, so that no backup made before one undoes it.

A line is written before the transaction that it stands for ends. Should that fail, a number is in the journal that is
on no list: whoever asked for it will hardly mind. National lists are not in it: they are loaded from files anew.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from campaigns.rules.checks import campaign_list
from campaigns.store import journal, sql_dispositions, sql_gate, sql_leads
from campaigns.store.database import Database
from campaigns.store.rows import chunks
from campaigns.suppressions import Suppression

CHUNK = 1000

log = logging.getLogger(__name__)


class SuppressionJournal:
    """Where a store notes who asked not to be called."""

    def __init__(self, path: Path | None) -> None:
        """None notes nothing."""
        self._path = path

    def keep(self, request: Suppression) -> None:
        """Write a request; where the file cannot be written, the request counts all the same."""
        if self._path is None or not request.numbers:
            return
        try:
            journal.append(self._path, request)
        except OSError as error:
            log.error("the journal of do-not-call requests %s cannot be written: %s", self._path, error.strerror)


def read(path: Path) -> list[Suppression]:
    """The requests of a journal; none where there is no such file.

    Raises:
        CallerError: the file cannot be read, or is no journal.
    """
    return list(journal.read(path, Suppression, "journal of do-not-call requests"))


def reapply(database: Database, requests: Iterable[Suppression]) -> int:
    """Put numbers on the lists on which they are missing; returns how many they were.

    What the database knows is left as it is: this may be done again at any time.
    """
    return sum(_reapply(database, request, chunk) for request in requests for chunk in chunks(request.numbers, CHUNK))


def _reapply(database: Database, request: Suppression, numbers: Iterable[str]) -> int:
    name = campaign_list(request.campaign_id)
    with database.reading() as connection:
        known = (
            sql_gate.find_listed(connection, name, numbers)
            if request.campaign_id
            else sql_leads.find_blocked(connection, tuple(numbers), request.tenant_id)
        )
        # The backup may be older than the campaign.
        is_there = not request.campaign_id or sql_leads.tenants_of(connection, [request.campaign_id])
    missing = [number for number in numbers if number not in known]
    if not missing or not is_there:
        return 0
    with database.writing() as connection:
        if request.campaign_id:
            return sql_gate.add_to_list(connection, name, missing, request.at)
        return sql_dispositions.block(connection, missing, request.reason, request.at, request.tenant_id)
