"""Imports in memory; the half of the memory store that knows of them."""

from collections.abc import Iterable

from msgspec.structs import replace

from campaigns.imports import LeadImport
from campaigns.service.errors import ImportMovedError, ImportNotFoundError


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
