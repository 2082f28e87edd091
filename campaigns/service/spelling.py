"""A telephone number as people and systems write it, so that it is found in texts that nobody has normalised."""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

BETWEEN = r"[\s().\-/]*+"
"""What people put between digits."""


class Spellings:
    """Any of some numbers, however written: +1 202 555 0101, (202) 555-0101, 0012025550101.

    A national number is taken for the person's whatever country the text may mean: rather a stranger's row is blanked
    than the person's left.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        """`numbers` are E.164 with plus sign; what is none is left out."""
        parts = [one for number in numbers if (one := _pattern(number))]
        self._wanted = re.compile("|".join(parts)) if parts else None

    def are_in(self, text: str) -> bool:
        """Whether a text names one of the numbers."""
        return self._wanted is not None and self._wanted.search(text) is not None

    def replaced(self, text: str, by: str) -> str:
        """The text with something else in place of each number."""
        return text if self._wanted is None else self._wanted.sub(lambda _: by, text)

    def blotted(self, text: str) -> str:
        """The text with a nought for each digit of a number; as long as before."""
        if self._wanted is None:
            return text
        return self._wanted.sub(lambda found: re.sub(r"\d", "0", found[0]), text)


@lru_cache(maxsize=1000)
def _pattern(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    country = BETWEEN.join(str(parsed.country_code))
    national = BETWEEN.join(phonenumbers.national_significant_number(parsed))
    # "+44 (0)20" is how half of Europe writes it.
    abroad = rf"(?:(?:\+|00|011){BETWEEN})?{country}{BETWEEN}(?:0{BETWEEN})?"
    # Digits on either side would make it another number.
    return rf"(?<!\d)(?:{abroad}|0{BETWEEN})?{national}(?!\d)"
