import pytest

from dialer.access.model import Role
from tests.dialer.rest.conftest import Bench, Stage, token_of

pytestmark = pytest.mark.anyio
SPRING = {"name": "spring", "skill_group": "sales"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def test_a_request_sent_again_is_done_once(bench: Bench) -> None:
    first = await bench.client.post("/campaigns", json=SPRING, headers=KEY)
    second = await bench.client.post("/campaigns", json=SPRING, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    assert len((await bench.call("GET", "/campaigns"))["items"]) == 1
    await bench.call("POST", "/campaigns", 201, json=SPRING)
    assert len((await bench.call("GET", "/campaigns"))["items"]) == 2


async def test_a_key_is_one_requests(bench: Bench) -> None:
    await bench.call("POST", "/campaigns", 201, json=SPRING, headers=KEY)
    problem = await bench.call("POST", "/campaigns", 422, json=SPRING | {"priority": 1}, headers=KEY)
    assert "take a new key" in problem["detail"]
    await bench.call("POST", "/campaigns/1/start", 422, headers=KEY)
    assert (await bench.call("GET", "/campaigns/1"))["status"] == "draft"


async def test_a_refusal_is_kept_too_and_a_key_is_its_tenants(bench: Bench) -> None:
    wrong = {"name": "spring"}
    first = await bench.call("POST", "/campaigns", 422, json=wrong, headers=KEY)
    assert await bench.call("POST", "/campaigns", 422, json=wrong, headers=KEY) == first
    tenant_id = bench.live.access.create_tenant("acme", bench.live.clock.now()).tenant_id
    theirs = token_of(bench, Role.ADMIN, "eve", tenant_id)
    await bench.call("POST", "/campaigns", 201, json=SPRING, headers=theirs | KEY)


async def test_no_secret_is_kept_and_no_odd_key_taken(bench: Bench) -> None:
    hook = {"url": "https://receiver.example"}
    assert "secret" in (await bench.call("POST", "/webhooks", 422, json=hook, headers=KEY))["detail"]
    await bench.call("POST", "/campaigns", 422, json=SPRING, headers={"Idempotency-Key": "x" * 256})


async def test_an_upload_is_done_once(bench: Bench) -> None:
    await bench.add_campaign()
    file = {"file": ("leads.csv", "phone\n+12025550100\n")}
    first = await bench.call("POST", "/campaigns/1/leads", files=file, headers=KEY)
    assert first["accepted"] == 1
    again = await bench.client.post("/campaigns/1/leads", files=file, headers=KEY)
    assert (again.json()["accepted"], again.headers["idempotent-replayed"]) == (1, "true")
    # As long, and another file.
    other = {"file": ("leads.csv", "phone\n+12025550199\n")}
    problem = await bench.call("POST", "/campaigns/1/leads", 422, files=other, headers=KEY)
    assert "take a new key" in problem["detail"]
    fields = {"default_region": "US"}
    await bench.call("POST", "/campaigns/1/leads", 422, files=file, data=fields, headers=KEY)
    assert len((await bench.call("GET", "/campaigns/1/leads"))["items"]) == 1


async def test_a_large_upload_is_known_by_its_last_byte(bench: Bench) -> None:
    await bench.add_campaign()
    rows = "".join(f"+1202{index:07d},{'x' * 80}\n" for index in range(20_000))
    for end, status in (("a", 202), ("b", 422), ("a", 202)):
        file = {"file": ("leads.csv", f"phone,name\n{rows}+12035550100,{end}\n")}
        await bench.call("POST", "/imports", status, files=file, data={"campaign_id": "1"}, headers=KEY)
    assert len((await bench.call("GET", "/imports"))["items"]) == 1


async def test_too_many_requests_of_one_caller_wait(stage: Stage) -> None:
    bench = await stage.start(service={"requests_per_minute": 3})
    ann = token_of(bench, Role.ANALYST)
    for _ in range(3):
        await bench.call("GET", "/campaigns", headers=ann)
    answer = await bench.client.get("/campaigns", headers=ann)
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert answer.headers["ratelimit-policy"] == '"caller";q=3;w=60'
    assert (await bench.call("GET", "/health"))["is_ok"]
    # Another caller has a limit of their own.
    await bench.call("GET", "/campaigns", headers=token_of(bench, Role.ANALYST, "eve"))
