import pytest

from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_a_body_above_the_limit_is_refused_with_both_figures(bench: Bench) -> None:
    body = b"x" * 1_048_577
    problem = await bench.call("POST", "/do-not-call", 413, content=body)
    assert problem["detail"] == "the body has 1048577 bytes, at most 1048576 are taken; send it in parts"


async def test_a_lead_file_may_be_larger_than_other_bodies(bench: Bench) -> None:
    campaign_id = await bench.add_campaign()
    padding = "x" * 900
    rows = "".join(f"+1202555{index:04d},{padding}\n" for index in range(1500))
    report = await bench.upload(campaign_id, f"phone,notes\n{rows}")
    assert report["accepted"] == 1500


async def test_a_body_of_unstated_length_is_stopped_too(bench: Bench) -> None:
    async def body() -> object:
        for _ in range(1100):
            yield b" " * 1024

    headers = {"Content-Type": "application/json"}
    await bench.call("POST", "/do-not-call", 413, content=body(), headers=headers)
