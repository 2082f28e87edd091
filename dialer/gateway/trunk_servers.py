"""Which server of a trunk is used now, where its address is a name without a port; looked up beside the calls."""

import asyncio
import logging

from dialer.gateway.server_names import ServerNames, Target
from dialer.gateway.settings import TrunkAddress

log = logging.getLogger(__name__)


class TrunkServers:
    """The servers of all such trunks, and whose turn it is."""

    def __init__(self, names: ServerNames) -> None:
        self._names = names
        self._targets: dict[str, tuple[Target, ...]] = {}
        self._turns: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def now(self, trunk: TrunkAddress) -> Target | None:
        """The server to use; None while none is known. Records that have expired are looked up anew meanwhile."""
        targets = self._targets.get(trunk.name)
        if targets is None or not self._names.is_fresh(trunk.host, trunk.transport):
            self._look_up_beside(trunk)
        return targets[self._turns[trunk.name] % len(targets)] if targets else None

    def next(self, trunk: TrunkAddress) -> Target | None:
        """The server in use has gone silent: the next one's turn has come."""
        if trunk.name in self._turns:
            self._turns[trunk.name] += 1
        return self.now(trunk)

    async def find(self, trunk: TrunkAddress) -> None:
        """Look a trunk's servers up; a failure is logged."""
        try:
            targets = await self._names.look_up(trunk.host, trunk.transport)
        except OSError as error:
            log.error("trunk %s: %s", trunk.name, error)
            return
        if targets != self._targets.get(trunk.name):
            self._targets[trunk.name] = targets
            self._turns[trunk.name] = 0

    def close(self) -> None:
        """Give up every look-up."""
        for task in self._tasks.values():
            task.cancel()

    def _look_up_beside(self, trunk: TrunkAddress) -> None:
        if trunk.name not in self._tasks:
            task = self._tasks[trunk.name] = asyncio.get_running_loop().create_task(self.find(trunk))
            task.add_done_callback(lambda _: self._tasks.pop(trunk.name, None))
