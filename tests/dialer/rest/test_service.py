import pytest

from dialer.messages import CampaignChanged, Event
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_announcing_tells_the_engine_what_the_store_holds(bench: Bench) -> None:
    posted: list[Event] = []
    bench.live.runner.post = posted.append  # type: ignore[method-assign]
    campaign_id = await bench.add_campaign(leads=3)
    posted.clear()
    await bench.live.service().announce(campaign_id)
    (event,) = posted
    assert isinstance(event, CampaignChanged)
    assert (event.task.campaign.campaign_id, event.task.campaign.status) == (campaign_id, "draft")
    del bench.live.runner.post
