"""Leads nobody has called yet in the order of their chance of an answer, learned from the campaign's first attempts.

Run by the service in a process of its own (`LiveRanking`), so that neither learning nor a million chances slow a call
down. The model is the one that scores leads as they are dialed (`dialer.pds.scores`).
"""

import os
import sys
import time
from collections.abc import Sequence

import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import ANSWERED_BY_PERSON, Campaign, Lead, Outcome
from campaigns.store.database import Database
from campaigns.store.opening import open_store
from campaigns.store.ranking import Rank, rank_leads
from campaigns.store.rows import LEAD_COLUMNS, to_lead
from campaigns.store.schema import attempts, leads
from campaigns.store.sql import SqlStore
from dialer.live.process import URL_VARIABLE
from dialer.pds.history import NumberHistory
from dialer.pds.scores import lead_features
from pacing.answer_model import AnswerModel

LEARNED_MAX = 20_000
"""First attempts that are learned from, the latest ones."""
PLACES = 100
"""Leads are ranked by whole percents: a chance that moves by less writes nothing."""
UNTOLD = frozenset({Outcome.CANCELLED, Outcome.REFUSED, Outcome.INTERRUPTED, Outcome.CONGESTION})
"""Outcomes that say nothing of whether the person would have answered."""
NOTHING_TRIED = NumberHistory()


def learned(database: Database, campaign: Campaign) -> AnswerModel:
    """The answer model of a campaign's latest first attempts, told in the order in which they were placed."""
    told = [one.value for one in Outcome if one not in UNTOLD]
    wanted = (
        sa.select(*LEAD_COLUMNS, attempts.c.placed_at, attempts.c.outcome, attempts.c.number.label("called"))
        .join(leads, leads.c.lead_id == attempts.c.lead_id)
        .where(
            attempts.c.campaign_id == campaign.campaign_id,
            attempts.c.attempt_number == 1,
            attempts.c.outcome.in_(told),
        )
        .order_by(attempts.c.placed_at.desc())
        .limit(LEARNED_MAX)
    )
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    model = AnswerModel()
    for row in reversed(rows):
        lead = replace(to_lead(row), number=row.called, attempts_made=0)
        features = lead_features(campaign, lead, NOTHING_TRIED, row.placed_at)
        model.update(features, Outcome(row.outcome) in ANSWERED_BY_PERSON, row.placed_at)
    return model


def scored_ranks(model: AnswerModel, campaign: Campaign, now: float) -> Rank:
    """Ranks by the chance of an answer now, the best first; none while the model is no better than the answer rate."""

    def rank(some: Sequence[Lead]) -> dict[int, int]:
        chances = ((lead, model.probability(lead_features(campaign, lead, NOTHING_TRIED, now), now)) for lead in some)
        return {lead.lead_id: round(PLACES * (1.0 - chance)) for lead, chance in chances if chance is not None}

    return rank


def rank_by_score(store: SqlStore, campaign_id: int, now: float) -> int:
    """Rank a campaign's leads anew; returns how many were given another place.

    Args:
        store: where they are.
        campaign_id: whose leads.
        now: Unix seconds; the hour they are called at matters.
    """
    campaign = store.campaign(campaign_id)
    model = learned(store.database, campaign)
    if not model.is_trusted:
        return 0
    return rank_leads(store.database, campaign_id, scored_ranks(model, campaign, now), is_anew=True)


def main(arguments: list[str]) -> None:
    """Rank the leads of one campaign, by its id."""
    store = open_store(os.environ[URL_VARIABLE])
    try:
        rank_by_score(store, int(arguments[0]), time.time())
    finally:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
