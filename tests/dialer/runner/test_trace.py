import io
from pathlib import Path

import msgspec
import pytest

from campaigns.model import PacingSettings
from dialer import messages as m
from dialer.model import CallCause
from dialer.runner.trace import Header, Step, TraceError, TraceWriter, read_trace, replay
from tests.dialer.world import SETTINGS, STEADY, Fate, World, known_policy, task


@pytest.fixture
def trace_of_a_day(tmp_path: Path) -> Path:
    path = tmp_path / "trace.jsonl"
    some = [Fate(answer_s=6.0), Fate(cause=CallCause.BUSY, end_s=4.0), Fate(), Fate(answer_s=7.0, patience_s=1)]
    fates = iter(some * 99)
    with path.open("wb") as file, TraceWriter(file, SETTINGS) as trace:
        world = World(fate=lambda call: next(fates), trace=trace, leads=40)
        world.add_agents(3)
        world.start(task())
        world.run(600.0)
    return path


def test_a_trace_replays_command_for_command(trace_of_a_day: Path) -> None:
    steps = list(read_trace(trace_of_a_day))
    assert isinstance(steps[0], Header)
    assert steps[0].settings == SETTINGS
    assert len(steps) > 300
    assert replay(trace_of_a_day) is None


def test_the_first_difference_is_shown(trace_of_a_day: Path) -> None:
    lines = trace_of_a_day.read_bytes().splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if b'"BridgeCall"' in line)
    lines[number] = lines[number].replace(b'"leg_id":"agent-0#1"', b'"leg_id":"agent-9#9"')
    trace_of_a_day.write_bytes(b"".join(lines))
    difference = replay(trace_of_a_day)
    assert difference is not None
    assert difference.line == number + 1
    assert difference.recorded != difference.replayed
    assert any(isinstance(command, m.BridgeCall) for command in difference.replayed)


def test_a_last_line_cut_off_by_a_crash_is_left_out(trace_of_a_day: Path) -> None:
    whole = list(read_trace(trace_of_a_day))
    trace_of_a_day.write_bytes(trace_of_a_day.read_bytes()[:-25])
    assert list(read_trace(trace_of_a_day)) == whole[:-1]
    assert replay(trace_of_a_day) is None


def test_a_broken_line_in_the_middle_is_named(trace_of_a_day: Path) -> None:
    lines = trace_of_a_day.read_bytes().splitlines(keepends=True)
    lines[4] = b'{"now": "yesterday"}\n'
    trace_of_a_day.write_bytes(b"".join(lines))
    with pytest.raises(TraceError, match=r"trace\.jsonl, line 5"):
        replay(trace_of_a_day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is not a trace of the dialer"),
        (b"lead,number\n1,2\n", "is not a trace of the dialer"),
        (b'{"format":"predictive-dialer-trace","version":99,"settings":{}}\n', "of version 99; this dialer reads"),
        (b'{"format":"something","version":1,"settings":{}}\n', "'something'"),
    ],
)
def test_what_is_no_trace_is_said_so(tmp_path: Path, text: bytes, why: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(text)
    with pytest.raises(TraceError, match=why):
        replay(path)


@pytest.mark.parametrize("kind", [*m.Event.__args__, *m.Command.__args__])  # type: ignore[attr-defined]
def test_every_message_goes_to_json_and_back(kind: type[msgspec.Struct]) -> None:
    values = {each.name: sample(each.type) for each in msgspec.structs.fields(kind)}
    message = kind(**values)
    text = msgspec.json.encode(message)
    assert msgspec.json.decode(text, type=m.Event | m.Command) == message  # type: ignore[arg-type]


def sample(kind: object) -> object:
    """Any value of a type, by msgspec's own reading of it."""
    plain = {bool: True, int: 3, float: 0.1, str: "text"}
    if kind in plain:
        return plain[kind]  # type: ignore[index]
    try:
        return msgspec.convert([], type=kind)
    except msgspec.ValidationError:
        pass
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{f.name: sample(f.type) for f in msgspec.structs.fields(kind) if f.required})
    arguments = getattr(kind, "__args__", ())
    if type(None) in arguments:
        return None
    if isinstance(kind, type) and hasattr(kind, "__members__"):
        return next(iter(kind))  # type: ignore[call-overload]
    return msgspec.convert({}, type=kind)


def test_a_trace_is_written_line_by_line() -> None:
    file = io.BytesIO()
    trace = TraceWriter(file, SETTINGS)
    trace.write(1.5, m.PollDue(), [m.PollTasks()])
    header, step = file.getvalue().splitlines()
    assert msgspec.json.decode(header, type=Header).settings == SETTINGS
    assert step == b'{"now":1.5,"event":{"type":"PollDue"},"commands":[{"type":"PollTasks"}]}'
    assert msgspec.json.decode(step, type=Step).commands == [m.PollTasks()]


def test_a_policy_that_has_gone_shows_as_a_difference(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with known_policy(), path.open("wb") as file, TraceWriter(file, SETTINGS) as trace:
        world = World(trace=trace, leads=5)
        world.add_agents(1)
        world.start(task(pacing=PacingSettings(policy=STEADY)))
        world.run(5.0)
    difference = replay(path)
    assert difference is not None
    assert any(isinstance(command, m.RecordAttempts) for command in difference.recorded)
    assert not any(isinstance(command, m.RecordAttempts) for command in difference.replayed)
