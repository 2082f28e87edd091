"""The store behind its port: one thread, group commit, and patience while the database is away.

Theory of operation. Commands wait in a queue, by kind. The thread takes all that waits and writes each kind together,
in transactions of at most `batch_max`, so that a busy second costs a handful of commits instead of hundreds. The kinds
go in the order attempts, results, dispositions, skips, releases, reservations, poll. Within one batch no other order
can matter: a result or a disposition never precedes its attempt, and what the engine does with leads it reserved it
does after `LeadsReserved`, so never in the batch that reserves them. The answers are posted on the loop's thread.

Trouble. While the database cannot be reached the worker tries again with a growing pause. Results, dispositions, skips,
releases, reservations and the poll are kept until they succeed; attempts are refused, because their calls must not
wait. Above `queue_max` waiting commands, attempts are refused without a try. Results are always taken: one call in
flight makes one result and no new call is placed meanwhile, so there are at most as many more as calls were in flight.
"""

import contextlib
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from campaigns.model import Attempt, Lead
from campaigns.ports import CampaignStore, Result
from campaigns.service.errors import NotFoundError, StoreUnavailableError
from campaigns.skips import Skip
from dialer.access.tenancy import task_inside
from dialer.live.store_queue import StoreQueue
from dialer.messages import (
    AttemptsRecorded,
    AttemptsRefused,
    CallbacksReserved,
    DispositionRecorded,
    Event,
    LeadsReserved,
    PollTasks,
    RecordDisposition,
    ReserveCallbacks,
    ReserveLeads,
    ResultsRecorded,
    StoreCommand,
    TasksPolled,
)
from dialer.ports import Post

log = logging.getLogger(__name__)

RETRY_S_MIN = 0.1
CLOSING_PAUSE_S_MAX = 0.5

T = TypeVar("T")


