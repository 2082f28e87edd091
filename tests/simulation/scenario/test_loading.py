"""A wrong scenario gets one clear line that names the file, the line and the key."""

from pathlib import Path

import pytest

from simulation.scenario.loading import ScenarioError, load_scenario, parse_scenario

GOOD = """\
name = "x"
[day]
start = "09:00"
[[agents]]
count = 5
[[agents.breaks]]
at = "12:00"
duration_s = 600
[[campaigns]]
name = "main"
endless = true
[campaigns.customers]
answer_probability = 0.3
talk = { kind = "exponential", mean_s = 120 }
[[changes]]
at = "12:00"
parameter = "answer_probability"
value = 0.12
"""


def test_a_good_scenario_is_read() -> None:
    scenario = parse_scenario(GOOD, "x.toml")

    assert scenario.agents[0].breaks[0].duration_s == 600.0
    assert scenario.campaigns[0].customers.talk.mean() == pytest.approx(120.0, rel=0.01)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("count = 5", "count = 0", "x.toml:5: count is 0; a group has at least one agent"),
        ("count = 5", "cuont = 5", "x.toml:5: unknown key 'cuont'"),
        ("count = 5", "count = 'x'", "x.toml:5: count: Expected `int`, got `str`"),
        ("0.3", "1.3", "x.toml:13: answer_probability is 1.3; it must be between 0 and 1"),
        ("duration_s = 600", "duration_s = -600", "x.toml:8: duration_s is -600; it must be more than 0"),
        ("endless = true", "leads = 0", "x.toml:11: leads is 0: the list is empty; give leads, or endless = true"),
        ("mean_s = 120", "mean_s = -1", "x.toml:14: talk: mean_s is -1; it must be 0 or more"),
        ("mean_s = 120", "mean = 1", "x.toml:14: unknown key 'mean'"),
        ('"exponential"', '"expo"', "x.toml:14: kind: Invalid value 'expo'"),
        ("value = 0.12", "value = 12", "x.toml:18: value is 12; it must be between 0 and 1"),
        ('start = "09:00"', 'start = "25:00"', "x.toml:3: start is '25:00'; a time of day is written HH:MM"),
        ('start = "09:00"', "hours = 20.0", "x.toml:3: hours is 20: the day would end after midnight"),
        ('"answer_probability"', '"foo"', "x.toml:17: parameter: Invalid enum value 'foo'"),
        ('name = "main"', "", "x.toml:9: the key 'name' is missing"),
        ("endless = true", "leads = -5", "x.toml:11: leads is -5: the list is empty; give leads, or endless = true"),
        (
            "endless = true",
            "endless = true\nring_timeout_s = -1",
            "x.toml:12: ring_timeout_s is -1; it must be more than 0",
        ),
        ("endless = true", "endless = true\npacing.ratio = -1", "x.toml:12: ratio is -1; it must be more than 0"),
        (
            "endless = true",
            "endless = true\npacing.abandon_rate_max = 3",
            "x.toml:12: abandon_rate_max is 3; it must be between 0 and 1",
        ),
        (
            "endless = true",
            "endless = true\nretry_rules.busy = { delay_s = -1, attempts_max = 2 }",
            "x.toml:12: delay_s is -1; it must be 0 or more",
        ),
        (
            '"exponential", mean_s = 120',
            '"empirical", quantiles_s = []',
            "x.toml:14: talk: quantiles_s needs at least two values: the smallest and the largest duration",
        ),
        (
            "count = 5",
            "count = 5\nskill_groups = []",
            "x.toml:6: skill_groups is empty; agents without a skill group get no calls",
        ),
        ("count = 5", "count =", "x.toml: not valid TOML: Invalid value (at line 5, column 8)"),
    ],
)
def test_a_wrong_scenario_gets_one_line(written: str, instead: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(GOOD.replace(written, instead, 1), "x.toml")

    assert str(caught.value) == message


def test_a_change_must_name_a_campaign_that_is_there() -> None:
    with pytest.raises(ScenarioError, match="names the campaign 'other', which is not there"):
        parse_scenario(GOOD + 'campaign = "other"\n', "x.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"missing\.toml: cannot be read: No such file"):
        load_scenario(tmp_path / "missing.toml")


def test_empty_lists_are_named_with_their_line() -> None:
    for table in ("agents", "campaigns"):
        other = "[[campaigns]]\nname = 'm'\nleads = 5\n" if table == "agents" else "[[agents]]\ncount = 5\n"
        with pytest.raises(ScenarioError) as caught:
            parse_scenario(f"name = 'x'\n{table} = []\n{other}", "x.toml")
        assert (
            str(caught.value)
            == f"x.toml:2: {table} is empty; add {'an' if table == 'agents' else 'a'} [[{table}]] table"
        )


def test_a_policy_that_is_not_there_is_named_with_its_line() -> None:
    text = GOOD.replace("endless = true", 'endless = true\npacing.policy = "predictiv"')
    with pytest.raises(ScenarioError, match=r"^x.toml:12: policy is 'predictiv'; no pacing policy .* predictive"):
        parse_scenario(text, "x.toml")


def test_a_change_of_what_campaigns_share_names_no_campaign() -> None:
    text = GOOD.replace('"answer_probability"', '"bridge_delay_s"') + 'campaign = "main"\n'
    with pytest.raises(ScenarioError, match=r"^x.toml:19: campaign does not go with bridge_delay_s"):
        parse_scenario(text, "x.toml")
