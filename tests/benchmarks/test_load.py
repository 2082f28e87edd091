import pytest

from benchmarks.__main__ import main
from benchmarks.load import SETTINGS, Floor, Trivial
from dialer import messages as m
from dialer.engine import Engine
from tests.dialer.world import known_policy


def test_the_load_is_the_same_for_a_seed_and_bridges_people() -> None:
    with known_policy("benchmark: trivial", Trivial):
        steps, again, other = (
            Floor(agents=5, policy="benchmark: trivial", seed=seed).run(events=2000) for seed in (1, 1, 2)
        )
        assert steps == again
        assert steps != other
        engine = Engine(SETTINGS)
        sent = [command for now, event in steps for command in engine.handle(event, now)]
    assert sum(isinstance(command, m.BridgeCall) for command in sent) > 20
    assert engine.statistics(0.0).counters.get("events_out_of_place", 0) == 0


def test_the_command_lists_permanent_ids(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {"engine-events", "engine-events-predictive", "answer-to-bridge"} <= set(listed)


def test_an_unknown_benchmark_ends_with_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["nonsense"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "no benchmark 'nonsense'; choose from: " in said
    assert "answer-to-bridge" in said
