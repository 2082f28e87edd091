"""Guesses from the header which column holds what; every column without a meaning of its own becomes an attribute."""

from collections.abc import Sequence

import msgspec

from campaigns.service.errors import UnreadableFileError

COLUMNS_MAX = 200

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "number": (
        "number",
        "phone",
        "phonenumber",
        "phoneno",
        "phone1",
        "primaryphone",
        "telephone",
        "telephonenumber",
        "tel",
        "msisdn",
        "e164",
        "mobile",
        "mobilenumber",
        "mobilephone",
        "cell",
        "cellphone",
        "homephone",
        "workphone",
        "contactnumber",
        "telefon",
        "telefonnummer",
        "rufnummer",
        "handy",
        "telefono",
        "teléfono",
        "téléphone",
        "telefone",
    ),
    "name": ("name", "fullname", "contactname", "customername", "leadname"),
    "first_name": ("firstname", "givenname", "forename", "vorname", "prénom"),
    "last_name": ("lastname", "surname", "familyname", "nachname"),
    "time_zone": ("timezone", "tz", "ianatimezone", "zeitzone"),
    "priority": ("priority", "prio"),
    "external_id": ("externalid", "id", "leadid", "customerid", "crmid", "reference"),
}
"""Header texts of each field, lower case, letters and digits only; the first that is there wins."""


class ColumnMap(msgspec.Struct, frozen=True):
    """Where each field of a lead stands, by column index; None where the file has none."""

    number: int
    name: int | None
    first_name: int | None
    last_name: int | None
    time_zone: int | None
    priority: int | None
    external_id: int | None
    attributes: dict[int, str]
    """The names of all other columns."""


def map_columns(header: Sequence[str]) -> ColumnMap:
    """Guess the meaning of each column.

    Raises:
        UnreadableFileError: no column holds the phone number; the message names the columns seen.
    """
    if len(header) > COLUMNS_MAX:
        raise UnreadableFileError(f"the file has {len(header)} columns, at most {COLUMNS_MAX} are read")
    keys = ["".join(filter(str.isalnum, text.casefold())) for text in header]
    found = {field: _first(names, keys) for field, names in FIELD_NAMES.items()}
    number = found.pop("number")
    if number is None:
        number = next((index for index, key in enumerate(keys) if "phone" in key), None)
    if number is None:
        seen = ", ".join(repr(text[:40]) for text in header[:20])
        reason = "no column holds the phone number; name its column 'number' or 'phone' in the first line"
        raise UnreadableFileError(f"{reason}. Columns seen: {seen}")
    if found["name"] is not None:
        found["first_name"] = found["last_name"] = None
    used = {number, *found.values()}
    rest = [index for index in range(len(header)) if index not in used]
    return ColumnMap(number=number, attributes=dict(zip(rest, _distinct(header, rest), strict=True)), **found)


def _first(names: Sequence[str], keys: Sequence[str]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def _distinct(header: Sequence[str], indexes: Sequence[int]) -> list[str]:
    names: list[str] = []
    for index in indexes:
        name = header[index].strip() or f"column {index + 1}"
        # A second column of the same name must not overwrite the first.
        names.append(f"{name} ({index + 1})" if name in names else name)
    return names
