"""The agents' and supervisors' side, live: requests that wait for an answer, what agents are shown, the live stream."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable

from dialer.live.watchers import LiveMessage, Watchers
from dialer.messages import AnswerRequest, DeskCommand, Event, ReportDecision, ShowAgent
from dialer.model import AgentState, ScreenPop, Statistics
from dialer.ports import Post


class LiveDesk:
    """Implements `dialer.ports.Desk`; belongs to the loop's thread.

    Args:
        post: the runner's mailbox.
        watchers_max: readers of the live stream at one time.
        on_show: told of every agent's new state, too.
    """

    def __init__(
        self, *, post: Post, watchers_max: int = 64, on_show: Callable[[ShowAgent], None] | None = None
    ) -> None:
        self._post = post
        self._on_show = on_show
        self._watchers = Watchers(watchers_max)
        self._request_ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[AnswerRequest]] = {}
        self._calls: dict[str, ScreenPop] = {}

    def send(self, command: DeskCommand) -> None:
        """See the port."""
        match command:
            case AnswerRequest():
                answer = self._answers.pop(command.request_id, None)
                if answer is not None and not answer.done():
                    answer.set_result(command)
            case ShowAgent():
                self._show(command)
            case ReportDecision():
                self._watchers.publish("decision", command)

    async def request(self, make_event: Callable[[int], Event], timeout_s: float) -> AnswerRequest:
        """Post the event made with a fresh request id and wait for its answer.

        Returns:
            With what was wrong and what to do; with no error when it was carried out.

        Raises:
            TimeoutError: the engine did not answer in time.
        """
        request_id = next(self._request_ids)
        answer: asyncio.Future[AnswerRequest] = asyncio.get_running_loop().create_future()
        self._answers[request_id] = answer
        try:
            self._post(make_event(request_id))
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            self._answers.pop(request_id, None)

    def call_of(self, agent_id: str) -> ScreenPop | None:
        """Whom an agent has on the line or in after-call work."""
        return self._calls.get(agent_id)

    def publish_statistics(self, statistics: Statistics) -> None:
        """Send the engine's figures to everyone who watches."""
        self._watchers.publish("statistics", statistics)

    def watch(self) -> AsyncGenerator[LiveMessage, None]:
        """Statistics, decisions and agents' changes from now on.

        Raises:
            TooManyWatchersError: at the first step, when there are enough readers.
        """
        return self._watchers.watch()

    @property
    def is_watched(self) -> bool:
        """Whether anyone reads the stream."""
        return len(self._watchers) > 0

    @property
    def is_full(self) -> bool:
        """Whether another reader of the stream would be refused."""
        return self._watchers.is_full

    def counters(self) -> dict[str, int]:
        """What goes on at the desk, by name."""
        return {"requests_waiting": len(self._answers), "messages_dropped": self._watchers.dropped}

    def close(self) -> None:
        """End every stream, and answer whoever still waits."""
        self._watchers.close()
        for request_id, answer in self._answers.items():
            if not answer.done():
                answer.set_result(AnswerRequest(request_id=request_id, error="the service is shutting down"))

    def _show(self, command: ShowAgent) -> None:
        if command.call is None or command.state is AgentState.OFFLINE:
            self._calls.pop(command.agent_id, None)
        else:
            self._calls[command.agent_id] = command.call
        self._watchers.publish("agent", command)
        if self._on_show is not None:
            self._on_show(command)
