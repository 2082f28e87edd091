"""Routes: sign in and out, and look after one's own account, password and tokens."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.concurrency import run_in_threadpool

from dialer.access import accounts as use_cases
from dialer.access.errors import SignInError
from dialer.access.model import DEFAULT_TENANT, Account, Caller, IssuedToken, Role, Scope
from dialer.access.passwords import LENGTH_MAX
from dialer.access.roles import may
from dialer.rest.access import CallerOf
from dialer.rest.accounts import DAY_S, Id, NewToken, Password, TokenPage
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note, write_entry
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.problems import ProblemError
from dialer.rest.service import Service, ServiceOf

router = APIRouter(tags=["access"])


class SignIn(BaseModel):
    """Who somebody is."""

    model_config = ConfigDict(extra="forbid")
    tenant: Annotated[str, Field(max_length=63)] = DEFAULT_TENANT
    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(max_length=LENGTH_MAX)]


class PasswordChange(BaseModel):
    """An old password and the one to come."""

    model_config = ConfigDict(extra="forbid")
    old_password: Password
    new_password: Password


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes the request, and what they may."""

    login: str
    role: Role
    tenant_id: int
    account_id: int | None
    scopes: tuple[Scope, ...]


@router.post("/sessions", status_code=201, responses=answers(IssuedToken, "A token for twelve hours", 201))
async def sign_in(request: Request, service: ServiceOf, who: SignIn) -> Response:
    """Sign in with a password; after a few failures every further try has to wait longer."""
    address = "" if request.client is None else request.client.host
    password = who.password.get_secret_value()
    account, issued = await service.hashing(
        use_cases.sign_in, service.access, service.throttle, who.tenant, who.login, password, address, service.now()
    )
    caller = Caller(
        tenant_id=account.tenant_id, login=account.login, role=account.role, scopes=None, account_id=account.account_id
    )
    await run_in_threadpool(write_entry, service, caller, address, "POST /sessions", "/sessions", None)
    return answer(issued, 201, {"Cache-Control": "no-store"})


@router.delete("/sessions/current", status_code=204, responses=answers(None, "Signed out", 204))
async def sign_out(service: ServiceOf, caller: CallerOf) -> Response:
    """Sign out: the token of this request ends."""
    account = await _own_account(service, caller)
    if caller.token_id is not None:
        await run_in_threadpool(service.access.delete_token, caller.tenant_id, caller.token_id, account.account_id)
    return Response(status_code=204)


@router.get("/me", responses=answers(Me, "The caller"))
async def read_me(caller: CallerOf) -> Response:
    """Who I am and what I may."""
    scopes = tuple(scope for scope in Scope if may(caller, scope))
    return answer(
        Me(
            login=caller.login,
            role=caller.role,
            tenant_id=caller.tenant_id,
            account_id=caller.account_id,
            scopes=scopes,
        )
    )


@router.put("/me/password", status_code=204, responses=answers(None, "Changed; all tokens have ended", 204))
async def change_password(service: ServiceOf, caller: CallerOf, change: PasswordChange) -> Response:
    """Change my password; all my tokens end, this request's too."""
    account = await _own_account(service, caller)
    old, new = change.old_password.get_secret_value(), change.new_password.get_secret_value()
    if not await service.hashing(use_cases.has_password, service.access, account, old):
        raise SignInError("the old password is not right")
    await service.hashing(use_cases.change_password, service.access, account, new)
    return Response(status_code=204)


@router.get("/me/tokens", responses=answers(TokenPage, "A page of tokens"))
async def list_my_tokens(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[Paging, Query()]
) -> Response:
    """My tokens, oldest first."""
    account = await _own_account(service, caller)
    found = await run_in_threadpool(service.access.tokens, caller.tenant_id, account.account_id)
    return page_answer(request, page_of(found, lambda one: one.token_id, wanted))


@router.post("/me/tokens", status_code=201, responses=answers(IssuedToken, "The only look at it", 201))
async def create_my_token(request: Request, service: ServiceOf, caller: CallerOf, new: NewToken) -> Response:
    """Make a token for myself; one made with a token of few scopes has no more of them."""
    account = await _own_account(service, caller)
    scopes = caller.scopes if new.scopes is None else frozenset(new.scopes)
    if caller.scopes is not None and scopes is not None and not scopes <= caller.scopes:
        raise ProblemError(403, "Not allowed", "a token cannot make one with scopes that it does not have itself")
    issued = await run_in_threadpool(
        use_cases.issue_token,
        service.access,
        account,
        new.name,
        None if scopes is None else tuple(sorted(scopes)),
        new.expires_in_days * DAY_S,
        service.now(),
    )
    note(request, issued.token)
    return answer(issued, 201, {"Cache-Control": "no-store"})


@router.delete("/me/tokens/{token_id}", status_code=204, responses=answers(None, "Ended", 204))
async def delete_my_token(service: ServiceOf, caller: CallerOf, token_id: Id) -> Response:
    """End one of my tokens, at once."""
    account = await _own_account(service, caller)
    await run_in_threadpool(service.access.delete_token, caller.tenant_id, token_id, account.account_id)
    return Response(status_code=204)


async def _own_account(service: Service, caller: Caller) -> Account:
    if caller.account_id is None:
        raise ProblemError(409, "No account", f"{caller.login} has no account; sign in, or use the token of an account")
    return await run_in_threadpool(service.access.account, caller.tenant_id, caller.account_id)
