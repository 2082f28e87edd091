"""The 15-second poll: APScheduler keeps the beat and does nothing but post `PollDue`."""

import asyncio
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from dialer.messages import PollDue
from dialer.ports import Post

JOB_ID = "poll-tasks"


class Poll:
    """Posts `PollDue` when started and every `poll_s` after that; beats that were missed are made up for by one."""

    def __init__(self, *, post: Post, poll_s: float, loop: asyncio.AbstractEventLoop) -> None:
        self._post = post
        self._poll_s = poll_s
        self._scheduler = AsyncIOScheduler(timezone=UTC, event_loop=loop)
        self._scheduler.add_job(
            self._beat,
            self._trigger(),
            id=JOB_ID,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Poll now and from now on."""
        self._post(PollDue())
        self._scheduler.start()

    def restart(self) -> None:
        """Count the interval anew: the scheduler goes by the wall clock, and would wait out an hour it was set back."""
        if self._scheduler.running:
            self._scheduler.reschedule_job(JOB_ID, trigger=self._trigger())

    def stop(self) -> None:
        """Post nothing more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _trigger(self) -> IntervalTrigger:
        return IntervalTrigger(seconds=self._poll_s, timezone=UTC)

    async def _beat(self) -> None:
        # A coroutine, because APScheduler runs plain functions in a thread and the runner belongs to the loop's.
        self._post(PollDue())