class StoreWorker:
    """Implements `dialer.ports.Store` over a `CampaignStore`.

    Args:
        store: called from the worker's thread.
        post: the runner's mailbox; called on the loop's thread.
        on_loop: runs a function on the loop's thread, such as `loop.call_soon_threadsafe`.
        now: Unix seconds, callable from any thread.
        engine_id: the owner of leases.
        lease_s: how long a reserved lead stays leased.
        queue_max: waiting commands above which attempts are refused.
        batch_max: the most that one transaction writes.
        retry_s_max: the longest pause between two tries while the database is away.
    """

    def __init__(
        self,
        *,
        store: CampaignStore,
        post: Post,
        on_loop: Callable[[Callable[[], None]], object],
        now: Callable[[], float],
        engine_id: str,
        lease_s: float,
        queue_max: int = 100_000,
        batch_max: int = 500,
        retry_s_max: float = 5.0,
    ) -> None:
        self._store = store
        self._post = post
        self._on_loop = on_loop
        self._now = now
        self._engine_id = engine_id
        self._lease_s = lease_s
        self._queue_max = queue_max
        self._batch_max = batch_max
        self._retry_s_max = retry_s_max
        self._queue = StoreQueue()
        self._at_work = 0
        self._changed = threading.Condition()
        self._is_closing = False
        self._has_given_up = False
        self._campaign_changes = 0
        self._trouble = ""
        self._counters: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="store-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def send(self, command: StoreCommand) -> None:
        """See the port."""
        with self._changed:
            self._queue.add(command, self._queue_max)
            self._changed.notify_all()

    def campaign_changed(self) -> None:
        """Say that a campaign was changed beside the worker: a poll read before must not be posted after.

        Called on the loop's thread, just before `CampaignChanged` is posted.
        """
        self._campaign_changes += 1

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; all answers are on the loop by then. False when it took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.waiting, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what waits and stop; False when the database did not take it all in time."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        with self._changed:
            self._has_given_up = True
            self._changed.notify_all()
        if self.waiting:
            log.error("the database did not take the last %d commands before the end", self.waiting)
        return not self.waiting

    @property
    def waiting(self) -> int:
        """Commands not carried out yet."""
        return len(self._queue) + self._at_work

    @property
    def trouble(self) -> str:
        """Why the database does not take what is written; empty while it does."""
        return self._trouble

    def counters(self) -> dict[str, int]:
        """What the worker has done since its start, by name."""
        return dict(self._counters)

    def _run(self) -> None:
        pause_s = RETRY_S_MIN
        while True:
            batch = self._take()
            if batch is None:
                return
            self._trouble = self._carry_out(batch)
            with self._changed:
                batch.append(self._queue)
                self._queue, self._at_work = batch, 0
                self._changed.notify_all()
                if self._has_given_up:
                    return
                if self._trouble:
                    self._pause(pause_s)
            pause_s = min(2 * pause_s, self._retry_s_max) if self._trouble else RETRY_S_MIN

    def _pause(self, pause_s: float) -> None:
        if self._is_closing:
            self._changed.wait_for(lambda: self._has_given_up, min(pause_s, CLOSING_PAUSE_S_MAX))
        else:
            self._changed.wait_for(lambda: self._is_closing, pause_s)

    def _take(self) -> StoreQueue | None:
        """All that waits, as soon as something does; None when nothing is left and the worker is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._queue) or self._is_closing)
            batch, self._queue = self._queue, StoreQueue()
            self._at_work = len(batch)
            return batch if self._at_work else None

    def _carry_out(self, batch: StoreQueue) -> str:
        """Carry out what the database takes and leave the rest in `batch`; returns what was wrong, if anything."""
        try:
            self._refuse(batch.overflowed, "too much waits for the database already")
            self._write_attempts(batch.attempts)
            trouble = self._write_results(batch.results)
            self._write_dispositions(batch.dispositions)
            self._write_skips(batch.skips)
            self._release(batch.releases)
            self._reserve(batch)
            self._poll(batch)
        except StoreUnavailableError as error:
            trouble = str(error)
        except Exception as error:
            log.exception("the store failed in a way it should not")
            trouble = f"{type(error).__name__}: {error}"
        self._counters["batches"] += 1
        if trouble:
            self._counters["retries"] += 1
            log.warning("the database does not take what is written, trying again: %s", trouble)
            self._refuse(batch.attempts, f"the database cannot be reached: {trouble}")
        return trouble

    def _refuse(self, attempts: deque[Attempt], reason: str) -> None:
        if attempts:
            refused = tuple(attempt.attempt_id for attempt in attempts)
            attempts.clear()
            self._counters["attempts_refused"] += len(refused)
            self._answer(AttemptsRefused(attempt_ids=refused, reason=reason))

    def _write_attempts(self, attempts: deque[Attempt]) -> None:
        for chunk in self._chunks(attempts):
            written = frozenset(self._store.record_attempts(chunk))
            _drop(attempts, len(chunk))
            self._counters["attempts_written"] += len(written)
            ids = [attempt.attempt_id for attempt in chunk]
            refused = deque(attempt for attempt in chunk if attempt.attempt_id not in written)
            if written:
                self._answer(AttemptsRecorded(attempt_ids=tuple(one for one in ids if one in written)))
            self._refuse(refused, "the lead has been attempted already, is closed or is on the do-not-call list")

    def _write_results(self, results: deque[Result]) -> str:
        """Write results; one that the store chokes on is set aside for the next try, so that it blocks no other."""
        trouble = ""
        set_aside: list[Result] = []
        for chunk in self._chunks(results):
            try:
                self._store.record_results(chunk, self._now())
                written = chunk
            except StoreUnavailableError:
                results.extend(set_aside)
                raise
            except Exception:
                written, not_written, trouble = self._write_one_by_one(chunk)
                set_aside += not_written
            _drop(results, len(chunk))
            self._counters["results_written"] += len(written)
            if written:
                self._answer(ResultsRecorded(attempt_ids=tuple(result.attempt.attempt_id for result in written)))
        results.extend(set_aside)
        return trouble

    def _write_one_by_one(self, results: list[Result]) -> tuple[list[Result], list[Result], str]:
        """What was written, what is to be tried again, and why."""
        written: list[Result] = []
        again: list[Result] = []
        trouble = ""
        for result in results:
            try:
                self._store.record_results([result], self._now())
                written.append(result)
            except NotFoundError as error:
                self._counters["results_rejected"] += 1
                log.error("result of %s cannot be written, ever: %s", result.attempt.attempt_id, error)
            except Exception as error:
                again.append(result)
                trouble = f"{type(error).__name__}: {error}"
        return written, again, trouble

    def _write_dispositions(self, dispositions: deque[RecordDisposition]) -> None:
        while dispositions:
            one = dispositions[0]
            try:
                self._store.record_disposition(one.attempt_id, one.agent_id, one.disposition, self._now(), one.callback)
                self._counters["dispositions_written"] += 1
                self._answer(DispositionRecorded(attempt_id=one.attempt_id, request_id=one.request_id))
            except NotFoundError as error:
                self._counters["dispositions_rejected"] += 1
                log.error("disposition of %s cannot be written, ever: %s", one.attempt_id, error)
            dispositions.popleft()

    def _write_skips(self, skips: deque[Skip]) -> None:
        for chunk in self._chunks(skips):
            self._store.record_skips(chunk)
            _drop(skips, len(chunk))
            self._counters["skips_written"] += len(chunk)

    def _release(self, releases: deque[int]) -> None:
        for chunk in self._chunks(releases):
            self._store.release_leads(chunk)
            _drop(releases, len(chunk))
            self._counters["leads_released"] += len(chunk)

    def _reserve(self, batch: StoreQueue) -> None:
        while batch.reservations:
            answer = self._reserved(batch.reservations[0])
            batch.reservations.popleft()
            self._counters["leads_reserved"] += len(answer.leads)
            self._answer(answer)

    def _reserved(self, wanted: ReserveLeads | ReserveCallbacks) -> LeadsReserved | CallbacksReserved:
        lease = (wanted.count, self._now(), self._lease_s, self._engine_id)
        leads: Sequence[Lead] = ()
        # A campaign that is not there has no leads.
        with contextlib.suppress(NotFoundError):
            if isinstance(wanted, ReserveCallbacks):
                leads = self._store.reserve_callbacks(wanted.campaign_id, wanted.agents, *lease)
            else:
                leads = self._store.reserve_leads(wanted.campaign_id, *lease)
        kind = CallbacksReserved if isinstance(wanted, ReserveCallbacks) else LeadsReserved
        return kind(campaign_id=wanted.campaign_id, leads=tuple(leads))

    def _poll(self, batch: StoreQueue) -> None:
        if batch.polls:
            changes_seen = self._campaign_changes
            polled = TasksPolled(tasks=tuple(task_inside(task) for task in self._store.tasks(self._now())))
            self._counters["polls"] += batch.polls
            for _ in range(batch.polls):
                self._on_loop(lambda: self._post_poll(polled, changes_seen))
            batch.polls = 0

    def _post_poll(self, polled: TasksPolled, changes_seen: int) -> None:
        """Post a poll, or read it again if a campaign was changed since: an old status must not undo a pause."""
        if changes_seen == self._campaign_changes:
            self._post(polled)
        else:
            self.send(PollTasks())

    def _answer(self, event: Event) -> None:
        self._on_loop(lambda: self._post(event))

    def _chunks(self, waiting: deque[T]) -> Iterator[list[T]]:
        """The first `batch_max` again and again; the caller drops what is done."""
        while waiting:
            yield list(islice(waiting, self._batch_max))


def _drop(waiting: deque[T], count: int) -> None:
    for _ in range(count):
        waiting.popleft()
