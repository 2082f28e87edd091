from campaigns.skips import Skip, SkipFilter
from campaigns.store.memory_skips import MemorySkips


def test_only_the_tenants_own_are_listed() -> None:
    kept = MemorySkips()
    kept.record(
        [
            Skip(campaign_id=one, lead_id=one, number="", agent_id="a", skipped_at=1.0, looked_s=0.0, reason="x")
            for one in (1, 2)
        ]
    )
    page = kept.page(lambda campaign_id: campaign_id * 10, SkipFilter(tenant_id=20))
    assert [one.lead_id for one in page.items] == [2]
