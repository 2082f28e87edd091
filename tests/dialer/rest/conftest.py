"""A whole live service over SQLite with a gateway that needs no network, and a client of its REST API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from fastapi import FastAPI

from campaigns.ports import CampaignStore
from campaigns.store.opening import open_store
from dialer.access import passwords
from dialer.access.accounts import create_account, issue_token
from dialer.access.model import Role
from dialer.app import LiveService
from dialer.config import Settings
from dialer.rest import create_app
from tests.dialer.stub_gateway import StubGateway

WAIT_S = 120.0
ANY_TIME = {"start": "00:00", "end": "24:00"}
TRUNK = {"name": "carrier", "address": "192.0.2.1:5060", "caller_id": "+12025550199"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Bench:
    """The running service, its client, and a few things that most tests do first."""

    def __init__(self, live: LiveService, client: httpx.AsyncClient) -> None:
        self.live = live
        self.client = client
        self.app: FastAPI = client._transport.app  # type: ignore[attr-defined]
        self.gateway: StubGateway = live.gateway  # type: ignore[assignment]

    async def call(self, method: str, path: str, status: int = 200, **what: Any) -> Any:
        """Send a request, check its status and return the body."""
        answer = await self.client.request(method, path, **what)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == status
        return answer.json()

    async def add_campaign(self, leads: int = 0, **settings: Any) -> int:
        """Create a progressive campaign, with leads."""
        body = {
            "name": "spring",
            "skill_group": "sales",
            "calling_window": ANY_TIME,
            "pacing": {"policy": "progressive"},
            **settings,
        }
        campaign_id: int = (await self.call("POST", "/campaigns", 201, json=body))["campaign_id"]
        if leads:
            rows = "\n".join(f"+1202555{index:04d},Person {index}" for index in range(leads))
            await self.upload(campaign_id, f"phone,name\n{rows}\n")
        return campaign_id

    async def upload(self, campaign_id: int, text: str | bytes, status: int = 200, **fields: str) -> Any:
        """Send a lead file."""
        return await self.call(
            "POST", f"/campaigns/{campaign_id}/leads", status, files={"file": ("leads.csv", text)}, data=fields
        )

    async def add_agent(self, agent_id: str = "ann", *skill_groups: str) -> None:
        """Log an agent in and go ready."""
        body = {"skill_groups": list(skill_groups or ("sales",)), "address": "sip:ann@192.0.2.9:5060"}
        await self.call("POST", f"/agents/{agent_id}/login", json=body)
        await self.until(lambda: self.state_of(agent_id) == "paused")
        await self.call("POST", f"/agents/{agent_id}/ready")

    def state_of(self, agent_id: str) -> str:
        """An agent's state in the engine."""
        return next((one.state for one in self.live.statistics().agents if one.agent_id == agent_id), "offline")

    async def until(self, happened: Callable[[], bool]) -> None:
        """Let the loop run until something has happened."""
        async with asyncio.timeout(WAIT_S):
            # What is waited for happens in many places, none of which would tell.
            while not happened():  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    async def pause(self) -> None:
        """Let a process of its own get on with its work."""
        await asyncio.sleep(0.02)

    async def talk(self, agent_id: str = "ann") -> str:
        """Run a campaign of one lead until the agent talks; returns the attempt's id."""
        campaign_id = await self.add_campaign(leads=1)
        await self.add_agent(agent_id)
        await self.call("POST", f"/campaigns/{campaign_id}/start")
        await self.until(lambda: self.state_of(agent_id) == "talking")
        return "1-1"


class Stage:
    """Builds benches; one test may want other settings than the next."""

    def __init__(self, store: CampaignStore, database: Path) -> None:
        self.store = store
        self.database = database
        self.live: LiveService | None = None
        self.client: httpx.AsyncClient | None = None

    async def start(self, **settings: Any) -> Bench:
        """Start a service."""
        # Polls would hide what only an immediate message can do.
        plain: dict[str, Any] = {"service": {"poll_s": 3600.0, "shutdown_s": 1.0}, "trunks": [TRUNK]}
        # An import runs in a process of its own, which opens the database by its URL.
        journal = str(self.database.parent / "erasures.jsonl")
        plain["database"] = {"url": f"sqlite:///{self.database}", "erasures": journal}
        plain["service"]["import_folder"] = str(self.database.parent / "imports")
        for section, keys in settings.items():
            plain[section] = {**plain.get(section, {}), **keys} if isinstance(keys, dict) else keys
        self.live = LiveService(Settings.model_validate(plain), self.store, StubGateway)
        await self.live.start()
        transport = httpx.ASGITransport(create_app(self.live.service()), raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080/api/v1")
        bench = Bench(self.live, self.client)
        # The poll at the start and its answer; what a test sees afterwards is its own doing.
        await bench.until(lambda: bench.live.statistics().events >= 2)
        return bench

    async def end(self) -> None:
        """Stop it."""
        if self.client is not None:
            await self.client.aclose()
        if self.live is not None:
            assert await self.live.stop()


@pytest.fixture
async def stage(tmp_path: Path, empty_sqlite_url: str) -> AsyncIterator[Stage]:
    store = open_store(empty_sqlite_url)
    stage = Stage(store, tmp_path / "dialer.sqlite3")
    yield stage
    await stage.end()
    store.close()


@pytest.fixture
async def bench(stage: Stage) -> Bench:
    return await stage.start()


def token_of(bench: Bench, role: Role, login: str = "ann", tenant_id: int = 1, **what: Any) -> dict[str, str]:
    """Headers of a new account of a role."""
    now = bench.live.clock.now()
    account = create_account(bench.live.access, tenant_id, login, role, None, now)
    issued = issue_token(bench.live.access, account, "test", what.get("scopes"), 3600.0, now)
    return {"Authorization": f"Bearer {issued.text}"}


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with its lowest cost: what it costs in earnest is a matter of `test_passwords` alone."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
