import json

import pytest

from benchmarks.harness import Figure, UnknownBenchmarkError, as_json, as_table, choose, machine

FAST = Figure(name="events per second", value=61_234.5, unit="1/s", better="higher", aim=50_000)
SLOW = Figure(name="median", value=31.5, unit="µs", better="lower", aim=30.0)
PLAIN = Figure(name="99 %", value=90.0, unit="µs", better="lower")


def test_an_aim_is_met_from_its_own_side() -> None:
    assert FAST.meets_aim is True
    assert SLOW.meets_aim is False
    assert PLAIN.meets_aim is None


def test_the_table_says_figure_and_aim() -> None:
    lines = as_table({"engine-events": [FAST], "answer-to-bridge": [SLOW, PLAIN]}).splitlines()
    assert lines[0].startswith("engine-events     events per second  61,234.5 1/s")
    assert lines[0].endswith("aim: at least 50,000 1/s, met")
    assert lines[1].endswith("aim: at most 30 µs, missed")
    assert lines[2].endswith("90 µs")


def test_json_names_machine_seed_and_command() -> None:
    text = json.loads(as_json({"engine-events": [FAST]}, seed=7, command="python -m benchmarks"))
    assert text["machine"] == machine()
    assert (text["seed"], text["command"]) == (7, "python -m benchmarks")
    assert text["figures"]["engine-events"][0]["value"] == 61_234.5


def test_an_unknown_id_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownBenchmarkError, match="no benchmark 'nonsense'"):
        choose(["nonsense"])
