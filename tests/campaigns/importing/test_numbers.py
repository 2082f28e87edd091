import pytest

from campaigns.importing.numbers import InvalidNumberError, check_region, to_e164
from campaigns.service.errors import CallerError


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+12025550101", "", "+12025550101"),
        ("+1 (202) 555-0101", "", "+12025550101"),
        (" 202.555.0101 ", "US", "+12025550101"),
        ("'2025550101", "US", "+12025550101"),
        ("12025550101.0", "US", "+12025550101"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, region: str, number: str) -> None:
    assert to_e164(text, region) == number


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("202 555 0101", "", "has no country code; write it as"),
        ("call me", "US", "is not a phone number"),
        ("", "US", "is not a phone number"),
        ("+999 1234567", "", "is not a phone number"),
        ("911", "US", "has too few digits"),
        ("555-0101", "US", "lacks its area code"),
        ("+1 202 555 01012345", "", "has too many digits"),
        ("1.20255E+10", "US", "was cut short by a spreadsheet"),
        ("1,20255E10", "DE", "was cut short by a spreadsheet"),
        ("202 555 0101 x12", "US", "has an extension"),
    ],
)
def test_what_cannot_be_dialed_is_refused_with_the_reason(text: str, region: str, reason: str) -> None:
    with pytest.raises(InvalidNumberError, match=reason):
        to_e164(text, region)


def test_a_default_region_must_exist() -> None:
    check_region("")
    check_region("DE")
    with pytest.raises(CallerError, match="no region 'us'"):
        check_region("us")
