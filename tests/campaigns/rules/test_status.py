import pytest

from campaigns.model import CampaignStatus
from campaigns.rules.status import TRANSITIONS, may_become


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(CampaignStatus)


@pytest.mark.parametrize("status", CampaignStatus)
def test_to_stay_is_always_allowed_and_nothing_goes_back_to_draft(status: CampaignStatus) -> None:
    assert may_become(status, status)
    assert may_become(status, CampaignStatus.DRAFT) is (status is CampaignStatus.DRAFT)


def test_only_what_runs_or_pauses_can_be_stopped() -> None:
    assert may_become(CampaignStatus.RUNNING, CampaignStatus.STOPPED)
    assert may_become(CampaignStatus.PAUSED, CampaignStatus.STOPPED)
    assert not may_become(CampaignStatus.DRAFT, CampaignStatus.STOPPED)
    assert not may_become(CampaignStatus.STOPPED, CampaignStatus.PAUSED)
