from dialer.model import CampaignView


def campaign_view(campaign_id: int, tenant_id: int) -> CampaignView:
    """A campaign that is doing nothing."""
    return CampaignView(
        campaign_id=campaign_id,
        name="spring",
        status="running",
        policy="progressive",
        hopper=0,
        recording=0,
        placed=0,
        ringing=0,
        queued=0,
        bridged=0,
        attempts=0,
        outcomes={},
        answered=0,
        abandoned=0,
        abandon_rate=None,
        abandon_rate_max=0.03,
        decision="",
        tenant_id=tenant_id,
    )
