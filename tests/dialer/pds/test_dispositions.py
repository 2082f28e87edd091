import pytest

from campaigns.dispositions import Callback
from dialer.messages import DispositionSet
from dialer.pds.dispositions import disposition_error
from tests.dialer.world import campaign

NOW = 1_770_000_000.0
HOUR = 3600.0


def error_of(disposition: str, callback: Callback | None = None) -> str:
    said = DispositionSet(agent_id="ann", attempt_id="1-1", disposition=disposition, callback=callback)
    return disposition_error(campaign(), said, NOW)


def test_what_can_be_said() -> None:
    assert error_of("sale") == ""
    assert error_of("callback", Callback(starts_at=NOW, ends_at=NOW + HOUR)) == ""


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "wrong"),
    [
        (-HOUR, HOUR, "3600 s ago"),
        (float("nan"), HOUR, "ago"),
        (400 * 24 * HOUR, 401 * 24 * HOUR, "more than a year"),
        (HOUR, HOUR, "must end after it starts"),
        (HOUR, 500 * 24 * HOUR, "within a year"),
        (HOUR, float("nan"), "must end after it starts"),
    ],
)
def test_a_callback_that_cannot_be_is_refused_with_the_reason(starts_in: float, ends_in: float, wrong: str) -> None:
    assert wrong in error_of("callback", Callback(starts_at=NOW + starts_in, ends_at=NOW + ends_in))


def test_a_callback_belongs_to_what_means_one() -> None:
    assert "needs its time" in error_of("callback")
    assert "takes no callback" in error_of("sale", Callback(starts_at=NOW, ends_at=NOW + HOUR))
    assert "are: talked, sale," in error_of("sold")
