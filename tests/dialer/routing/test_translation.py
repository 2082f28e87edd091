import pytest

from dialer.model import Trunk
from dialer.routing.translation import translate, translated

NATIONAL = (r"^\+1(\d{10})$", r"\1")
INTERNATIONAL = (r"^\+", "00")


@pytest.mark.parametrize(("number", "wanted"), [("+12025550123", "2025550123"), ("+442079460000", "00442079460000")])
def test_the_first_rule_that_is_found_applies(number: str, wanted: str) -> None:
    assert translated((NATIONAL, INTERNATIONAL), number) == wanted


def test_a_number_that_no_rule_fits_stays_as_it_is() -> None:
    assert translated((("^9", ""),), "+4420") == "+4420"


def test_strip_and_add_come_after_the_rules() -> None:
    assert translate(Trunk(name="t", called_rules=(INTERNATIONAL,), strip="00", add="011"), "+4420") == "0114420"
