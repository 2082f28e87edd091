"""Routes of whoever looks after a tenant's accounts and tokens, and after tenants."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.concurrency import run_in_threadpool

from campaigns.ports import Page
from campaigns.reports.model import Grouping, Report, ReportFilter, UsageRow
from campaigns.reports.usage import usage
from dialer.access import accounts as use_cases
from dialer.access.model import Account, IssuedToken, Role, Scope, Tenant, Token
from dialer.access.passwords import LENGTH_MAX
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note
from dialer.rest.etags import refuse_changed, tagged
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.service import ServiceOf

router = APIRouter(tags=["access"])

DAY_S = 86400.0
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Password = Annotated[SecretStr, Field(max_length=LENGTH_MAX)]
Login = Annotated[str, Field(min_length=1, max_length=64)]
AccountPage = Page[Account]
TenantPage = Page[Tenant]
TokenPage = Page[Token]


class AccountListing(Paging):
    """Which accounts."""

    role: Role | None = None
    is_active: bool | None = None


class NewAccount(BaseModel):
    """A user of this tenant."""

    model_config = ConfigDict(extra="forbid")
    login: Login
    role: Role
    password: Annotated[Password | None, Field(description="Null makes an account that is used by tokens alone.")] = (
        None
    )


class AccountChanges(BaseModel):
    """What to change of an account."""

    model_config = ConfigDict(extra="forbid")
    role: Role | None = None
    is_active: bool | None = None
    password: Password | None = None


class NewToken(BaseModel):
    """A key to the API."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=100, description="What it is for.")]
    scopes: Annotated[list[Scope] | None, Field(max_length=50, description="Null gives all that the account may.")] = (
        None
    )
    expires_in_days: Annotated[float, Field(gt=0, le=366)] = 90.0


class NewTenant(BaseModel):
    """A company, and the account of its first admin."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=63)]
    admin_login: Login
    admin_password: Password


@router.get("/accounts", responses=answers(AccountPage, "A page of accounts"))
async def list_accounts(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[AccountListing, Query()]
) -> Response:
    """The tenant's accounts, oldest first: all, those of one role, those that are switched on or off."""
    return page_answer(
        request, await run_in_threadpool(lambda: service.access.accounts(caller.tenant_id, **wanted.model_dump()))
    )


@router.post("/accounts", status_code=201, responses=answers(Account, "The new account", 201))
async def create_account(request: Request, service: ServiceOf, caller: CallerOf, new: NewAccount) -> Response:
    """Add an account."""
    password = None if new.password is None else new.password.get_secret_value()
    account = await service.hashing(
        use_cases.create_account, service.access, caller.tenant_id, new.login, new.role, password, service.now()
    )
    note(request, account)
    return answer(account, 201, {"Location": f"/api/v1/accounts/{account.account_id}"})


@router.get("/accounts/{account_id}", responses=answers(Account, "The account"))
async def read_account(request: Request, service: ServiceOf, caller: CallerOf, account_id: Id) -> Response:
    """One account, and its ETag."""
    return tagged(request, await run_in_threadpool(service.access.account, caller.tenant_id, account_id))


@router.patch("/accounts/{account_id}", responses=answers(Account, "The account as it now is"))
async def change_account(
    request: Request, service: ServiceOf, caller: CallerOf, account_id: Id, changes: AccountChanges
) -> Response:
    """Change role or password, or switch an account off; a new password and switching off end all its tokens."""
    note(request, changes.model_dump(exclude={"password"}, exclude_none=True) | {"password": bool(changes.password)})
    account = await run_in_threadpool(service.access.account, caller.tenant_id, account_id)
    refuse_changed(request, account)
    if changes.password is not None:
        password = changes.password.get_secret_value()
        account = await service.hashing(use_cases.change_password, service.access, account, password)
    if changes.role is not None or changes.is_active is not None:
        account = await run_in_threadpool(
            lambda: service.access.change_account(
                caller.tenant_id, account_id, role=changes.role, is_active=changes.is_active
            )
        )
    return tagged(request, account)


@router.get("/accounts/{account_id}/tokens", responses=answers(TokenPage, "A page of tokens"))
async def list_tokens(
    request: Request, service: ServiceOf, caller: CallerOf, account_id: Id, wanted: Annotated[Paging, Query()]
) -> Response:
    """The tokens of one account, oldest first."""
    await run_in_threadpool(service.access.account, caller.tenant_id, account_id)
    found = await run_in_threadpool(service.access.tokens, caller.tenant_id, account_id)
    return page_answer(request, page_of(found, lambda one: one.token_id, wanted))


@router.post(
    "/accounts/{account_id}/tokens", status_code=201, responses=answers(IssuedToken, "The only look at it", 201)
)
async def create_token(
    request: Request, service: ServiceOf, caller: CallerOf, account_id: Id, new: NewToken
) -> Response:
    """Make a token for an account, for a program for example."""
    account = await run_in_threadpool(service.access.account, caller.tenant_id, account_id)
    issued = await run_in_threadpool(
        use_cases.issue_token,
        service.access,
        account,
        new.name,
        None if new.scopes is None else tuple(new.scopes),
        new.expires_in_days * DAY_S,
        service.now(),
    )
    note(request, issued.token)
    return answer(issued, 201)


@router.delete("/accounts/{account_id}/tokens/{token_id}", status_code=204, responses=answers(None, "Ended", 204))
async def delete_token(service: ServiceOf, caller: CallerOf, account_id: Id, token_id: Id) -> Response:
    """End a token, at once."""
    await run_in_threadpool(service.access.delete_token, caller.tenant_id, token_id, account_id)
    return Response(status_code=204)


@router.get("/tenants", responses=answers(TenantPage, "A page of tenants"))
async def list_tenants(request: Request, service: ServiceOf, wanted: Annotated[Paging, Query()]) -> Response:
    """All tenants, oldest first; for admins of the tenant `default`."""
    found = await run_in_threadpool(service.access.tenants)
    return page_answer(request, page_of(found, lambda one: one.tenant_id, wanted))


@router.get("/tenants/usage", responses=answers(Report[UsageRow], "By tenant, campaign and month"))
async def tenants_usage(
    service: ServiceOf,
    since: Annotated[float | None, Query(ge=0, le=1e11, description="Unix seconds.")] = None,
    until: Annotated[float | None, Query(ge=0, le=1e11, description="Unix seconds.")] = None,
) -> Response:
    """What every tenant used, by month in UTC; for admins of the tenant `default`. `/reports/usage` has one's own."""

    def rows() -> list[UsageRow]:
        found: list[UsageRow] = []
        for tenant in service.access.tenants():
            names = {one.campaign_id: one.name for one in service.store.campaigns(tenant_id=tenant.tenant_id)}
            wanted = ReportFilter(campaign_ids=tuple(names), since=since, until=until)
            found += usage(service.reports, tenant.tenant_id, wanted, names, Grouping.MONTH, ZoneInfo("UTC"))
        return found

    found = tuple(await run_in_threadpool(rows))
    return answer(Report(report="usage", since=since, until=until, time_zone="UTC", rows=found))


@router.post("/tenants", status_code=201, responses=answers(Tenant, "The new tenant", 201))
async def create_tenant(request: Request, service: ServiceOf, new: NewTenant) -> Response:
    """Add a tenant with its first admin; for admins of the tenant `default`."""
    password = new.admin_password.get_secret_value()
    tenant = await service.hashing(
        use_cases.create_tenant_with_admin, service.access, new.name, new.admin_login, password, service.now()
    )
    note(request, {"name": new.name, "admin_login": new.admin_login})
    return answer(tenant, 201)
