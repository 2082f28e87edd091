import asyncio

from dialer.live.poll import Poll
from dialer.messages import Event, PollDue


def test_the_poll_beats_at_once_and_then_at_its_interval() -> None:
    async def run() -> list[Event]:
        posted: list[Event] = []
        enough = asyncio.Event()

        def post(event: Event) -> None:
            posted.append(event)
            if len(posted) >= 4:
                enough.set()

        poll = Poll(post=post, poll_s=0.05, loop=asyncio.get_running_loop())
        poll.start()
        assert posted == [PollDue()]
        await asyncio.wait_for(enough.wait(), 120)
        poll.stop()
        return posted

    assert asyncio.run(run())[:4] == [PollDue()] * 4


def test_a_restarted_poll_counts_its_interval_anew() -> None:
    async def run() -> None:
        poll = Poll(post=lambda event: None, poll_s=15.0, loop=asyncio.get_running_loop())
        poll.start()
        (job,) = poll._scheduler.get_jobs()
        before = job.next_run_time
        poll.restart()
        (job,) = poll._scheduler.get_jobs()
        assert job.next_run_time > before
        poll.stop()

    asyncio.run(run())


def test_stopping_and_restarting_a_poll_that_has_not_begun_is_no_error() -> None:
    async def run() -> None:
        poll = Poll(post=lambda event: None, poll_s=15.0, loop=asyncio.get_running_loop())
        poll.restart()
        poll.stop()

    asyncio.run(run())
