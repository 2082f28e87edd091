from campaigns.model import Attempt
from campaigns.ports import AttemptFilter
from campaigns.store.memory_listing import is_wanted, newest


def attempt(lead_id: int, placed_at: float) -> Attempt:
    return Attempt(
        attempt_id=f"{lead_id}-1", lead_id=lead_id, attempt_number=1, campaign_id=1, number="", caller_id="",
        trunk="", placed_at=placed_at,
    )  # fmt: skip


def test_the_newest_come_first_and_end_at_the_cursor() -> None:
    keyed = [((float(at), at, 1), attempt(at, float(at))) for at in (3, 1, 2)]
    assert [key[1] for key, _ in newest(keyed, None, 2)] == [3, 2]
    assert [key[1] for key, _ in newest(keyed, (3.0, 3, 1), 9)] == [2, 1]


def test_a_listing_is_narrowed() -> None:
    one = attempt(1, 5.0)
    assert is_wanted(one, 5.0, 1, AttemptFilter(campaign_id=1, since=5.0))
    assert not is_wanted(one, 5.0, 1, AttemptFilter(campaign_id=2))
    assert not is_wanted(one, 5.0, 1, AttemptFilter(tenant_id=2))
    assert not is_wanted(one, 5.0, 1, AttemptFilter(since=5.1))
