"""Use cases: register the numbers of one's own that calls may show, and take them off again."""

from collections.abc import Sequence

from campaigns.model import CampaignStatus
from campaigns.ports import CampaignStore
from campaigns.rules.caller_ids import NUMBERS_MAX
from campaigns.rules.compliance import Problem
from campaigns.rules.settings import is_e164
from campaigns.service.errors import CallerIdInUseError, InvalidSettingsError


def add_caller_ids(store: CampaignStore, numbers: Sequence[str], label: str, now: float, tenant_id: int = 1) -> int:
    """Register numbers as a tenant's own; returns how many were new. Those there already get the label.

    Raises:
        InvalidSettingsError: names the entry that is no E.164 number, or says that there are too many.
    """
    found = [
        Problem(f"numbers.{index}", f"{number!r} is not an E.164 number such as +12025550123")
        for index, number in enumerate(numbers)
        if not is_e164(number)
    ]
    known = {one.number for one in store.caller_ids(tenant_id)}
    if len(known.union(numbers)) > NUMBERS_MAX:
        found.append(Problem("numbers", f"there would be more than {NUMBERS_MAX}"))
    if found:
        raise InvalidSettingsError(found)
    return store.add_caller_ids(numbers, label, now, tenant_id)


def remove_caller_id(store: CampaignStore, number: str, tenant_id: int = 1) -> None:
    """Take a number off the register: no pool shows it any more, from the next call on.

    Raises:
        CallerIdNotFoundError: it is not on it.
        CallerIdInUseError: a campaign that is not stopped shows it by name, and would be left without a number.
    """
    for campaign in store.campaigns(tenant_id=tenant_id):
        by_name = (campaign.caller_id, *campaign.caller_ids.by_list.values())
        if campaign.status is not CampaignStatus.STOPPED and number in by_name:
            raise CallerIdInUseError(number, campaign.campaign_id)
    store.remove_caller_id(number, tenant_id)
