"""Dial treatment: what is done with a call at its answer, at AMD's verdict and when no agent came in time."""

from enum import StrEnum

from campaigns.model import Campaign, Outcome, Treatment
from dialer.model import AmdResult


class Step(StrEnum):
    """What to do with an answered call next."""

    DETECT = "detect"
    """Let AMD listen before anything else."""
    AGENT = "agent"
    """Put the person through to an agent, or into the queue."""
    MESSAGE = "message"
    """Play the campaign's message."""
    HANG_UP = "hang up"
    """End it: nobody is there to talk to."""


def on_answer(campaign: Campaign, amd: bool) -> Step:
    """The first step after the far end has answered."""
    return Step.DETECT if amd else on_person(campaign)


def on_verdict(campaign: Campaign, result: AmdResult) -> Step:
    """The step after AMD's verdict; in doubt it is a person, as a person must not hear silence."""
    return Step.HANG_UP if result is AmdResult.MACHINE else on_person(campaign)


def on_person(campaign: Campaign) -> Step:
    """The step for an answer known, or taken, to be a person's."""
    return Step.MESSAGE if campaign.treatment is Treatment.MESSAGE else Step.AGENT


def message_outcome(campaign: Campaign) -> Outcome:
    """The outcome of a call to which the campaign's message is played.

    In an agentless campaign that is what was meant to happen; elsewhere it is the safe-harbour message of a person for
    whom no agent was free (16 CFR 310.4(b)(4)(iii)).
    """
    return Outcome.MESSAGE_PLAYED if campaign.treatment is Treatment.MESSAGE else Outcome.ABANDONED
