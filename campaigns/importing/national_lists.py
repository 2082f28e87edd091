"""National do-not-call lists: files of numbers, one on a line, taken over whole or not at all."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from campaigns.importing.numbers import InvalidNumberError, check_region, to_e164
from campaigns.ports import CampaignStore
from campaigns.rules.profiles.reading import profiles
from campaigns.service.errors import CallerError, UnreadableFileError

SEPARATORS = (";", ",", "\t")


class ListLoaded(msgspec.Struct, frozen=True):
    """What a list now holds."""

    list: str
    numbers: int
    as_of: float


def list_names() -> tuple[str, ...]:
    """The national lists that some profile asks for."""
    wanted = (profile.national_list for profile in profiles().values())
    return tuple(sorted(one.list for one in wanted if one is not None))


def load_national_list(
    store: CampaignStore, name: str, file: BinaryIO, default_region: str, as_of: float, now: float
) -> ListLoaded:
    """Take over a national do-not-call list in place of the copy there was.

    Args:
        store: where to.
        name: one of `list_names`.
        file: UTF-8 text, one number on a line; more columns after a comma, semicolon or tab are not looked at, and a
            first line without digits is a header.
        default_region: country of numbers without a country code.
        as_of: the day of the copy, Unix seconds; profiles say how old it may be.
        now: Unix seconds.

    Raises:
        CallerError: there is no such list, or the day lies in the future.
        UnreadableFileError: names the line that is no number; nothing has been taken over.
    """
    if name not in list_names():
        raise CallerError(f"there is no list {name!r}; there are: {', '.join(list_names())}", "name")
    check_region(default_region)
    if as_of > now:
        raise CallerError("the day of the list lies in the future", "as_of")
    return ListLoaded(name, store.load_list(name, _numbers(file, default_region), as_of), as_of)


def _numbers(file: BinaryIO, default_region: str) -> Iterator[str]:
    for place, line in enumerate(file, 1):
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            raise UnreadableFileError(f"line {place} is not UTF-8 text; nothing has been taken over") from None
        for separator in SEPARATORS:
            text = text.split(separator, 1)[0]
        if not text or (place == 1 and not any(letter.isdigit() for letter in text)):
            continue
        try:
            yield to_e164(text, default_region)
        except InvalidNumberError as error:
            raise UnreadableFileError(f"line {place}: {text!r} {error}; nothing has been taken over") from None
