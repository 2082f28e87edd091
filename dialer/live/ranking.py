"""Ranks for leads that were there before their campaign took an order that needs them."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from campaigns.model import Campaign
from campaigns.service.errors import CampaignsError
from campaigns.store.ranking import rank_leads, shuffled_ranks
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder

log = logging.getLogger(__name__)

EVERY_S = 5.0


class LiveRanking:
    """Sees to it that the leads of every campaign in random order have their place.

    New leads get it when they are added. Those that were there when the order was changed get it in a thread, some
    thousand at a time; until then they come after the others.
    """

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._ranked: set[int] = set()
        """Campaigns all of whose leads have a place, as long as they keep their order."""
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep the rhythm."""
        self._working = asyncio.create_task(self._work())

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
                count = rank_leads(self._store.database, campaign.campaign_id, shuffled_ranks)
                self._ranked.add(campaign.campaign_id)
                if count:
                    log.info("%d leads of campaign %d have their place in random order", count, campaign.campaign_id)
        except CampaignsError as error:
            log.warning("leads could not be put in random order yet: %s", error)

    def _waiting(self, campaigns: Sequence[Campaign]) -> list[Campaign]:
        random = [one for one in campaigns if one.lead_order is LeadOrder.RANDOM]
        self._ranked &= {one.campaign_id for one in random}
        return [one for one in random if one.campaign_id not in self._ranked]

    async def _work(self) -> None:
        while True:
            await asyncio.to_thread(self.rank_once)
            await asyncio.sleep(EVERY_S)
