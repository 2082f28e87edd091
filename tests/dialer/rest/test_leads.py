import asyncio

import pytest

from tests.dialer.rest.conftest import Bench, Stage

pytestmark = pytest.mark.anyio


async def test_every_row_is_accounted_for_and_every_rejection_says_why(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    await bench.call("POST", "/do-not-call", json={"numbers": ["+12025550109"]})
    text = (
        "Phone;Name;tz;Car\n"
        "+12025550101;Ann;America/New_York;red\n"
        "2025550102;Bob;;\n"
        "+12025550101;Ann again;;\n"
        "+12025550109;Blocked;;\n"
        ";Nobody;;\n"
        "+12025550103;Joe;Mars/Olympus;\n"
        "12;Shorty;;\n"
    )
    report = await bench.upload(campaign_id, text, default_region="us")
    counts = {key: report[key] for key in ("rows", "accepted", "rejected", "duplicates", "blocked")}
    assert counts == {"rows": 7, "accepted": 2, "rejected": 4, "duplicates": 1, "blocked": 1}
    assert [(one["line"], one["field"], one["value"]) for one in report["rejections"]] == [
        (5, "number", "+12025550109"),
        (6, "number", ""),
        (7, "time_zone", "Mars/Olympus"),
        (8, "number", "12"),
    ]
    assert all(one["reason"] for one in report["rejections"])
    assert report["columns"]["Phone"] == "number/unknown"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"name,city\nAnn,Rome\n", "no column holds the phone number"),
        (b"PK\x03\x04rest", "not an Excel workbook, or it is damaged"),
        (b"\x00\x01\x02\x03" * 50, "it holds binary data"),
    ],
)
async def test_a_file_that_is_no_lead_list_is_refused_with_advice(bench: Bench, content: bytes, says: str) -> None:
    campaign_id = await bench.add_campaign()
    assert says in (await bench.upload(campaign_id, content, 422))["detail"]


async def test_a_request_without_a_file_says_which_field_is_missing(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    problem = await bench.call("POST", f"/campaigns/{campaign_id}/leads", 422, data={"default_region": "US"})
    assert problem["problems"] == [{"field": "file", "message": "is required"}]


@pytest.mark.parametrize("region", ["USA", "1", "ZZ"])
async def test_a_region_that_does_not_exist_is_refused(bench: Bench, region: str) -> None:
    campaign_id = await bench.add_campaign()
    problem = await bench.upload(campaign_id, "phone\n2025550100\n", 422, default_region=region)
    assert "region" in problem["detail"]


async def test_a_running_campaign_dials_new_leads_without_a_poll(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.live.worker.counters()["batches"] >= 2 and not bench.live.worker.waiting)
    await bench.upload(campaign_id, "phone\n+12025550100\n")
    await bench.until(lambda: bench.state_of("ann") == "talking")


async def test_a_file_above_the_limit_is_refused(stage: Stage) -> None:
    bench = await stage.start(service={"upload_bytes_max": 2000})
    campaign_id = await bench.add_campaign()
    problem = await bench.upload(campaign_id, "phone\n" + "+12025550100\n" * 1000, 413)
    assert "[service] upload_bytes_max" in problem["detail"]


async def test_a_file_above_the_limit_is_refused_without_its_length_too(stage: Stage) -> None:
    bench = await stage.start(service={"upload_bytes_max": 2000})
    campaign_id = await bench.add_campaign()

    async def body() -> object:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nphone\n'
        for _ in range(200):
            yield b"+12025550100\n" * 10
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    await bench.call("POST", f"/campaigns/{campaign_id}/leads", 413, content=body(), headers=headers)


async def test_other_routes_answer_during_a_long_import(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    rows = "".join(f"+1202{index:07d}\n" for index in range(2000000, 2005000))
    importing = asyncio.create_task(bench.upload(campaign_id, "phone\n" + rows))
    answered = 0
    while not importing.done():
        await bench.call("GET", "/statistics")
        answered += 1
    assert (await importing)["accepted"] == 5000
    assert answered > 3
