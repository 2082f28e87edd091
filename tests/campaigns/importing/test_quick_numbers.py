"""The quick way against the exact one: where the quick one answers, both answer the same."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.importing.numbers import InvalidNumberError, to_e164
from campaigns.importing.quick_numbers import QuickNumbers

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
QUICK = {region: QuickNumbers(region) for region in ["", *REGIONS]}


def exact(text: str, region: str) -> str | None:
    try:
        return to_e164(text, region)
    except InvalidNumberError:
        return None


def check(text: str, region: str) -> bool:
    quick = QUICK[region].read(text)
    if quick is not None:
        assert quick == exact(text, region), (text, region)
    return quick is not None


digits = st.text("0123456789", min_size=1, max_size=16)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Digits with a plus sign, a country code, prefixes and punctuation, as people write them."""
    code = draw(st.sampled_from(["", "+", "00", "011", "0"]))
    country = str(draw(st.sampled_from(CODES))) if draw(st.booleans()) else ""
    text = code + country + draw(digits)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(text)))
        text = (
            text[:place]
            + draw(st.sampled_from([" ", "-", "(", ")", ".", "/", ".0", "+", "x", "٣", "#", "ext"]))
            + text[place:]
        )
    return text


@settings(max_examples=600)
@given(written(), st.sampled_from(["", *REGIONS]))
def test_both_ways_agree_on_anything_like_a_number(text: str, region: str) -> None:
    check(text, region)


@settings(max_examples=300)
@given(st.text(max_size=30), st.sampled_from(["", "US", "GB", "DE", "IT", "MX", "AR", "BR"]))
def test_both_ways_agree_on_any_text(text: str, region: str) -> None:
    check(text, region)


@pytest.mark.parametrize("region", REGIONS)
def test_both_ways_agree_on_real_numbers_of_every_region(region: str) -> None:
    kinds = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    for kind in kinds:
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            assert phonenumbers.format_number(number, form)
            check(phonenumbers.format_number(number, form), region)
            check(phonenumbers.format_number(number, form), "")
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        for text in (
            national,
            national.lstrip("0"),
            "0" + national,
            str(number.country_code) + national,
            national + "1",
        ):
            check(text, region)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+12025550123", ""),
        ("+1 (202) 555-0123", "GB"),
        ("(202) 555-0123", "US"),
        ("202.555.0123", "US"),
        ("1-202-555-0123", "US"),
        ("604 555 0123", "CA"),
        ("020 7946 0018", "GB"),
        ("07700 900123", "GB"),
        ("+44 20 7946 0018", ""),
        ("030 901820", "DE"),
        ("+33 1 99 00 12 34", ""),
        ("98765 43210", "IN"),
    ],
)
def test_the_usual_forms_take_the_quick_way(text: str, region: str) -> None:
    assert check(text, region), "left to the exact way"


def test_what_was_changed_by_a_spreadsheet_takes_the_exact_way() -> None:
    assert QUICK["US"].read("2025550123.0") is None
    assert QUICK["US"].read("+12025550123.00") is None
    assert QUICK["US"].read("2.02555E+09") is None
