from pathlib import Path

import pytest

from simulation.carrier.scenario import (
    EXAMPLE,
    Behaviour,
    CarrierScenario,
    Meets,
    Sound,
    load_carrier_scenario,
    parse_carrier_scenario,
)
from simulation.scenario.loading import ScenarioError


def test_the_example_is_a_scenario_and_an_empty_file_too() -> None:
    scenario = parse_carrier_scenario(EXAMPLE, "example")
    assert scenario.sound is Sound.ECHO
    assert scenario.numbers == {"+12025550199": Behaviour(meets=Meets.FAILURE, status=486, after_s=1.0)}
    assert parse_carrier_scenario("", "nothing") == CarrierScenario()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sed = 1", "here:1: unknown key 'sed'"),
        ("seed = 1\nprogress = 181", "here:2: progress is 181; it must be 180 or 183"),
        ("hang_up_share = 1.5", "here:1: hang_up_share is 1.5; it must be between 0 and 1"),
        ("calls_max = 0", "here:1: calls_max is 0; it must be more than 0"),
        ("[numbers.911]\nmeets = 'failure'\nstatus = 200", "status is 200; a failure is 300 to 699"),
        ("[numbers.911]\npatience_s = 0.0", "patience_s is 0; it must be more than 0"),
        ("[customers]\nanswer_probability = 2", "answer_probability is 2; it must be between 0 and 1"),
        ("seed =", "here: not valid TOML"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse_carrier_scenario(text, "here")
    assert says in str(error.value)


def test_a_file_is_read_or_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "carrier.toml"
    path.write_text("seed = 7\n")
    assert load_carrier_scenario(path).seed == 7
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        load_carrier_scenario(tmp_path / "nowhere.toml")
