"""Dial treatment: what is done with a call at its answer, at AMD's verdict and when no agent came in time."""

from enum import StrEnum

from msgspec.structs import replace

from campaigns.menus import Menu
from campaigns.model import Campaign, Outcome, Treatment
from campaigns.terms import AmdSettings, OnMachine
from dialer.model import AmdResult, EngineSettings


class Step(StrEnum):
    """What to do with an answered call next."""

    DETECT = "detect"
    """Let AMD listen before anything else."""
    AGENT = "agent"
    """Put the person through to an agent, or into the queue."""
    MESSAGE = "message"
    """Play the campaign's message."""
    MENU = "menu"
    """Play the campaign's menu, and do what the person's key says."""
    LEAVE_MESSAGE = "leave message"
    """Play the campaign's message for machines, after the beep."""
    HANG_UP = "hang up"
    """End it: nobody is there to talk to."""


VERDICT_S_MAX = 0.1
"""A verdict is that long on its way at most: audio is counted from its first packet, the limits from the answer."""

BUILT_IN, WITH_KEY = "safe-harbour", {"9": "safe-harbour-press-9"}
"""The built-in safe-harbour message, and those that name an opt-out key as well."""

NOBODY_THERE = {
    AmdResult.MACHINE: Outcome.MACHINE,
    # There is nobody to talk to at a fax's number, ever: it is given up as one that does not exist.
    AmdResult.FAX: Outcome.INVALID_NUMBER,
    AmdResult.BUSY: Outcome.BUSY,
    AmdResult.OUT_OF_SERVICE: Outcome.INVALID_NUMBER,
    AmdResult.NO_CIRCUIT: Outcome.CONGESTION,
}
"""Verdicts after which the call has no person, and its outcome then."""


def amd_of(campaign: Campaign, settings: EngineSettings) -> AmdSettings | None:
    """How AMD listens to a campaign's answers; None where it does not. The campaign's own settings go first."""
    if campaign.amd.enabled:
        return campaign.amd
    if not settings.amd:
        return None
    return replace(campaign.amd, enabled=True, total_s=max(VERDICT_S_MAX, settings.amd_s_max - VERDICT_S_MAX))


def on_answer(campaign: Campaign, amd: bool) -> Step:
    """The first step after the far end has answered."""
    return Step.DETECT if amd else on_person(campaign)


def on_verdict(campaign: Campaign, result: AmdResult) -> Step:
    """The step after AMD's verdict; in doubt it is a person, as a person must not hear silence."""
    if result is AmdResult.MACHINE and campaign.amd.on_machine is OnMachine.LEAVE_MESSAGE:
        return Step.LEAVE_MESSAGE
    return Step.HANG_UP if result in NOBODY_THERE else on_person(campaign)


def on_person(campaign: Campaign) -> Step:
    """The step for an answer known, or taken, to be a person's."""
    if campaign.menu is not None:
        return Step.MENU
    return Step.MESSAGE if campaign.treatment is Treatment.MESSAGE else Step.AGENT


def message_of(campaign: Campaign) -> str:
    """The recorded message that a person hears.

    The built-in one names the opt-out key where the campaign has that key: some countries require it (47 CFR
    64.1200(a)(7)(i)(B)), and nowhere is it wrong to offer what works.
    """
    return WITH_KEY.get(campaign.opt_out_digit, BUILT_IN) if campaign.message == BUILT_IN else campaign.message


def message_outcome(campaign: Campaign) -> Outcome:
    """The outcome of a call to which the campaign's message is played.

    In an agentless campaign that is what was meant to happen; elsewhere it is the safe-harbour message of a person for
    whom no agent was free (16 CFR 310.4(b)(4)(iii)).
    """
    return Outcome.MESSAGE_PLAYED if campaign.treatment is Treatment.MESSAGE else Outcome.ABANDONED


def menu_outcome(menu: Menu) -> Outcome:
    """The outcome of a call that ends in a menu, or with what a key in it did: but for an agent, whom nobody missed.

    Where no key leads to agents, the menu is the message that was meant to be heard.
    """
    return Outcome.MENU_ENDED if menu.leads_to_agents else Outcome.MESSAGE_PLAYED
