"""Erasing a person from whatever a service keeps, with a crash after every step."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.importing.checking import Rejection
from campaigns.importing.rejects import RejectsFile
from campaigns.model import NewLead, Outcome
from campaigns.recordings import Recording, RecordingFilter
from campaigns.service.erasing import CallUnderWayError
from campaigns.store import erasure_journal
from campaigns.store.erasures import SqlErasures
from campaigns.store.opening import open_store
from campaigns.store.recordings import SqlRecordings
from campaigns.store.sql import SqlStore
from dialer import messages as m
from dialer.live import erasing
from dialer.live.erasing import LiveErasing, Places
from tests.contracts.test_campaign_store import NOON, SPRING, dial, ended

FIRST, SECOND, OTHER = "+12025550101", "+12025550102", "+12025550103"


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    yield opened
    opened.close()


class Machine:
    """What one machine keeps of Jane and Joe."""

    def __init__(self, store: SqlStore, folder: Path, engine_id: str = "engine-1") -> None:
        self.store = store
        self.folder = folder
        self.engine_id = engine_id
        self.blocked: list[m.NumbersBlocked] = []
        day = folder / "recordings" / datetime.fromtimestamp(NOON, UTC).strftime("%Y/%m/%d")
        day.mkdir(parents=True)
        self.entered = day / "1-1_ann_1.wav"
        self.unentered = day / "1-1_bob_2.wav"
        self.joes = day / "2-1_ann_3.wav"
        for path in (self.entered, self.unentered, self.joes):
            path.write_bytes(b"RIFF")
        (folder / "imports").mkdir()
        self.rejects = folder / "imports" / "import-1.rejects.csv"
        RejectsFile(self.rejects, ["phone", "name"]).write(
            [(Rejection(n, "number", number, "is blocked"), (number, "Jane")) for n, number in ((2, FIRST), (3, OTHER))]
        )
        self.trace = folder / "trace.jsonl"
        self.trace.write_text(f'{{"number":"{FIRST}","name":"Jane"}}\n{{"number":"{OTHER}","name":"Jane"}}\n')
        (folder / "trace.jsonl.old").write_text(f'{{"number":"{SECOND}"}}\n')
        self.journal = folder / "erasures.jsonl"

    def erasing(self) -> LiveErasing:
        """A service that has just started on this machine."""
        places = Places(
            journal=self.journal,
            recordings=self.folder / "recordings",
            imports=self.folder / "imports",
            trace=self.trace,
        )
        return LiveErasing(self.store, self.engine_id, places, lambda: NOON, self.blocked.append)

    def call(self) -> None:
        """Jane and Joe are added and called once."""
        campaign = self.store.create_campaign(SPRING)
        self.store.add_leads(campaign.campaign_id, [NewLead(number=FIRST, name="Jane"), NewLead(number=OTHER)])
        for lead in self.store.reserve_leads(campaign.campaign_id, 2, NOON, 600.0, "engine-1"):
            self.store.record_results([ended(dial(self.store, lead), Outcome.CONNECTED)], NOON)
        index = SqlRecordings(self.store.database)
        for call_id, path in (("1-1", self.entered), ("2-1", self.joes)):
            index.add(Recording(call_id=call_id, agent_id="ann", started_at=NOON, duration_s=1.0, path=str(path)))

    def assert_nothing_left(self) -> None:
        assert not self.entered.exists()
        assert not self.unentered.exists()
        assert self.joes.exists()
        entries = SqlRecordings(self.store.database).search(RecordingFilter(tenant_id=1))
        assert [one.call_id for one in entries] == ["2-1"]
        for path in (self.rejects, self.trace):
            assert FIRST not in path.read_text()
            assert OTHER in path.read_text()
            assert path.read_text().count("Jane") == 1
        assert self.store.lead(1).name == ""
        (entry,) = erasure_journal.read(self.journal)
        assert entry.numbers == (FIRST,)
        assert SqlErasures(self.store.database).pending(self.engine_id) == []


@pytest.fixture
def machine(store: SqlStore, tmp_path: Path) -> Machine:
    made = Machine(store, tmp_path)
    made.call()
    return made


def test_everything_goes_and_the_report_says_where_it_was(machine: Machine) -> None:
    report = asyncio.run(machine.erasing().erase(FIRST, 1))
    machine.assert_nothing_left()
    assert (report.leads, report.attempts, report.evidence) == (1, 1, 1)
    assert (report.recordings, report.rejected_rows, report.trace_lines) == (2, 1, 1)
    assert (report.numbers_suppressed, report.done_by) == (1, ("engine-1",))
    assert machine.blocked == [m.NumbersBlocked(numbers=(FIRST,), tenant_id=1)]
    assert machine.erasing().reports(1) == [report]


STEPS = ["append", "delete entered", "forget", "delete unentered", "rows", "trace", "done"]


class Killed(BaseException):
    """The process ends here: nothing catches it."""


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_before_or_after_any_step_leaves_nothing_behind(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, step: str, is_before: bool
) -> None:
    with monkeypatch.context() as patched:
        reached = crash_at(patched, step, is_before)
        machine.store.erase(FIRST, NOON)
        with pytest.raises(Killed):
            machine.erasing().carry_out()
        assert reached == [step]
    machine.erasing().carry_out()
    machine.assert_nothing_left()


def crash_at(patched: pytest.MonkeyPatch, step: str, is_before: bool) -> list[str]:
    """Let the process die before or after one step is done."""
    reached: list[str] = []

    def dying(name: str, real: object) -> object:
        def call(*arguments: object) -> object:
            path = str(arguments[0])
            this = f"{name} {'unentered' if 'bob' in path else 'entered'}" if name == "delete" else name
            if this == step and is_before:
                reached.append(step)
                raise Killed
            answer = real(*arguments)  # type: ignore[operator]
            if this == step:
                reached.append(step)
                raise Killed
            return answer

        return call

    patched.setattr(erasure_journal, "append", dying("append", erasure_journal.append))
    patched.setattr(erasing, "_delete", dying("delete", erasing._delete))
    patched.setattr(erasing, "erase_rows", dying("rows", erasing.erase_rows))
    patched.setattr(erasing, "erase_from_trace", dying("trace", erasing.erase_from_trace))
    for name, method in (("forget", "forget_recordings"), ("done", "done")):
        patched.setattr(SqlErasures, method, dying(name, getattr(SqlErasures, method)))
    return reached


def test_a_file_that_cannot_be_written_is_tried_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "erase_rows", fail)
        report = asyncio.run(machine.erasing().erase(FIRST, 1))
    assert (report.leads, report.done_by) == (1, ())
    assert "it is tried again" in caplog.text
    machine.erasing().carry_out()
    machine.assert_nothing_left()


def test_another_engine_does_its_part_on_its_own_machine(machine: Machine, store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Machine(store, tmp_path / "second", "engine-2")
    asyncio.run(machine.erasing().erase(FIRST, 1))
    assert second.entered.exists()

    async def live() -> None:
        service = second.erasing()
        await service.start()
        await service.stop()

    asyncio.run(live())
    second.assert_nothing_left()
    (report,) = machine.erasing().reports(1)
    assert report.done_by == ("engine-1", "engine-2")


def test_a_database_put_back_by_hand_is_cleared_at_the_start(machine: Machine, tmp_path: Path) -> None:
    database = tmp_path / "dialer.sqlite3"
    machine.store.close()
    shutil.copy(database, tmp_path / "copy")
    machine.store = open_store(f"sqlite:///{database}")
    asyncio.run(machine.erasing().erase(FIRST, 1))
    machine.store.close()
    for more in ("-wal", "-shm"):
        database.with_name(database.name + more).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy", database)
    # The folder of recordings came back as well.
    machine.entered.write_bytes(b"RIFF")
    machine.store = open_store(f"sqlite:///{database}")
    assert machine.store.lead(1).name == "Jane"

    async def live() -> None:
        service = machine.erasing()
        await service.start()
        await service.stop()

    asyncio.run(live())
    machine.assert_nothing_left()
    machine.store.close()


def test_nothing_is_touched_while_they_are_on_the_line(machine: Machine) -> None:
    machine.store.add_leads(1, [NewLead(number=SECOND)])
    (lead,) = machine.store.reserve_leads(1, 1, NOON, 600.0, "engine-1")
    dial(machine.store, lead)
    with pytest.raises(CallUnderWayError):
        asyncio.run(machine.erasing().erase(SECOND, 1))
    assert machine.blocked == []
    assert SECOND in (machine.folder / "trace.jsonl.old").read_text()


def test_a_service_that_keeps_nothing_beside_has_nothing_to_look_through(store: SqlStore, tmp_path: Path) -> None:
    places = Places(journal=None, recordings=None, imports=tmp_path / "none", trace=None)
    service = LiveErasing(store, "engine-1", places, lambda: NOON, lambda _: None)
    report = asyncio.run(service.erase(FIRST, 1))
    assert (report.leads, report.numbers_suppressed, report.done_by) == (0, 1, ("engine-1",))
