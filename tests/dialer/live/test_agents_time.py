import pytest

from campaigns.reports.model import AgentStay
from campaigns.service.errors import StoreUnavailableError
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from dialer.live import agents_time
from dialer.live.agents_time import AgentsTime, stays
from dialer.messages import ShowAgent
from dialer.model import AgentState

START = 900.0 * 1000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Reports(MemoryReports):
    """May be out of reach."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.is_away = False

    def write_stays(self, stays: list[AgentStay]) -> None:  # type: ignore[override]
        if self.is_away:
            raise StoreUnavailableError
        super().write_stays(stays)

    def seconds(self, tenant_id: int = 1) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for one in self.tally_agents(tenant_id, None, None):
            found[one.agent_id, one.state] = found.get((one.agent_id, one.state), 0.0) + one.seconds
        return found


def show(agent_id: str, state: AgentState, since: float) -> ShowAgent:
    return ShowAgent(agent_id=agent_id, state=state, since=START + since)


@pytest.mark.anyio
async def test_every_second_signed_in_is_in_one_state() -> None:
    reports, now = Reports(), [START + 1000.0]
    time = AgentsTime(reports)
    time.start(lambda: now[0])
    for state, since in [("paused", 0), ("idle", 10), ("reserved", 800), ("talking", 800), ("talking", 800)]:
        time.show(show("ann", AgentState(state), since))
    await time.write()
    assert reports.seconds() == {("ann", "paused"): 10.0, ("ann", "idle"): 790.0, ("ann", "talking"): 200.0}
    now[0] += 2000.0
    time.show(show("ann", AgentState.OFFLINE, 2500.0))
    await time.stop()
    assert reports.seconds() == {("ann", "paused"): 10.0, ("ann", "idle"): 790.0, ("ann", "talking"): 1700.0}
    assert sum(one.entries for one in reports.tally_agents(1, None, None) if one.state == "talking") == 1


@pytest.mark.anyio
async def test_what_could_not_be_written_is_written_later() -> None:
    reports = Reports()
    time = AgentsTime(reports)
    time.start(lambda: START + 100.0)
    time.show(show("2~ann", AgentState.IDLE, 0.0))
    time.show(show("2~ann", AgentState.PAUSED, 60.0))
    reports.is_away = True
    await time.write()
    assert reports.seconds(2) == {}
    reports.is_away = False
    await time.stop()
    assert reports.seconds(2) == {("ann", "idle"): 60.0, ("ann", "paused"): 40.0}
    assert reports.seconds(1) == {}


@pytest.mark.anyio
async def test_an_error_nobody_foresaw_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = Reports()
    time = AgentsTime(reports)
    time.start(lambda: START + 100.0)
    time.show(show("ann", AgentState.IDLE, 0.0))
    time.show(show("ann", AgentState.OFFLINE, 60.0))

    def broken(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(reports, "write_stays", broken)
        with pytest.raises(OSError, match="disk full"):
            await time.write()
    await time.stop()
    assert reports.seconds() == {("ann", "idle"): 60.0}


@pytest.mark.anyio
async def test_what_waits_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents_time, "STAYS_MAX", 3)
    reports = Reports()
    time = AgentsTime(reports)
    time.start(lambda: START + 100.0)
    for second in range(10):
        time.show(show("ann", AgentState.IDLE if second % 2 else AgentState.PAUSED, float(second)))
    reports.is_away = True
    await time.write()
    reports.is_away = False
    time.show(show("ann", AgentState.OFFLINE, 10.0))
    await time.stop()
    assert sum(reports.seconds().values()) < 10.0


def test_a_stay_is_cut_at_every_quarter_of_an_hour() -> None:
    found = stays(show("ann", AgentState.IDLE, 890.0), START + 2000.0)
    assert [(one.started_at - START, one.ended_at - START, one.is_entry) for one in found] == [
        (890.0, 900.0, True), (900.0, 1800.0, False), (1800.0, 2000.0, False),
    ]  # fmt: skip
    assert stays(show("ann", AgentState.IDLE, 5.0), START + 5.0) == []
