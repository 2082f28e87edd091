import io
from pathlib import Path

from dialer.engine import Engine
from dialer.messages import PollDue, PollTasks
from dialer.model import EngineSettings
from dialer.runner import TraceWriter
from tests.dialer.commands.conftest import Dialer


def trace(*steps: tuple[float, list[object]]) -> bytes:
    file = io.BytesIO()
    writer = TraceWriter(file, EngineSettings())
    for now, commands in steps:
        writer.write(now, PollDue(), commands)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_trace_that_replays(dialer: Dialer, tmp_path: Path) -> None:
    commands = Engine(EngineSettings()).handle(PollDue(), 1.0)
    (tmp_path / "t.jsonl").write_bytes(trace((1.0, list(commands))))
    ended = dialer("replay", "t.jsonl")
    assert (ended.code, ended.out) == (0, "t.jsonl: every step gives the recorded commands.\n")


def test_the_first_difference_is_shown(dialer: Dialer, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(trace((1.0, [PollTasks()]), (2.0, [PollTasks(), PollTasks()]), (3.0, [])))
    ended = dialer("replay", "t.jsonl")
    assert ended.code == 1
    assert ended.err == (
        "dialer: t.jsonl, line 3: PollDue at 2.000 gives other commands than recorded, from the 2. on\n"
        '  event:    {"type":"PollDue"}\n'
        '  recorded: {"type":"PollTasks"}\n'
        "  replayed: nothing\n"
    )


def test_many_differing_commands_are_shortened(dialer: Dialer, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(trace((1.0, [PollTasks()] * 10)))
    assert "and 4 more" in dialer("replay", "t.jsonl").err


def test_a_file_that_is_no_trace_is_refused(dialer: Dialer, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("hello\n")
    ended = dialer("replay", "t.jsonl")
    assert ended.code == 1
    assert "t.jsonl is not a trace of the dialer" in ended.err
    missing = dialer("replay", "nowhere.jsonl")
    assert (missing.code, missing.err) == (
        2,
        "dialer: the trace nowhere.jsonl cannot be read: No such file or directory\n",
    )
