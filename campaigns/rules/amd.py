"""Whether a campaign's answering-machine detection leaves the time that the law gives an agent."""

from collections.abc import Iterator

from campaigns.model import Campaign
from campaigns.rules.compliance import Problem, range_problems
from campaigns.terms import OnMachine

AGENT_S_MIN = 0.2
"""What must be left of the answer limit when AMD has spoken: the agent who is free is connected in it."""
SECONDS = {
    "total_s": (0.3, 10.0),
    "initial_silence_s": (0.1, 10.0),
    "greeting_s": (0.1, 10.0),
    "after_greeting_silence_s": (0.1, 10.0),
    "word_s_min": (0.02, 1.0),
    "word_s_max": (0.1, 10.0),
    "between_words_silence_s": (0.02, 1.0),
}


def amd_problems(campaign: Campaign) -> Iterator[Problem]:
    """Everything that is wrong with the AMD settings."""
    amd = campaign.amd
    for field, (low, high) in SECONDS.items():
        yield from range_problems(f"amd.{field}", getattr(amd, field), low, high)
    yield from range_problems("amd.words_max", amd.words_max, 1, 50)
    yield from range_problems("amd.machine_confidence_min", amd.machine_confidence_min, 0.5, 1.0)
    yield from range_problems("amd.silence_level", amd.silence_level, 0.0, 32767.0)
    if amd.enabled and amd.total_s + AGENT_S_MIN > campaign.answer_limit_s:
        most_s = campaign.answer_limit_s - AGENT_S_MIN
        yield Problem(
            "amd.total_s",
            f"is {amd.total_s:g}: a person must be with an agent {campaign.answer_limit_s:g} s after the answer "
            f"(answer_limit_s; 16 CFR 310.4(b)(1)(iv)), and AMD listens in that time; it must be at most {most_s:.3g}, "
            f"which leaves {AGENT_S_MIN:g} s to connect the agent",
        )
    if amd.on_machine is OnMachine.LEAVE_MESSAGE and not amd.machine_message.strip():
        yield Problem("amd.machine_message", "must name the recorded message that is left on machines")
