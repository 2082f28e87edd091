"""Which column of a file holds which field of a lead: guessed from the header, or from a mapping that was saved."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from campaigns.model import PhoneKind
from campaigns.service.errors import CallerError, UnreadableFileError

COLUMNS_MAX = 200
NUMBERS_MAX = 10
"""Numbers of one lead."""

NUMBER = "number"
ATTRIBUTE = "attribute"
IGNORE = "ignore"

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "contactname", "customername", "leadname"),
    "first_name": ("firstname", "givenname", "forename", "vorname", "prénom"),
    "last_name": ("lastname", "surname", "familyname", "nachname"),
    "time_zone": ("timezone", "tz", "ianatimezone", "zeitzone"),
    "priority": ("priority", "prio"),
    "external_id": ("externalid", "id", "leadid", "customerid", "crmid", "reference"),
    "postal_code": ("postalcode", "postcode", "zip", "zipcode", "plz", "cep", "codepostal"),
    "language": ("language", "lang", "locale", "sprache", "idioma", "langue"),
    "consent": ("consent", "consentkind", "consenttype", "optin", "einwilligung"),
    "consent_at": ("consentat", "consentdate", "consenttime", "consentgiven", "optindate"),
    "consent_source": ("consentsource", "optinsource"),
}
"""Header texts of each field, lower case, letters and digits only; the first that is there wins."""

NUMBER_NAMES: dict[str, PhoneKind] = {
    name: kind
    for kind, names in {
        PhoneKind.UNKNOWN: (
            "number", "phone", "phonenumber", "phoneno", "primaryphone", "telephone", "telephonenumber", "tel",
            "msisdn", "e164", "contactnumber", "telefon", "telefonnummer", "rufnummer", "telefono", "teléfono",
            "téléphone", "telefone",
        ),
        PhoneKind.MOBILE: ("mobile", "mobilenumber", "mobilephone", "cell", "cellphone", "handy", "celular"),
        PhoneKind.HOME: ("home", "homephone", "homenumber", "landline", "privatephone"),
        PhoneKind.WORK: ("work", "workphone", "worknumber", "businessphone", "officephone"),
    }.items()
    for name in names
}  # fmt: skip
"""Header texts of numbers and the kind that each speaks of; a digit may follow."""

REJECT_COLUMNS = ("rejected line", "rejected field", "rejected value", "rejected reason")
"""Columns that a rejects file has before those of its list; left out when it is read again."""

TARGETS = (*(f"{NUMBER}/{kind}" for kind in PhoneKind), NUMBER, *FIELD_NAMES, ATTRIBUTE, IGNORE)
"""What a column may be mapped to."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each column is taken for, by its header; those that are not named are guessed.

    A column is a field of a lead, `number/mobile` or another kind of number, `attribute`, `attribute/NAME` (kept under
    another name) or `ignore`. Of several columns of numbers, the first here is the first to be dialed.
    """

    columns: dict[str, str]


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True):
    """Where each field of a lead stands, by column index."""

    numbers: dict[int, PhoneKind]
    """The columns of numbers, best first."""
    fields: dict[str, int]
    attributes: dict[int, str]
    """The names of all other columns that are kept."""

    def described(self, header: Sequence[str]) -> dict[str, str]:
        """What each column is taken for, as a `Mapping` has it."""
        found = {header[index]: f"{NUMBER}/{kind}" for index, kind in self.numbers.items()}
        found |= {header[index]: field for field, index in self.fields.items()}
        for index, name in self.attributes.items():
            found.setdefault(header[index], ATTRIBUTE if name == header[index] else f"{ATTRIBUTE}/{name}")
        return found | {name: IGNORE for name in header if name not in found}


def map_columns(header: Sequence[str], mapping: Mapping | None = None) -> ColumnMap:
    """Find the meaning of each column.

    Raises:
        UnreadableFileError: no column holds a phone number, or the mapping names one that is not there; the message
            names the columns seen.
    """
    if len(header) > COLUMNS_MAX:
        raise UnreadableFileError(f"the file has {len(header)} columns, at most {COLUMNS_MAX} are read")
    stated = _stated(header, mapping)
    free = [index for index in range(len(header)) if index not in stated and header[index] not in REJECT_COLUMNS]
    numbers = {index: _kind_of(target) for index, target in stated.items() if target.partition("/")[0] == NUMBER}
    fields = {target: index for index, target in stated.items() if target in FIELD_NAMES}
    keys = {index: "".join(filter(str.isalnum, header[index].casefold())) for index in free}
    numbers |= _guess_numbers(keys, bool(numbers))
    if not numbers:
        seen = ", ".join(repr(text[:40]) for text in header[:20])
        reason = "no column holds the phone number; name its column 'number' or 'phone' in the first line"
        raise UnreadableFileError(
            f"{reason}, or say in a mapping which it is (dialer import --mapping). Columns seen: {seen}"
        )
    fields |= _guess_fields({index: key for index, key in keys.items() if index not in numbers}, set(fields))
    used = {*numbers, *fields.values(), *(index for index, target in stated.items() if target == IGNORE)}
    kept = [index for index in range(len(header)) if index not in used and header[index] not in REJECT_COLUMNS]
    names = {index: target.partition("/")[2] for index, target in stated.items() if target.startswith(ATTRIBUTE)}
    return ColumnMap(numbers=numbers, fields=fields, attributes=_named(header, kept, names))


def read_mapping(path: Path) -> Mapping:
    """Read a saved mapping.

    Raises:
        CallerError: it cannot be read, or is not one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mapping)
    except OSError as error:
        raise CallerError(f"the mapping {path} cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CallerError(f"{path} is not a mapping: {error}; save one with --save-mapping and edit it") from None


def mapping_text(mapping: Mapping) -> bytes:
    """A mapping to be saved: JSON, a line for each column."""
    return msgspec.json.format(msgspec.json.encode(mapping), indent=2) + b"\n"


def _stated(header: Sequence[str], mapping: Mapping | None) -> dict[int, str]:
    """The columns that the mapping names, by index, in its order."""
    stated: dict[int, str] = {}
    for name, target in (mapping.columns if mapping is not None else {}).items():
        if target not in TARGETS and not target.startswith(f"{ATTRIBUTE}/"):
            raise UnreadableFileError(f"the mapping takes {name!r} for {target!r}; choose from: {', '.join(TARGETS)}")
        if name not in header:
            seen = ", ".join(repr(text[:40]) for text in header[:20])
            raise UnreadableFileError(f"the mapping names a column {name!r} that is not there. Columns seen: {seen}")
        if target in FIELD_NAMES and target in stated.values():
            raise UnreadableFileError(f"the mapping takes two columns for {target!r}, one of them {name!r}")
        stated[header.index(name)] = target
    return stated


def _kind_of(target: str) -> PhoneKind:
    return PhoneKind(target.partition("/")[2] or PhoneKind.UNKNOWN)


def _guess_numbers(keys: dict[int, str], is_stated: bool) -> dict[int, PhoneKind]:
    """Columns of numbers, those that are called just so first."""
    found: dict[int, PhoneKind] = {}
    for index, key in keys.items():
        kind = NUMBER_NAMES.get(re.sub(r"(?<=[a-z])\d$", "", key), NUMBER_NAMES.get(key))
        if kind is not None:
            found[index] = kind
    if not found and not is_stated:
        # A column that only speaks of a phone may be anything else about it, so it counts where there is no better.
        found = dict.fromkeys([index for index, key in keys.items() if "phone" in key][:1], PhoneKind.UNKNOWN)
    plain_first = sorted(found, key=lambda index: (found[index] is not PhoneKind.UNKNOWN, index))
    return {index: found[index] for index in plain_first[:NUMBERS_MAX]}


def _guess_fields(keys: dict[int, str], taken: set[str]) -> dict[str, int]:
    places = {key: index for index, key in reversed(keys.items())}
    found = {
        field: next((places[name] for name in names if name in places), None) for field, names in FIELD_NAMES.items()
    }
    if found["name"] is not None or "name" in taken:
        found["first_name"] = found["last_name"] = None
    return {field: index for field, index in found.items() if index is not None and field not in taken}


def _named(header: Sequence[str], indexes: Sequence[int], names: dict[int, str]) -> dict[int, str]:
    """A name for each attribute; a second column of the same name must not overwrite the first."""
    found: dict[int, str] = {}
    for index in indexes:
        name = names.get(index) or header[index].strip() or f"column {index + 1}"
        found[index] = f"{name} ({index + 1})" if name in found.values() else name
    return found
