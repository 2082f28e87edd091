"""Phone numbers as people write them to E.164."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from campaigns.service.errors import CallerError

_EXPONENT = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_DECIMAL = re.compile(r"(\+?\d{7,15})[.,]0+")
_REASONS = {
    ValidationResult.TOO_SHORT: "has too few digits",
    ValidationResult.TOO_LONG: "has too many digits",
    ValidationResult.INVALID_LENGTH: "has a number of digits that no number there has",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
    ValidationResult.INVALID_COUNTRY_CODE: "has no country code that exists",
}


class InvalidNumberError(CallerError):
    """This is not a phone number."""


def check_region(region: str) -> None:
    """See that a default region is one, or empty.

    Raises:
        CallerError: it is not; the message says what to write.
    """
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        raise CallerError(
            f"there is no region {region!r}; write two capital letters such as US, GB or DE", "default_region"
        )


def to_e164(text: str, default_region: str = "") -> str:
    """The number with its plus sign and country code.

    Only the form is judged: enough digits, not too many, a country code that exists. Whether a number lies in a range
    that is in use changes every week, is not so on purpose for fictional numbers such as +1 202 555 01xx, and is for
    the network to say: the attempt's outcome is then `invalid_number`.

    Args:
        text: as a person wrote it.
        default_region: the region of numbers without a country code, "US"; empty means that they are refused.

    Raises:
        InvalidNumberError: it cannot be dialed; the message says why.
    """
    text = text.strip().strip("'\"")
    # Spreadsheets turn numbers into floats; one that lost digits cannot be saved, one that only grew ".0" can.
    if _EXPONENT.fullmatch(text):
        raise InvalidNumberError("was cut short by a spreadsheet; format the column as text before saving")
    whole = _DECIMAL.fullmatch(text)
    try:
        number = phonenumbers.parse(whole[1] if whole else text, default_region or None)
    except NumberParseException as error:
        if error.error_type is NumberParseException.INVALID_COUNTRY_CODE and not text.startswith("+"):
            reason = "has no country code; write it as +1 202 555 0123, or name the default region"
            raise InvalidNumberError(reason) from None
        raise InvalidNumberError("is not a phone number") from None
    if number.extension:
        raise InvalidNumberError("has an extension, which cannot be dialed")
    form = phonenumbers.is_possible_number_with_reason(number)
    if form != ValidationResult.IS_POSSIBLE:
        raise InvalidNumberError(_REASONS.get(form, "is not a phone number"))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
