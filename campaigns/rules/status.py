"""Which status a campaign may go to from which."""

from campaigns.model import CampaignStatus

TRANSITIONS: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.RUNNING}),
    CampaignStatus.RUNNING: frozenset({CampaignStatus.PAUSED, CampaignStatus.STOPPED}),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.RUNNING, CampaignStatus.STOPPED}),
    CampaignStatus.STOPPED: frozenset({CampaignStatus.RUNNING}),
}
"""A stopped campaign may run again; what was tried stays tried."""


def may_become(status: CampaignStatus, wanted: CampaignStatus) -> bool:
    """Say whether a campaign may go from `status` to `wanted`; to stay as it is is always allowed."""
    return wanted is status or wanted in TRANSITIONS[status]
