import json

import pytest

from tests.dialer.commands.conftest import Dialer


def test_a_team_is_shown_under_every_manner_of_pacing(dialer: Dialer) -> None:
    ended = dialer("plan", "team", "20", "--leads", "5000")
    assert ended.code == 0
    for words in ("progressive", "erlang_c", "predictive", "ceiling", "20 agents", "30.0% of calls answered", "hours"):
        assert words in ended.out


def test_json_has_the_same_for_a_machine(dialer: Dialer) -> None:
    answer = json.loads(dialer("plan", "team", "5", "50", "--answer-rate", "25 %", "--json").out)
    assert answer["work"]["answer_rate"] == 0.25
    assert set(answer["teams"]) == {"5", "50"}
    small, large = (answer["teams"][size]["predictive"]["occupancy"] for size in ("5", "50"))
    assert 0.7 < small < large < 1.0


def test_agents_are_found_for_a_rate_of_conversations(dialer: Dialer) -> None:
    answer = json.loads(dialer("plan", "agents", "400", "--patience-s", "30", "--json").out)
    assert answer["load_erlangs"] == 15.0
    assert 15 < answer["agents_predictive"] < answer["agents_constant_rate"] < 30
    row = next(row for row in answer["constant_rate"] if row["agents"] == answer["agents_constant_rate"])
    assert row["wait_longer"] < 0.03
    assert 0.0 < row["hang_up"] < 0.03
    shown = dialer("plan", "agents", "400").out
    assert f"{answer['agents_predictive']} agents" in shown
    assert "wait longer than 2 s" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("team", "0"), "a team of 0"),
        (("team", "20", "--answer-rate", "30"), "did you mean 30%?"),
        (("team", "20", "--answer-rate", "many"), "not a share such as 30%"),
        (("team", "20", "--talk-s", "0"), "talk_s is a time in seconds above 0"),
        (("team", "20", "--abandon-rate-max", "100%"), "abandon_rate_max is a share"),
        (("agents", "0"), "conversations an hour"),
        (("agents", "400", "--patience-s", "0"), "--patience-s is a time above 0"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(dialer: Dialer, arguments: tuple[str, ...], words: str) -> None:
    ended = dialer("plan", *arguments)
    assert ended.code == 2
    assert words in " ".join(ended.err.replace("│", " ").split())
