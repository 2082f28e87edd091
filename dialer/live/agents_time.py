"""Writes down what agents do with their time, for the reports.

A state that goes on is written every now and then as far as it has come, and again under the same beginning when it is
further: after a crash no more than that is missing. Stays end with a quarter of an hour, of which every time zone's
hours are made.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from campaigns.reports.model import QUARTER_S, AgentStay
from campaigns.reports.port import ReportStore
from campaigns.service.errors import StoreUnavailableError
from dialer.access.tenancy import outside
from dialer.live.rhythm import keep_doing
from dialer.messages import ShowAgent
from dialer.model import AgentState

log = logging.getLogger(__name__)

WRITE_S = 15.0
STAYS_MAX = 100_000
"""Stays that wait for the database; the oldest are given up first. A thousand busy agents make as many in an hour."""


class AgentsTime:
    """Belongs to the loop's thread; writes in a worker thread."""

    def __init__(self, store: ReportStore) -> None:
        self._store = store
        self._now_in: dict[str, ShowAgent] = {}
        self._waiting: list[AgentStay] = []
        self._writing: asyncio.Task[None] | None = None
        self._now: Callable[[], float] | None = None

    def show(self, command: ShowAgent) -> None:
        """Take down an agent's new state."""
        before = self._now_in.pop(command.agent_id, None)
        if before is not None:
            if (before.state, before.since) == (command.state, command.since):
                # Shown again: somebody else is on the line, or a desk asked.
                self._now_in[command.agent_id] = before
                return
            self._waiting += stays(before, command.since)
        if command.state is not AgentState.OFFLINE:
            self._now_in[command.agent_id] = command

    def start(self, now: Callable[[], float]) -> None:
        """Begin to write.

        Args:
            now: Unix seconds.
        """
        self._now = now
        self._writing = asyncio.create_task(keep_doing("writing agents' time", self.write, WRITE_S))

    async def stop(self) -> None:
        """Write the last and end."""
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
            await self.write()

    async def write(self) -> None:
        """Write all that waits, and how far the states that go on have come."""
        assert self._now is not None, "it has not been started"
        now = self._now()
        taken, self._waiting = self._waiting, []
        going_on = [stay for shown in self._now_in.values() for stay in stays(shown, now)]
        try:
            await asyncio.to_thread(self._store.write_stays, [*taken, *going_on])
        except Exception as error:
            self._waiting = [*taken, *self._waiting][-STAYS_MAX:]
            if not isinstance(error, StoreUnavailableError):
                raise
            log.warning("agents' time is not written, trying again: %s", error)


def stays(shown: ShowAgent, until: float) -> list[AgentStay]:
    """The time from a state's beginning until a moment, cut at the quarters of an hour."""
    tenant_id, agent_id = outside(shown.agent_id)
    found = []
    start = shown.since
    while start < until:
        end = min(until, (start // QUARTER_S + 1) * QUARTER_S)
        found.append(
            AgentStay(
                tenant_id=tenant_id,
                agent_id=agent_id,
                state=shown.state,
                started_at=start,
                ended_at=end,
                is_entry=start == shown.since,
            )
        )
        start = end
    return found
