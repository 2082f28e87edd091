"""Ranks for the leads of campaigns whose order needs them: those that were there before it, and scored ones."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from campaigns.model import Campaign
from campaigns.service.errors import CampaignsError
from campaigns.store.ranking import rank_leads, shuffled_ranks
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder
from dialer.live.process import run_process
from dialer.live.rhythm import keep_doing

log = logging.getLogger(__name__)

EVERY_S = 5.0
SCORED_EVERY_S = 1800.0
"""Leads are scored anew so often: the hour of the day is one of the things that matter."""


class LiveRanking:
    """Sees to it that the leads of every campaign in an order by rank have their place.

    In random order new leads get it when they are added. Those that were there when the order was changed get it in a
    thread, some thousand at a time; until then they come after the others. In the order of scores all leads nobody has
    called are ranked again and again, in a process of its own.
    """

    def __init__(self, store: SqlStore, database_url: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._database_url = database_url
        self._clock = clock
        self._scored_at: dict[int, float] = {}
        """When the leads of each campaign in the order of scores were last ranked."""
        self._ranked: set[int] = set()
        """Campaigns all of whose leads have a place, as long as they keep their order."""
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep the rhythm."""
        self._working = asyncio.create_task(keep_doing("the ranking of leads", self._work, EVERY_S, 0.0))

    async def stop(self) -> None:
        """End; what is not done yet is done at the next start."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    def rank_once(self) -> None:
        """Give places to those that have none; a database that cannot be used is tried again soon."""
        try:
            for campaign in self._waiting(self._store.campaigns()):
                count = rank_leads(self._store.database, campaign.campaign_id, shuffled_ranks, is_anew=True)
                self._ranked.add(campaign.campaign_id)
                if count:
                    log.info("%d leads of campaign %d have their place in random order", count, campaign.campaign_id)
        except CampaignsError as error:
            log.warning("leads could not be put in random order yet: %s", error)

    def _waiting(self, campaigns: Sequence[Campaign]) -> list[Campaign]:
        random = [one for one in campaigns if one.lead_order is LeadOrder.RANDOM]
        self._ranked &= {one.campaign_id for one in random}
        return [one for one in random if one.campaign_id not in self._ranked]

    async def score_once(self) -> None:
        """Rank the leads of campaigns in the order of scores, where that was not done lately."""
        try:
            campaigns = await asyncio.to_thread(self._store.campaigns)
        except CampaignsError as error:
            log.warning("leads could not be scored yet: %s", error)
            return
        wanted = [one.campaign_id for one in campaigns if one.lead_order is LeadOrder.SCORE]
        self._scored_at = {one: at for one, at in self._scored_at.items() if one in wanted}
        for campaign_id in wanted:
            if self._clock() - self._scored_at.get(campaign_id, -SCORED_EVERY_S) >= SCORED_EVERY_S:
                self._scored_at[campaign_id] = self._clock()
                status = await run_process("dialer.live.lead_scoring", (str(campaign_id),), self._database_url)
                if status != 0:
                    log.warning("the process that scores the leads of campaign %d ended with %d", campaign_id, status)

    async def _work(self) -> None:
        await asyncio.to_thread(self.rank_once)
        await self.score_once()
