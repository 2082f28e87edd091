"""The usual forms of phone numbers to E.164 in a microsecond; whatever is not plainly one of them is left to `to_e164`.

`phonenumbers` takes 25 microseconds and more for a number. Most numbers of a list need few of its steps: no
international or national prefix to strip, or a national prefix that is digits alone, and a length that numbers of the
country may have. These are decided here by the same metadata and the same rules; anything else is not decided.
"""

import re
from collections.abc import Callable

import msgspec
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_LENGTH_MAX = 40
_FILLING = re.compile("[ ()./-]+")
_DECIMAL_END = re.compile(r"[.]0+$")

Match = Callable[[str], re.Match[str] | None]


class _Country(msgspec.Struct, frozen=True, gc=False):
    """What is needed of the metadata of a country calling code or a region."""

    calling_code: str
    lengths: frozenset[int]
    """Of numbers without country code and national prefix."""
    lengths_judged: frozenset[int]
    """The same of the region that stands for all that share the country code."""
    length_max: int
    """Including those dialed within one area only."""
    match_prefix: Match
    """Finds the national prefix at the beginning."""
    is_plain_prefix: bool
    """The prefix is only ever taken away: no carrier code in it, nothing put in its place."""
    match_number: Match
    """Whether the whole is a number of the country."""
    match_international: Match


class QuickNumbers:
    """Reads numbers of lists whose numbers without a country code are of one region.

    >>> QuickNumbers("US").read("(202) 555-0123")
    '+12025550123'
    >>> QuickNumbers("US").read("202-555-0123 ext. 4") is None
    True
    """

    def __init__(self, default_region: str = "") -> None:
        self._home = _of_region(default_region) if default_region else None
        self._by_start: dict[str, _Country | None] = {}

    def read(self, text: str) -> str | None:
        """The number as `to_e164` gives it, or None where that must be asked, for an error too."""
        digits = text
        if not text[1:].isdigit():
            if len(text) > _LENGTH_MAX or ("." in text and _DECIMAL_END.search(text)):
                return None
            digits = "".join(_FILLING.split(text))
            if not digits[1:].isdigit():
                return None
        if not digits.isascii():
            return None
        if digits[0] == "+":
            return self._read_international(digits)
        return _read_national(self._home, digits) if self._home is not None and digits[0].isdigit() else None

    def _read_international(self, digits: str) -> str | None:
        start = digits[1:4]
        try:
            country = self._by_start[start]
        except KeyError:
            country = self._by_start[start] = _of_start(start)
        if country is None:
            return None
        national = digits[1 + len(country.calling_code) :]
        if len(national) not in country.lengths or country.match_prefix(national) is not None:
            return None
        return digits if national.strip("0") else None


def _read_national(home: _Country, digits: str) -> str | None:
    if home.match_international(digits) is not None:
        return None
    if digits.startswith(home.calling_code):
        # Too long to be a number without it, so it is the country code; anything else is a matter of weighing up.
        if len(digits) <= home.length_max:
            return None
        national = digits[len(home.calling_code) :]
        if home.match_prefix(national) is not None:
            return None
    else:
        national = digits
        prefix = home.match_prefix(digits)
        if prefix is not None:
            national = digits[prefix.end() :]
            if not home.is_plain_prefix:
                return None
            if home.match_number(digits) is not None and home.match_number(national) is None:
                return None
            if len(national) not in home.lengths:
                return None
    if len(national) not in home.lengths_judged or not national.strip("0"):
        return None
    return f"+{home.calling_code}{national}"


def _of_start(start: str) -> _Country | None:
    for length in range(1, 4):
        calling_code = start[:length]
        if len(calling_code) == length and calling_code.isascii() and calling_code.isdigit():
            regions = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code)) if calling_code[0] != "0" else None
            if regions is not None:
                return _country(PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), regions[0]))
    return None


def _of_region(region: str) -> _Country | None:
    found = _country(PhoneMetadata.metadata_for_region(region, None))
    if found is None:
        return None
    main = _of_start(found.calling_code)
    # Of regions that share a country code, one stands for all when a length is judged.
    return None if main is None else msgspec.structs.replace(found, lengths_judged=main.lengths)


def _country(metadata: PhoneMetadata | None) -> _Country | None:
    general = None if metadata is None else metadata.general_desc
    if metadata is None or general is None or general.national_number_pattern is None:
        return None
    prefix = re.compile(metadata.national_prefix_for_parsing or "(?!)")
    return _Country(
        calling_code=str(metadata.country_code),
        lengths=frozenset(general.possible_length),
        lengths_judged=frozenset(general.possible_length),
        length_max=max((*general.possible_length, *general.possible_length_local_only)),
        match_prefix=prefix.match,
        is_plain_prefix=prefix.groups == 0 and not metadata.national_prefix_transform_rule,
        match_number=re.compile(general.national_number_pattern).fullmatch,
        match_international=re.compile(metadata.international_prefix or "(?!)").match,
    )
