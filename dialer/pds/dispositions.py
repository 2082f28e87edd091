"""Whether what an agent says of a call can be: a disposition that the campaign has, and a time for a callback."""

from campaigns.dispositions import Callback, Meaning, meaning_of
from campaigns.model import Campaign
from dialer.messages import DispositionSet

CALLBACK_LATE_S_MAX = 60.0
"""A callback may begin so long before it is asked for: somebody had to type it."""
CALLBACK_AHEAD_S_MAX = 366 * 86400.0


def disposition_error(campaign: Campaign, said: DispositionSet, now: float) -> str:
    """What is wrong with a disposition and what would be right; empty where nothing is."""
    meaning = meaning_of(campaign.dispositions, said.disposition)
    if meaning is None:
        known = ", ".join(one.name for one in campaign.dispositions)
        return f"there is no disposition {said.disposition!r}; those of campaign {campaign.name!r} are: {known}"
    if meaning is Meaning.CALLBACK:
        return _callback_error(said.callback, now)
    if said.callback is not None:
        return f"disposition {said.disposition!r} means {meaning}, so it takes no callback; leave the callback out"
    return ""


def _callback_error(callback: Callback | None, now: float) -> str:
    if callback is None:
        return "a callback needs its time; say when it starts, Unix seconds"
    # Written so that NaN, which compares false to everything, is refused.
    if not callback.starts_at >= now - CALLBACK_LATE_S_MAX:
        return f"the callback would start {now - callback.starts_at:.0f} s ago; name a time to come"
    if not callback.starts_at <= now + CALLBACK_AHEAD_S_MAX:
        return "the callback would start more than a year from now; name an earlier time"
    if not callback.starts_at < callback.ends_at <= callback.starts_at + CALLBACK_AHEAD_S_MAX:
        return "the callback's window must end after it starts, within a year"
    return ""
