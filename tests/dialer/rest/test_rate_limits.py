import pytest

from dialer.access.model import Role
from dialer.access.rate_limit import RateLimit
from dialer.rest.rate_limits import headers_of
from tests.dialer.rest.conftest import Bench, Stage, token_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("left", "wait_s", "said"), [(60, 0.0, "r=60;t=0"), (59, 0.0, "r=59;t=1"), (0, 0.4, "r=0;t=1")]
)
def test_what_is_left_and_when_all_of_it_is_back(left: int, wait_s: float, said: str) -> None:
    headers = headers_of(RateLimit(60), left, wait_s)
    assert headers == {"RateLimit-Policy": '"caller";q=60;w=60', "RateLimit": f'"caller";{said}'}


async def test_every_answer_tells_an_account_what_it_has_left(stage: Stage) -> None:
    bench = await stage.start(service={"requests_per_minute": 3})
    ann = token_of(bench, Role.ANALYST, "ann")
    answers = [await bench.client.get(path, headers=ann) for path in ("/campaigns", "/accounts", "/cdrs", "/cdrs")]
    assert [one.status_code for one in answers] == [200, 403, 200, 429]
    assert [one.headers["ratelimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[3].headers["retry-after"] == answers[3].headers["ratelimit"].rpartition("t=")[2]


async def test_who_has_no_limit_is_told_of_none(bench: Bench) -> None:
    assert "ratelimit" not in (await bench.client.get("/campaigns")).headers
