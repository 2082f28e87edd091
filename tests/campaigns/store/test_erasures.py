from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from campaigns.erasures import ErasedBeside
from campaigns.model import NewLead, Outcome
from campaigns.recordings import Recording, RecordingFilter
from campaigns.service.erasing import PersonErasedError
from campaigns.store.erasures import SqlErasures
from campaigns.store.opening import open_store
from campaigns.store.recordings import SqlRecordings
from campaigns.store.sql import SqlStore
from campaigns.store.webhook_store import WebhookStore
from campaigns.webhooks import Webhook
from dialer.access.idempotency import IdempotencyStore
from tests.contracts.test_campaign_store import NOON, SPRING, dial, ended

FIRST, SECOND = "+12025550101", "+12025550102"
on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """Two people, each called once, a webhook that was told of it, and a recording of each call."""
    opened = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    webhook = Webhook(webhook_id=0, url="https://example.org", events=(), is_active=True, created_at=NOON)
    WebhookStore(opened.database).create(1, webhook, "whsec_x")
    campaign = opened.create_campaign(SPRING)
    opened.add_leads(campaign.campaign_id, [NewLead(number=FIRST), NewLead(number=SECOND)])
    for lead in opened.reserve_leads(campaign.campaign_id, 2, NOON, 600.0, "engine-1"):
        attempt = dial(opened, lead)
        opened.record_results([ended(attempt, Outcome.CONNECTED)], NOON)
        SqlRecordings(opened.database).add(recording(attempt.attempt_id, tmp_path))
    yield opened
    opened.close()


def recording(call_id: str, folder: Path) -> Recording:
    path = str(folder / f"{call_id}_ann_1.wav")
    return Recording(call_id=call_id, agent_id="ann", started_at=NOON, duration_s=5.0, path=path)


def bodies(store: SqlStore) -> str:
    return "".join(one.body for one in WebhookStore(store.database).deliveries(1, 1, None, 100, None).items)


def test_an_erasure_waits_for_every_engine_until_it_has_done_its_part(store: SqlStore) -> None:
    erasures = SqlErasures(store.database)
    assert erasures.pending("engine-1") == []
    erased = store.erase(FIRST, NOON)
    (waiting,) = erasures.pending("engine-1")
    assert (waiting.erasure_id, waiting.lead_ids, waiting.numbers) == (erased.erasure_id, (1,), (FIRST,))
    assert erasures.call_ids(waiting) == {"1-1": NOON}
    erasures.done(waiting, "engine-1", ErasedBeside(recordings=2, trace_lines=1), NOON)
    erasures.done(waiting, "engine-1", ErasedBeside(recordings=9), NOON)
    assert erasures.pending("engine-1") == []
    assert erasures.pending("engine-2") == [waiting]
    erasures.done(waiting, "engine-2", ErasedBeside(recordings=1), NOON)
    (report,) = erasures.reports(1)
    assert (report.leads, report.attempts, report.recordings, report.trace_lines) == (1, 1, 3, 1)
    assert (report.numbers_suppressed, report.done_by) == (1, ("engine-1", "engine-2"))
    assert erasures.reports(1, erased.erasure_id) == [report]
    assert erasures.reports(2) == []
    assert FIRST not in msgspec.json.encode(report).decode()
    assert erasures.known() == {waiting.uid}


def test_webhooks_are_told_no_number_and_their_log_has_none(store: SqlStore) -> None:
    store.erase(FIRST, NOON)
    erasures = SqlErasures(store.database)
    (waiting,) = erasures.pending("engine-1")
    assert FIRST in bodies(store)
    assert erasures.erase_deliveries(waiting) == 1
    assert FIRST not in bodies(store)
    assert '"number":"erased"' in bodies(store)
    assert SECOND in bodies(store)
    # What a crash interrupts is done again, and finds nothing more.
    assert erasures.erase_deliveries(waiting) == 0
    due = WebhookStore(store.database).take_due(NOON * 10, 10)
    assert not [one for one in due if FIRST in one.body]


def test_answers_that_may_be_given_again_name_nobody(store: SqlStore) -> None:
    answers = IdempotencyStore(store.database)
    for tenant_id in (1, 2):
        answers.begin(tenant_id, "key", "digest", NOON)
        answers.end(tenant_id, "key", 200, "", '{"rejected":[{"value":"(202) 555-0101"}]}')
    store.erase(FIRST, NOON)
    erasures = SqlErasures(store.database)
    (waiting,) = erasures.pending("engine-1")
    assert erasures.erase_answers(waiting) == 1
    kept = answers.begin(1, "key", "digest", NOON)
    assert kept is not None
    assert "0101" not in kept.body
    foreign = answers.begin(2, "key", "digest", NOON)
    assert foreign is not None
    assert "555-0101" in foreign.body
    assert erasures.erase_answers(waiting) == 0


def test_an_entry_goes_after_its_file_and_stays_while_the_file_does(store: SqlStore, tmp_path: Path) -> None:
    erasures, index = SqlErasures(store.database), SqlRecordings(store.database)
    store.erase(FIRST, NOON)
    assert [one.number for one in index.search(RecordingFilter(tenant_id=1))] == [SECOND, "erased-1"]

    def fail(path: str) -> None:
        raise PermissionError(path)

    with pytest.raises(PermissionError):
        erasures.forget_recordings(["1-1"], fail)
    assert len(index.search(RecordingFilter(tenant_id=1))) == 2
    deleted: list[str] = []
    assert erasures.forget_recordings(["1-1"], deleted.append) == 1
    assert deleted == [str(tmp_path / "1-1_ann_1.wav")]
    assert [one.call_id for one in index.search(RecordingFilter(tenant_id=1))] == ["2-1"]


def test_a_recording_that_comes_late_is_not_entered(store: SqlStore, tmp_path: Path) -> None:
    store.erase(FIRST, NOON)
    with pytest.raises(PersonErasedError):
        SqlRecordings(store.database).add(recording("1-1", tmp_path / "later"))
