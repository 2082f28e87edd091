from typing import Any

import pytest

from campaigns.menus import Menu, MenuAction, MenuChoice
from campaigns.model import PacingSettings, Treatment
from campaigns.rules.menus import menu_problems
from campaigns.rules.settings import problems
from pacing import policy_names
from tests.dialer.world import campaign

AGENT = MenuChoice(action=MenuAction.AGENT)
HANG_UP = MenuChoice(action=MenuAction.HANG_UP)


def said(disposition: str = "", **fields: Any) -> MenuChoice:
    return MenuChoice(action=MenuAction.DISPOSITION, disposition=disposition, **fields)


def wrong(choice: MenuChoice = AGENT, key: str = "1", treatment: Treatment = Treatment.AGENT, **fields: Any) -> str:
    """What is wrong with a menu of one key beside an agent's."""
    keys = {"0": AGENT, key: choice} if treatment is Treatment.AGENT else {key: choice}
    menu = Menu(**{"prompt": "offer", "keys": keys, **fields})
    return "; ".join(map(str, menu_problems(campaign(treatment=treatment, menu=menu))))


@pytest.mark.parametrize(
    ("choice", "key"),
    [
        (AGENT, "1"),
        (MenuChoice(action=MenuAction.AGENT, skill_group="spanish"), "#"),
        (MenuChoice(action=MenuAction.MESSAGE, message="hours"), "*"),
        (MenuChoice(action=MenuAction.REPEAT), "8"),
        (said("sale", message="thanks"), "2"),
        (said("do_not_call"), "9"),
        (said("callback", callback_after_s=3600.0), "3"),
    ],
)
def test_every_action_can_be_had(choice: MenuChoice, key: str) -> None:
    assert wrong(choice, key) == ""


def test_a_campaign_without_a_menu_has_no_problem() -> None:
    assert not list(menu_problems(campaign()))


@pytest.mark.parametrize(
    ("choice", "key", "part"),
    [
        (AGENT, "12", "menu.keys.12: '12' is not one key"),
        (AGENT, "A", "is not one key"),
        (AGENT, "9", "menu.keys.9: is the campaign's opt_out_digit"),
        (MenuChoice(action=MenuAction.MESSAGE), "1", "menu.keys.1.message: must name"),
        (MenuChoice(action=MenuAction.MESSAGE, message="x" * 201), "1", "at most 200"),
        (MenuChoice(action=MenuAction.HANG_UP, message="bye"), "1", "menu.keys.1.message: says nothing to"),
        (MenuChoice(action=MenuAction.AGENT, disposition="sale"), "1", "disposition: says nothing"),
        (MenuChoice(action=MenuAction.AGENT, skill_group="x" * 201), "1", "skill_group: has more"),
        (said("nonsense"), "1", "there are: talked, sale"),
        (said("callback"), "1", "callback_after_s: is 0, must be 60 to"),
        (said("sale", callback_after_s=90.0), "1", "does not mean callback"),
        (said("do_not_call", message="bye"), "1", "ends the call at once"),
    ],
)
def test_what_cannot_be_is_named(choice: MenuChoice, key: str, part: str) -> None:
    assert part in wrong(choice, key)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"prompt": " "}, "menu.prompt: must name"),
        ({"prompt": "x" * 201}, "menu.prompt: has 201"),
        ({"wait_s": 0.5}, "menu.wait_s: is 0.5"),
        ({"wait_s": float("nan")}, "menu.wait_s"),
        ({"repeats_max": 6}, "menu.repeats_max: is 6"),
        ({"no_key": MenuChoice(action=MenuAction.REPEAT)}, "menu.no_key.action: is what is done after"),
        ({"keys": {}}, "names no key"),
    ],
)
def test_times_and_ends_are_checked(fields: dict[str, Any], part: str) -> None:
    assert part in wrong(**fields)


def test_calls_that_may_end_at_an_agent_are_paced_and_others_need_none() -> None:
    assert "an agentless campaign is not paced" in wrong(AGENT, treatment=Treatment.MESSAGE)
    assert wrong(HANG_UP, treatment=Treatment.MESSAGE) == ""
    alone = campaign(menu=Menu(prompt="offer", keys={"1": HANG_UP}))
    assert "leads to no agent" in str(*menu_problems(alone))
    previewed = campaign(menu=Menu(prompt="offer", keys={"1": AGENT}), pacing=PacingSettings(policy="preview"))
    assert "preview dialing" in str(*menu_problems(previewed))


def test_the_campaigns_settings_are_judged_with_it() -> None:
    unsound = campaign(menu=Menu(prompt="", keys={"1": AGENT}))
    assert [one.field for one in problems(unsound, policy_names())] == ["menu.prompt"]
