"""Caller IDs before the store: which go with a campaign's task, and whether an attempt may show its own."""

from collections.abc import Iterable

from msgspec.structs import replace

from campaigns.caller_ids import CallerId, CallerIdChoice
from campaigns.model import Attempt, Campaign, CampaignTask
from campaigns.ports import LeadList
from campaigns.rules.caller_ids import calls_left, of_pool


def may_show(campaign: Campaign, attempt: Attempt, registered: CallerId | None) -> bool:
    """Whether an attempt that is about to be written may show its number: the last word on caps and rests.

    Args:
        campaign: of the attempt.
        attempt: with the number that the engine has chosen.
        registered: that number, None where the tenant has not registered it.
    """
    pool = campaign.caller_ids
    if pool.choice is CallerIdChoice.FIXED:
        return True
    if registered is None or not of_pool(pool, attempt.caller_id):
        return False
    return calls_left(registered.use, pool, attempt.placed_at) >= 1


def with_pool(task: CampaignTask, registered: Iterable[CallerId], lists: Iterable[LeadList]) -> CampaignTask:
    """A campaign's task with the numbers of its pool."""
    pool = task.campaign.caller_ids
    if pool.choice is CallerIdChoice.FIXED:
        return task
    found = tuple(one for one in registered if of_pool(pool, one.number))
    numbers = {one.number for one in found}
    named = {one.list_id: pool.by_list[one.name] for one in lists if one.name in pool.by_list}
    by_list = {list_id: number for list_id, number in named.items() if number in numbers}
    return replace(task, caller_ids=found, caller_id_by_list=by_list)
