"""Whose thing a path names: another tenant's is not there, 404, before its route is asked.

Every path parameter of every route has a line here; a route with another is open to nobody, and a test fails for it.
"""

from collections.abc import Callable

from campaigns.ports import CampaignStore
from campaigns.service.errors import (
    AttemptNotFoundError,
    CallerIdNotFoundError,
    CampaignNotFoundError,
    ImportNotFoundError,
    LeadNotFoundError,
    NotFoundError,
)
from campaigns.store.listing import split_attempt_id
from dialer.access.errors import AccountNotFoundError
from dialer.access.model import DEFAULT_TENANT, DEFAULT_TENANT_ID, Caller
from dialer.rest.service import Service

ID_MAX = 2**63 - 1
"""The largest id that a database can hold."""


def _campaign(service: Service, caller: Caller, value: str) -> None:
    campaign_id = _number(value)
    if campaign_id is not None:
        refuse_foreign_campaign(service.store, caller, campaign_id)


def _lead(service: Service, caller: Caller, value: str) -> None:
    lead_id = _number(value)
    if lead_id is not None:
        refuse_foreign_lead(service.store, caller, lead_id)


def _attempt(service: Service, caller: Caller, value: str) -> None:
    try:
        refuse_foreign_lead(service.store, caller, split_attempt_id(value)[0])
    except NotFoundError:
        raise AttemptNotFoundError(value) from None


def _national_list(_service: Service, caller: Caller, value: str) -> None:
    # A copy of a national register holds for every tenant, so one tenant looks after it.
    if caller.tenant_id != DEFAULT_TENANT_ID:
        raise NotFoundError(f"there is no list {value!r}; national lists are loaded by the tenant {DEFAULT_TENANT}")


def _import(service: Service, caller: Caller, value: str) -> None:
    import_id = _number(value)
    if import_id is not None:
        try:
            refuse_foreign_campaign(service.store, caller, service.store.lead_import(import_id).campaign_id)
        except CampaignNotFoundError:
            raise ImportNotFoundError(import_id) from None


def _agent(service: Service, caller: Caller, value: str) -> None:
    # Where there are accounts an agent has one; on a machine without, any name will do.
    if caller.account_id is not None and service.access.account_with_hash(caller.tenant_id, value) is None:
        raise AccountNotFoundError(f"there is no agent {value!r}; an agent has an account with that login")


def _account(service: Service, caller: Caller, value: str) -> None:
    account_id = _number(value)
    if account_id is not None:
        service.access.account(caller.tenant_id, account_id)


def _webhook(service: Service, caller: Caller, value: str) -> None:
    webhook_id = _number(value)
    if webhook_id is not None:
        service.webhooks.webhook(caller.tenant_id, webhook_id)


def _caller_id(service: Service, caller: Caller, value: str) -> None:
    if value not in {one.number for one in service.store.caller_ids(caller.tenant_id)}:
        raise CallerIdNotFoundError(value)


def _asked_with_the_tenant(service: Service, caller: Caller, value: str) -> None:
    """The route's own query names the tenant."""


OWNERS: dict[str, Callable[[Service, Caller, str], None]] = {
    "campaign_id": _campaign,
    "lead_id": _lead,
    "attempt_id": _attempt,
    "name": _national_list,
    "import_id": _import,
    "agent_id": _agent,
    "account_id": _account,
    "webhook_id": _webhook,
    "caller_id": _caller_id,
    "token_id": _asked_with_the_tenant,
    "recording_id": _asked_with_the_tenant,
}


def refuse_foreign(service: Service, caller: Caller, path_params: dict[str, str]) -> None:
    """See that everything a path names is the caller's tenant's; called in a worker thread.

    Raises:
        NotFoundError: it is not, or not there at all; which of the two is not said.
    """
    for name, value in path_params.items():
        OWNERS[name](service, caller, value)


def refuse_foreign_campaign(store: CampaignStore, caller: Caller, campaign_id: int) -> None:
    """See that a campaign is the caller's tenant's.

    Raises:
        CampaignNotFoundError: it is not, or not there.
    """
    if store.campaign(campaign_id).tenant_id != caller.tenant_id:
        raise CampaignNotFoundError(campaign_id)


def refuse_foreign_lead(store: CampaignStore, caller: Caller, lead_id: int) -> None:
    """See that a lead is the caller's tenant's.

    Raises:
        LeadNotFoundError: it is not, or not there.
    """
    try:
        refuse_foreign_campaign(store, caller, store.lead(lead_id).campaign_id)
    except NotFoundError:
        raise LeadNotFoundError(lead_id) from None


def _number(value: str) -> int | None:
    """An id, or None for what is none: the route says so in its own words."""
    if not (value.isascii() and value.isdecimal()):
        return None
    return min(int(value), ID_MAX) if len(value) <= 30 else ID_MAX
