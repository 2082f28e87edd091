from pathlib import Path

import msgspec
import pytest

from campaigns.consents import Consent
from campaigns.model import Lead, LeadNumber
from campaigns.service.spelling import Spellings
from campaigns.skips import Skip
from dialer import messages as m
from dialer.model import EngineSettings
from dialer.runner.trace import Step, TraceWriter, read_trace, replay
from dialer.runner.trace_erasing import erase_from_trace
from tests.dialer.world import SETTINGS, Fate, World, task

FIRST = "+12025550101"
JANE = Lead(
    lead_id=7,
    campaign_id=1,
    number=FIRST,
    name="Jane Doe",
    external_id="crm-4711",
    postal_code="20001",
    attributes={"note": "likes cats"},
    consent=Consent(source='form of "Jane"'),
    numbers=(LeadNumber(number=FIRST), LeadNumber(number="+12025550102")),
)
JOE = Lead(lead_id=8, campaign_id=1, number="+12025550103", name="Joe")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "trace.jsonl"
    with path.open("wb") as file, TraceWriter(file, EngineSettings()) as writer:
        writer.write(1.0, m.LeadsReserved(campaign_id=1, leads=(JANE, JOE)), [])
        place = m.PlaceCall(
            call_id="7-1", number="0012025550101", caller_id="+13035550100", trunk="t", ring_timeout_s=25.0
        )
        writer.write(2.0, m.TimerFired(key="tick"), [place])
        writer.write(3.0, m.NumbersBlocked(numbers=(FIRST,)), [])
        note = "Jane has moved"
        skip = Skip(
            campaign_id=1,
            lead_id=7,
            number=FIRST,
            agent_id="a",
            skipped_at=4.0,
            looked_s=1.0,
            reason="other",
            note=note,
        )
        event = m.PreviewSkipped(agent_id="a", reason="other", note=note, number=FIRST)
        writer.write(4.0, event, [m.RecordSkip(skip=skip)])
    return path


def test_nothing_of_the_person_is_left_and_every_line_stays_where_it_was(trace: Path) -> None:
    before = trace.read_bytes()
    assert erase_from_trace(trace, Spellings([FIRST, "+12025550102"])) == 4
    after = trace.read_bytes()
    for told in ("0101", "0102", "Jane", "crm-4711", "20001", "cats"):
        assert told.encode() not in after
    assert [len(line) for line in after.split(b"\n")] == [len(line) for line in before.split(b"\n")]
    steps = [one for one in read_trace(trace) if isinstance(one, Step)]
    assert isinstance(steps[0].event, m.LeadsReserved)
    assert steps[0].event.leads[1] == JOE
    assert steps[0].event.leads[0].number == "+00000000000"
    (placed,) = steps[1].commands
    assert isinstance(placed, m.PlaceCall)
    assert (placed.number, placed.caller_id) == ("0000000000000", "+13035550100")
    (written,) = steps[3].commands
    assert isinstance(written, m.RecordSkip)
    assert (written.skip.reason, written.skip.note) == ("other", "-")
    assert erase_from_trace(trace, Spellings([FIRST, "+12025550102"])) == 0


def test_it_may_be_written_to_meanwhile(trace: Path) -> None:
    with trace.open("ab") as file:
        file.write(b'{"now":4.0,"event":{"type":"Poll')
        file.flush()
        erase_from_trace(trace, Spellings([FIRST]))
        file.write(b'Due"},"commands":[]}\n')
    assert trace.read_bytes().endswith(b'{"now":4.0,"event":{"type":"PollDue"},"commands":[]}\n')


def test_a_line_that_a_crash_cut_off_is_blanked_whole(trace: Path) -> None:
    size = trace.stat().st_size
    with trace.open("ab") as file:
        file.write(f'{{"now":4.0,"number":"{FIRST}","name":"Jane'.encode())
    erase_from_trace(trace, Spellings([FIRST]))
    rest = trace.read_bytes()[size:]
    assert (rest.strip(), len(rest) > 20) == (b"", True)


def test_a_trace_without_the_person_replays_as_before(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with path.open("wb") as file, TraceWriter(file, SETTINGS) as trace:
        world = World(fate=lambda call: Fate(answer_s=6.0), trace=trace, leads=20)
        world.add_agents(3)
        world.start(task())
        world.run(200.0)
    reserved = next(
        one.event for one in read_trace(path) if isinstance(one, Step) and isinstance(one.event, m.LeadsReserved)
    )
    number = reserved.leads[3].number
    assert number in msgspec.json.encode(reserved).decode()
    assert erase_from_trace(path, Spellings([number])) > 0
    assert number.encode() not in path.read_bytes()
    assert replay(path) is None
