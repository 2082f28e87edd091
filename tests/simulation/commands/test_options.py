import sys

import pytest
import typer

from simulation.commands.options import CommandError, check_policy, cluster_executor, one_line_errors, scenario_with
from simulation.scenario.loading import ScenarioError


def test_settings_of_the_command_line_change_the_scenario_together() -> None:
    scenario = scenario_with("base", ["day.hours=0.4", "day.warmup_s=0", "agents.0.count=3"], "ratio")

    assert (scenario.day.hours, scenario.agents[0].count) == (0.4, 3)
    assert scenario.campaigns[0].pacing.policy == "ratio"


def test_unknown_policies_are_refused_with_those_there_are() -> None:
    with pytest.raises(CommandError, match=r"choose one of: .*predictive"):
        check_policy("x")


def test_faults_end_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, one_line_errors():
        raise ScenarioError("something is wrong")

    assert caught.value.exit_code == 2
    assert capsys.readouterr().err == "error: something is wrong\n"


def test_a_cluster_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with (
        pytest.raises(CommandError, match=r"pip install 'predictive-dialer\[cluster\]'"),
        cluster_executor("tcp://x:1"),
    ):
        pass


def test_without_a_cluster_there_is_no_executor() -> None:
    with cluster_executor(None) as executor:
        assert executor is None
