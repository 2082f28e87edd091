"""Lead orders other than the usual one, and list mix, in memory: all due leads are looked through."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from campaigns.model import Campaign, Lead, LeadStatus
from campaigns.rules.mixing import interleaved, moved, quotas
from campaigns.rules.shuffling import shuffled_rank
from campaigns.store.memory_leads import LeadSlot
from campaigns.store.ranking import Rank
from campaigns.terms import LeadOrder

Take = Callable[[Iterator[LeadSlot], int], list[Lead]]


def is_usual(campaign: Campaign) -> bool:
    """Whether leads come in the order in which the heaps have them."""
    return campaign.lead_order is LeadOrder.LONGEST_WAITING and not campaign.list_weights


def in_order(campaign: Campaign, due: Sequence[LeadSlot]) -> list[LeadSlot]:
    """Due leads in the campaign's order."""

    def key(slot: LeadSlot) -> tuple[float, ...]:
        lead = slot.lead
        was_tried = lead.not_before > 0.0
        place = (lead.not_before, lead.lead_id)
        match campaign.lead_order:
            case LeadOrder.NEWEST if not was_tried:
                place = (lead.not_before, -lead.lead_id)
            case LeadOrder.RANDOM if not was_tried:
                place = (shuffled_rank(lead.lead_id), lead.lead_id)
            case LeadOrder.SCORE if not was_tried:
                # A lead without a rank comes after those that have one.
                place = (math.inf if slot.rank is None else slot.rank, lead.lead_id)
            case LeadOrder.FEWEST_ATTEMPTS:
                return -lead.priority, was_tried, lead.attempts_made, *place
        return -lead.priority, was_tried, *place

    return sorted(due, key=key)


def rank_leads(slots: Iterable[LeadSlot], rank: Rank, *, is_anew: bool = False) -> int:
    """Give ranks to leads that have never been tried; returns how many were given another: `ranking.rank_leads`."""
    untried = {
        slot.lead.lead_id: slot
        for slot in slots
        if slot.lead.not_before == 0.0 and slot.lead.status is not LeadStatus.CLOSED and (is_anew or slot.rank is None)
    }
    found = rank([slot.lead for slot in untried.values()])
    changed = {lead_id: place for lead_id, place in found.items() if untried[lead_id].rank != place}
    for lead_id, place in changed.items():
        untried[lead_id].rank = place
    return len(changed)


def take_mixed(
    campaign: Campaign,
    names: dict[int, str],
    turns: dict[int, float],
    due: Sequence[LeadSlot],
    count: int,
    take: Take,
) -> list[Lead]:
    """Take leads of several lists by their weights; `turns` is written anew."""
    of_list: defaultdict[int, list[LeadSlot]] = defaultdict(list)
    for slot in due:
        of_list[slot.lead.list_id].append(slot)
    weights = {list_id: campaign.list_weights.get(names.get(list_id, ""), 1.0) for list_id in sorted(of_list)}
    weights = {list_id: weight for list_id, weight in weights.items() if weight > 0}
    waiting = {list_id: iter(of_list[list_id]) for list_id in weights}
    given = dict.fromkeys(weights, 0)
    found: dict[int, list[Lead]] = {list_id: [] for list_id in weights}
    giving, missing = dict(weights), count
    while giving and missing > 0:
        for list_id, quota in quotas(missing, giving, moved(given, weights, turns)).items():
            leads = take(waiting[list_id], quota) if quota else []
            found[list_id] += leads
            given[list_id] += len(leads)
            if len(leads) < quota:
                del giving[list_id]
        missing = count - sum(given.values())
    after = moved(given, weights, turns)
    turns.update(after)
    return interleaved(found, weights)
