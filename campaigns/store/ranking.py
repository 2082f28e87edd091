"""Ranks of leads that no one has called yet, for orders that need one: some thousand at a time, while others work."""

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from campaigns.model import Lead, LeadStatus
from campaigns.rules.shuffling import shuffled_rank
from campaigns.store.database import Database
from campaigns.store.rows import LEAD_COLUMNS, to_lead
from campaigns.store.schema import leads

CHUNK = 2000

Rank = Callable[[Sequence[Lead]], Mapping[int, int]]
"""The ranks of some leads by id, the lowest called first; a lead that is left out keeps the one it has."""

_RANK = leads.update().where(leads.c.lead_id == sa.bindparam("key")).values(rank=sa.bindparam("place"))


def shuffled_ranks(some: Sequence[Lead]) -> dict[int, int]:
    """The ranks of leads in random order."""
    return {lead.lead_id: shuffled_rank(lead.lead_id) for lead in some}


def rank_leads(database: Database, campaign_id: int, rank: Rank, *, is_anew: bool = False) -> int:
    """Give ranks to the leads of a campaign that have never been tried; returns how many were given another.

    May be interrupted and done again. A lead without one comes after those that have one.

    Args:
        database: where they are.
        campaign_id: whose leads.
        rank: what their ranks are.
        is_anew: also of those that have a rank.
    """
    changed = after = 0
    while True:
        ranks, last = _read(database, campaign_id, after, rank, is_anew)
        if ranks:
            with database.writing() as connection:
                connection.execute(
                    _RANK, [{"key": lead_id, "place": place} for lead_id, place in sorted(ranks.items())]
                )
            changed += len(ranks)
        if last is None:
            return changed
        after = last


def _read(
    database: Database, campaign_id: int, after: int, rank: Rank, is_anew: bool
) -> tuple[dict[int, int], int | None]:
    """New ranks of the next leads, and the last of them; None at the end."""
    of_campaign = (leads.c.campaign_id == campaign_id, leads.c.lead_id > after)
    wanted = sa.select(*LEAD_COLUMNS, leads.c.rank).where(*of_campaign).order_by(leads.c.lead_id).limit(CHUNK)
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    untried = {
        row.lead_id: row
        for row in rows
        if row.not_before == 0.0 and row.status != LeadStatus.CLOSED and (is_anew or row.rank is None)
    }
    found = rank([to_lead(row) for row in untried.values()])
    ranks = {lead_id: place for lead_id, place in found.items() if untried[lead_id].rank != place}
    return ranks, rows[-1].lead_id if len(rows) == CHUNK else None
