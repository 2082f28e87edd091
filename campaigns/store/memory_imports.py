"""Imports in memory; the half of the memory store that knows of them."""

from collections.abc import Iterable

from msgspec.structs import replace

from campaigns.imports import ImportStatus, LeadImport
from campaigns.service.errors import ImportMovedError, ImportNotFoundError
from campaigns.store import progress
from campaigns.store.memory_leads import MemoryLeads


class MemoryImports:
    """Keeps how far each import has come."""

    def __init__(self) -> None:
        self._imports: dict[int, LeadImport] = {}

    def create(self, new: LeadImport) -> LeadImport:
        """Store a new import."""
        created = replace(new, import_id=len(self._imports) + 1)
        self._imports[created.import_id] = created
        return created

    def read(self, import_id: int) -> LeadImport:
        """One import."""
        try:
            return self._imports[import_id]
        except KeyError:
            raise ImportNotFoundError(import_id) from None

    def all(self) -> Iterable[LeadImport]:
        """Every import, oldest first."""
        return self._imports.values()

    def check(self, before: LeadImport) -> None:
        """See that nobody else has gone on with an import."""
        if self.read(before.import_id) != before:
            raise ImportMovedError

    def write(self, state: LeadImport) -> None:
        """Replace an import."""
        self._imports[state.import_id] = state

    def roll_back(self, leads: MemoryLeads, import_id: int, now: float) -> int:
        """Take the leads of an import out of its campaign; returns how many. Those called stay, closed."""
        self.write(replace(self.read(import_id), status=ImportStatus.ROLLED_BACK, updated_at=now))
        slots = [slot for slot in leads.all() if slot.import_id == import_id]
        gone = [slot.lead for slot in slots if slot.lead.attempts_made == 0]
        for slot in slots:
            leads.move(slot, progress.closed(slot.lead, "its import was rolled back"))
        for lead in gone:
            leads.remove(lead)
        return len(gone)
