"""Whether a campaign's menu can be worked: its keys, what they do, its times, and who must be there for it."""

from collections.abc import Iterator

from campaigns.dispositions import Meaning, meaning_of
from campaigns.menus import Menu, MenuAction, MenuChoice
from campaigns.model import Campaign, Treatment
from campaigns.rules.compliance import Problem, range_problems

KEYS = "0123456789*#"
NAME_LENGTH_MAX = 200
WAIT_S = (1.0, 30.0)
REPEATS_MAX = 5
CALLBACK_AFTER_S = (60.0, 30 * 86400.0)
TAKEN_BY = {
    "skill_group": (MenuAction.AGENT,),
    "message": (MenuAction.MESSAGE, MenuAction.DISPOSITION),
    "disposition": (MenuAction.DISPOSITION,),
    "callback_after_s": (MenuAction.DISPOSITION,),
}
"""The actions to which each field says something."""


def menu_problems(campaign: Campaign) -> Iterator[Problem]:
    """Everything that is wrong with the campaign's menu; nothing where it has none."""
    menu = campaign.menu
    if menu is None:
        return
    yield from _name_problems("menu.prompt", menu.prompt, "the recorded message that names the keys")
    yield from range_problems("menu.wait_s", menu.wait_s, *WAIT_S)
    yield from range_problems("menu.repeats_max", menu.repeats_max, 0, REPEATS_MAX)
    if not menu.keys:
        yield Problem("menu.keys", "names no key; without one there is nothing to press, and `message` is enough")
    for key, choice in menu.keys.items():
        if len(key) != 1 or key not in KEYS:
            yield Problem(f"menu.keys.{key[:20]}", f"{key[:20]!r} is not one key, 0 to 9, * or #")
        yield from _choice_problems(campaign, f"menu.keys.{key[:20]}", choice)
    for field, choice in (("menu.no_key", menu.no_key), ("menu.wrong_key", menu.wrong_key)):
        if choice.action is MenuAction.REPEAT:
            yield Problem(f"{field}.action", "is what is done after the last repeat; say how often with repeats_max")
        yield from _choice_problems(campaign, field, choice)
    yield from _opt_out_problems(campaign, menu)
    yield from _treatment_problems(campaign, menu)


def _choice_problems(campaign: Campaign, field: str, choice: MenuChoice) -> Iterator[Problem]:
    for name, actions in TAKEN_BY.items():
        if getattr(choice, name) and choice.action not in actions:
            yield Problem(f"{field}.{name}", f"says nothing to the action {choice.action}; leave it out")
    if choice.action is MenuAction.MESSAGE:
        yield from _name_problems(f"{field}.message", choice.message, "the recorded message that is played")
    elif len(choice.message) > NAME_LENGTH_MAX:
        yield Problem(f"{field}.message", f"has more than {NAME_LENGTH_MAX} characters")
    if len(choice.skill_group) > NAME_LENGTH_MAX:
        yield Problem(f"{field}.skill_group", f"has more than {NAME_LENGTH_MAX} characters")
    if choice.action is MenuAction.DISPOSITION:
        yield from _disposition_problems(campaign, field, choice)


def _disposition_problems(campaign: Campaign, field: str, choice: MenuChoice) -> Iterator[Problem]:
    meaning = meaning_of(campaign.dispositions, choice.disposition)
    if meaning is None:
        known = ", ".join(one.name for one in campaign.dispositions)
        yield Problem(f"{field}.disposition", f"there is no disposition {choice.disposition!r}; there are: {known}")
    if meaning is Meaning.CALLBACK:
        reason = "when the person is called again, from the key on"
        yield from range_problems(f"{field}.callback_after_s", choice.callback_after_s, *CALLBACK_AFTER_S, reason)
    elif choice.callback_after_s:
        yield Problem(f"{field}.callback_after_s", f"{choice.disposition!r} does not mean callback; leave it out")
    if meaning is Meaning.DO_NOT_CALL and choice.message:
        message = "a do-not-call request ends the call at once (47 CFR 64.1200(b)(3)); leave the message out"
        yield Problem(f"{field}.message", message)


def _opt_out_problems(campaign: Campaign, menu: Menu) -> Iterator[Problem]:
    choice = menu.keys.get(campaign.opt_out_digit)
    if choice is None:
        return
    if meaning_of(campaign.dispositions, choice.disposition) is not Meaning.DO_NOT_CALL:
        message = (
            "is the campaign's opt_out_digit, which the messages name; let it be a disposition that means do_not_call, "
            "take another key, or change opt_out_digit"
        )
        yield Problem(f"menu.keys.{campaign.opt_out_digit}", message)


def _treatment_problems(campaign: Campaign, menu: Menu) -> Iterator[Problem]:
    """Calls that may end at an agent are paced by the agents there are; those that may not need none."""
    if menu.leads_to_agents and campaign.treatment is Treatment.MESSAGE:
        message = "leads to agents, for whom an agentless campaign is not paced; set treatment to agent"
        yield Problem("menu", message)
    if not menu.leads_to_agents and campaign.treatment is Treatment.AGENT:
        yield Problem("menu", "leads to no agent, and this campaign waits for agents; set treatment to message")
    if menu.leads_to_agents and campaign.pacing.policy == "preview":
        yield Problem("menu", "has no use in preview dialing: the agent who dialed is on the line at the answer")


def _name_problems(field: str, text: str, what: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(field, f"must name {what}")
    elif len(text) > NAME_LENGTH_MAX:
        yield Problem(field, f"has {len(text)} characters, at most {NAME_LENGTH_MAX} are allowed")
