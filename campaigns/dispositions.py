"""What agents may say came of a call, what that means for the lead, and appointments to call again."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Meaning(StrEnum):
    """What becomes of a lead when an agent has said so; campaigns name their dispositions as they like."""

    HUMAN = "human"
    """A person was talked to: the lead moves on by the retry rule of the call's outcome."""
    SALE = "sale"
    """What was wanted: the lead is closed."""
    REFUSAL = "refusal"
    """The person does not want it: the lead is closed, and rules of quiet after a refusal begin."""
    DO_NOT_CALL = "do_not_call"
    """The person asks not to be called: the number goes on the tenant's do-not-call list, the lead is closed."""
    CALLBACK = "callback"
    """The person is called again at the time agreed."""
    WRONG_NUMBER = "wrong_number"
    """Somebody else has this number: it is taken from the lead, whose next number is tried."""
    MACHINE = "machine"
    """No person after all: the lead moves on by the retry rule for machines."""


class Disposition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word that agents may choose."""

    name: str
    """What is stored: letters, digits, `_`, `-`."""
    label: str = ""
    """What the agent reads; empty means the name."""
    meaning: Meaning


DEFAULT_DISPOSITIONS = (
    Disposition(name="talked", label="Talked to", meaning=Meaning.HUMAN),
    Disposition(name="sale", label="Sale", meaning=Meaning.SALE),
    Disposition(name="refusal", label="Not interested", meaning=Meaning.REFUSAL),
    Disposition(name="do_not_call", label="Asks not to be called", meaning=Meaning.DO_NOT_CALL),
    Disposition(name="callback", label="Call again", meaning=Meaning.CALLBACK),
    Disposition(name="wrong_number", label="Wrong number", meaning=Meaning.WRONG_NUMBER),
    Disposition(name="machine", label="Answering machine", meaning=Meaning.MACHINE),
)


def meaning_of(dispositions: Iterable[Disposition], name: str) -> Meaning | None:
    """What a disposition means in a campaign; None for one that it does not have."""
    return next((one.meaning for one in dispositions if one.name == name), None)


class Callback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An appointment to call a person again."""

    starts_at: float
    """Unix seconds; not called before."""
    ends_at: float
    """Until then only the agent named calls; afterwards anybody may."""
    agent_id: str = ""
    """Who is to call; empty for anybody."""
