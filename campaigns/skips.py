"""Skips: leads that an agent looked at in a preview campaign and did not call, and why."""

from collections.abc import Sequence

import msgspec

NOTE_LENGTH_MAX = 500
"""Characters of what an agent may say in their own words."""
RAN_OUT = "ran_out"
"""The reason of a skip that nobody asked for: the lead was looked at for as long as it might be."""


class SkipReason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reason that agents may choose."""

    name: str
    """What is stored: letters, digits, `_`, `-`."""
    label: str = ""
    """What the agent reads; empty means the name."""
    needs_note: bool = False
    """Whether it says too little without words of the agent's own."""


DEFAULT_SKIP_REASONS = (
    SkipReason(name="bad_time", label="Not a good time to call"),
    SkipReason(name="in_contact", label="We are in contact already"),
    SkipReason(name="not_suited", label="Not suited to this campaign"),
    SkipReason(name="wrong_details", label="Name, number or details are wrong"),
    SkipReason(name="other", label="Another reason", needs_note=True),
)


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """A lead that an agent had in hand and did not call."""

    campaign_id: int
    lead_id: int
    number: str
    """That would have been called, E.164."""
    agent_id: str
    skipped_at: float
    """Unix seconds; with the lead, what tells one skip from all others."""
    looked_s: float
    """How long the agent had looked at the lead."""
    reason: str
    """A name of the campaign's `skip_reasons`, `ran_out`, or empty where the agent used their own words alone."""
    note: str = ""
    """What the agent said in their own words."""


class SkipFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which skips a listing wants, newest first."""

    tenant_id: int | None = None
    campaign_id: int | None = None
    lead_id: int | None = None
    agent_id: str | None = None
    reason: str | None = None
    since: float | None = None
    """Unix seconds; skipped at or after."""
    until: float | None = None
    """Unix seconds; skipped before."""
    limit: int = 100
    cursor: str | None = None


class SkipTally(msgspec.Struct, frozen=True, kw_only=True):
    """Skips of one agent in one campaign for one reason."""

    campaign_id: int
    agent_id: str
    reason: str
    skips: int
    looked_s: float
    """Over all of them."""


def skip_problem(reasons: Sequence[SkipReason], reason: str, note: str) -> tuple[str, str] | None:
    """What is wrong with the reason of a skip: the field, and what would be right; None where nothing is.

    Args:
        reasons: the campaign's; where it has none, nothing has to be said.
        reason: the name of one of them, or empty.
        note: in the agent's own words.
    """
    names = ", ".join(one.name for one in reasons) or "none"
    if len(note) > NOTE_LENGTH_MAX:
        return "note", f"has {len(note)} characters, at most {NOTE_LENGTH_MAX} are allowed"
    found = next((one for one in reasons if one.name == reason), None)
    if reason and found is None:
        return "reason", f"there is no {reason!r} among the campaign's reasons, which are: {names}; or say it in a note"
    if found is not None and found.needs_note and not note.strip():
        return "note", f"say in a few words why: {reason!r} alone tells nobody"
    if reasons and not reason and not note.strip():
        return "reason", f"say why the lead is skipped, with one of: {names}; or in your own words in a note"
    return None
