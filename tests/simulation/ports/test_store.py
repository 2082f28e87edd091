import simpy
from msgspec.structs import replace

from campaigns.model import Attempt, Campaign, CampaignStatus, Lead, Outcome
from campaigns.ports import Result
from campaigns.store.memory import MemoryStore
from dialer.messages import (
    AttemptsRecorded,
    AttemptsRefused,
    DispositionRecorded,
    Event,
    LeadsReserved,
    PollTasks,
    RecordAttempts,
    RecordDisposition,
    RecordResult,
    ReleaseLeads,
    ReserveLeads,
    ResultsRecorded,
    TasksPolled,
)
from simulation.ports.store import ENDLESS_LEADS, TOP_UP, LeadSupply, ResultWatcher, SimStore


class Watcher(ResultWatcher):
    def __init__(self) -> None:
        self.results: list[Result] = []

    def on_result(self, result: Result) -> None:
        self.results.append(result)


def stocked(leads: int, endless: bool) -> tuple[SimStore, list[Event], Watcher]:
    heard: list[Event] = []
    watcher = Watcher()
    env = simpy.Environment(initial_time=12 * 3600.0)
    store = SimStore(
        env, heard.append, MemoryStore(), {1: LeadSupply(0, endless)}, watcher, engine_id="e", lease_s=600.0
    )
    campaign = store.store.create_campaign(
        Campaign(campaign_id=0, name="main", skill_group="default", status=CampaignStatus.RUNNING)
    )
    store.add_leads(campaign, leads)
    return store, heard, watcher


def attempt(lead: Lead, number: int = 1) -> Attempt:
    return Attempt(
        attempt_id=f"{lead.lead_id}-{number}",
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=1,
        number=lead.number,
        caller_id="",
        trunk="trunk",
        placed_at=12 * 3600.0,
    )


def test_a_finite_list_runs_out_and_an_endless_one_is_topped_up() -> None:
    for endless, expected in ((False, 30), (True, 50)):
        store, heard, _ = stocked(30, endless)
        store.send(ReserveLeads(campaign_id=1, count=50))
        (reserved,) = heard
        assert isinstance(reserved, LeadsReserved)
        assert len(reserved.leads) == expected
        assert len({lead.number for lead in reserved.leads}) == expected
    assert len(store.store._leads._slots) == 30 + TOP_UP


def test_the_poll_tells_the_leads_left_of_a_finite_list_and_no_end_of_an_endless_one() -> None:
    for endless, expected in ((False, 30), (True, ENDLESS_LEADS)):
        store, heard, _ = stocked(30, endless)
        store.send(PollTasks())
        (polled,) = heard
        assert isinstance(polled, TasksPolled)
        assert [task.leads_open for task in polled.tasks] == [expected]


def test_an_attempt_from_its_writing_to_its_disposition() -> None:
    store, heard, watcher = stocked(1, endless=False)
    store.send(PollTasks())
    store.send(ReserveLeads(campaign_id=1, count=1))
    lead = heard[1].leads[0]
    store.send(RecordAttempts(attempts=(attempt(lead),)))
    store.send(RecordAttempts(attempts=(attempt(lead),)))
    result = Result(attempt=replace(attempt(lead), outcome=Outcome.BUSY), cdr=None)
    store.send(RecordResult(result=result))
    store.send(RecordDisposition(attempt_id="1-1", agent_id="ann", disposition="talked", request_id=4))

    assert isinstance(heard[0], TasksPolled)
    assert heard[2:] == [
        AttemptsRecorded(attempt_ids=("1-1",)),
        AttemptsRefused(attempt_ids=("1-1",), reason="the store did not take the attempt"),
        ResultsRecorded(attempt_ids=("1-1",)),
        DispositionRecorded(attempt_id="1-1", request_id=4),
    ]
    assert watcher.results == [result]


def test_released_leads_can_be_had_again() -> None:
    store, heard, _ = stocked(1, endless=False)
    store.send(ReserveLeads(campaign_id=1, count=1))
    store.send(ReleaseLeads(campaign_id=1, lead_ids=(1,)))
    store.send(ReserveLeads(campaign_id=1, count=1))

    assert [len(event.leads) for event in heard if isinstance(event, LeadsReserved)] == [1, 1]
