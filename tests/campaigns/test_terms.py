import msgspec
import pytest

from campaigns.terms import AttemptCap, Scope, Within


def test_a_cap_is_over_the_number_unless_it_says_otherwise() -> None:
    cap = msgspec.convert({"attempts_max": 3, "within": "24h"}, AttemptCap)
    assert (cap.within, cap.scope) == (Within.HOURS_24, Scope.NUMBER)


def test_a_period_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value"):
        msgspec.convert({"attempts_max": 3, "within": "12h"}, AttemptCap)
