from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.model import Attempt, Campaign, CampaignStatus, NewLead
from campaigns.recordings import Recording, RecordingFilter
from campaigns.service.errors import NotFoundError, RecordingNotFoundError
from campaigns.store.opening import open_store
from campaigns.store.recordings import SqlRecordings
from campaigns.store.sql import SqlStore

NOON = 1_764_331_200.0
on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRecordings]:
    """Two tenants' campaigns with a lead each and one attempt at it."""
    store: SqlStore = open_store(request.getfixturevalue(f"empty_{request.param}_url"))
    for tenant_id in (1, 2):
        made = store.create_campaign(
            Campaign(campaign_id=0, name="c", skill_group="s", tenant_id=tenant_id, status=CampaignStatus.RUNNING)
        )
        store.add_leads(made.campaign_id, [NewLead(number=f"+1202555000{tenant_id}")])
        (lead,) = store.reserve_leads(made.campaign_id, 1, NOON, 600.0, "e")
        attempt = Attempt(
            attempt_id=f"{lead.lead_id}-1",
            lead_id=lead.lead_id,
            attempt_number=1,
            campaign_id=made.campaign_id,
            number=lead.number,
            caller_id="",
            trunk="t",
            placed_at=NOON,
        )
        assert store.record_attempts([attempt])
    yield SqlRecordings(store.database)
    store.close()


def recording(call_id: str = "1-1", at: float = 200.0, agent_id: str = "ann") -> Recording:
    path = f"{call_id}_{agent_id}_{at:g}.wav"
    return Recording(call_id=call_id, agent_id=agent_id, started_at=at, duration_s=5.0, path=path)


def test_campaign_and_number_are_those_of_the_call_and_a_file_is_entered_once(index: SqlRecordings) -> None:
    entered = index.add(recording())
    assert (entered.campaign_id, entered.number) == (1, "+12025550001")
    assert index.add(recording()) == entered
    assert index.search(RecordingFilter(tenant_id=1)) == (entered,)
    assert index.get(1, entered.recording_id) == entered


def test_a_search_finds_by_agent_number_campaign_call_and_time_newest_first(index: SqlRecordings) -> None:
    first, second = index.add(recording(at=200.0)), index.add(recording(at=300.0, agent_id="bob"))

    def found(**wanted: object) -> list[int]:
        return [one.recording_id for one in index.search(RecordingFilter(tenant_id=1, **wanted))]  # type: ignore[arg-type]

    both = [second.recording_id, first.recording_id]
    assert found() == found(number="+12025550001") == found(campaign_id=1) == found(call_id="1-1") == both
    assert found(agent_id="ann") == found(until=300.0) == found(before_id=second.recording_id) == both[1:]
    assert found(since=300.0) == found(limit=1) == both[:1]
    assert found(number="+12025550002") == []


def test_nothing_of_another_tenant_is_found(index: SqlRecordings) -> None:
    theirs = index.add(recording(call_id="2-1"))
    assert index.search(RecordingFilter(tenant_id=1)) == ()
    with pytest.raises(RecordingNotFoundError):
        index.get(1, theirs.recording_id)
    assert index.get(2, theirs.recording_id) == theirs


def test_a_recording_of_no_call_is_refused(index: SqlRecordings) -> None:
    with pytest.raises(NotFoundError, match="no call 9-9"):
        index.add(recording(call_id="9-9"))
