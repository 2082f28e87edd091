"""A row of text to a lead, or to the field that is wrong and why."""

import re
from datetime import UTC, datetime

import msgspec

from campaigns.consents import NO_CONSENT_STATED, Consent, ConsentKind
from campaigns.importing.columns import ColumnMap
from campaigns.importing.numbers import InvalidNumberError, check_region, to_e164
from campaigns.importing.quick_numbers import QuickNumbers
from campaigns.importing.table import Row
from campaigns.model import LeadNumber, NewLead, PhoneKind
from campaigns.rules.window import find_zone

TEXT_LENGTH_MAX = 1000
PRIORITY_MAX = 99
"""Either way; the store keeps one queue for each priority of a campaign."""

_CONTROL = re.compile("[\0-\x08\x0e-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_CONSENT_WORDS = {
    **{kind.value: kind for kind in ConsentKind},
    **dict.fromkeys(("yes", "y", "true", "1", "opt-in", "optin", "ja", "sí", "oui"), ConsentKind.EXPRESS),
    **dict.fromkeys(("written", "express written"), ConsentKind.EXPRESS_WRITTEN),
    **dict.fromkeys(("no", "n", "false", "0", "opt-out", "optout", "nein", "non"), ConsentKind.REFUSED),
    "unknown": ConsentKind.UNSTATED,
}


class Rejection(msgspec.Struct, frozen=True):
    """A row that was not taken, and why."""

    line: int
    field: str
    """The lead's field or the attribute; empty where the whole row is wrong."""
    value: str
    reason: str


class RejectedError(Exception):
    """The row cannot be taken."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = value
        self.reason = reason

    def of_line(self, line: int) -> Rejection:
        """What is reported of it."""
        return Rejection(line, self.field, self.value[:100], self.reason)


class RowCheck:
    """Makes leads of the rows of one file."""

    def __init__(self, columns: ColumnMap, columns_count: int, default_region: str = "") -> None:
        """Fails with a CallerError where there is no such default region."""
        check_region(default_region)
        self._columns_count = columns_count
        self._region = default_region
        self._quick = QuickNumbers(default_region)
        self._numbers = tuple(columns.numbers.items())
        self._fields = tuple(columns.fields.items())
        self._attributes = tuple(columns.attributes.items())
        self._states_consent = any(field.startswith("consent") for field in columns.fields)

    def lead_of(self, row: Row) -> NewLead:
        """The lead that a row states.

        Raises:
            RejectedError: it cannot be taken.
        """
        if row.problem:
            raise RejectedError("", "", row.problem)
        cells = row.cells
        if len(cells) != self._columns_count:
            cells = self._fitted(cells)
        whole = "".join(cells)
        if len(whole) <= TEXT_LENGTH_MAX and whole.isprintable():
            # Of most rows, and millions of them, nothing more need be asked than this.
            cells = tuple(map(str.strip, cells))
            attributes = {name: text for index, name in self._attributes if (text := cells[index])}
            fields = {field: cells[index] for field, index in self._fields}
        else:
            attributes = {name: text for index, name in self._attributes if (text := _checked(name, cells[index]))}
            fields = {field: _checked(field, cells[index]) for field, index in self._fields}
        number, kind, several = self._read_numbers(cells)
        stated = fields.get
        return NewLead(
            number=number,
            phone_kind=kind,
            numbers=several,
            name=_name(fields),
            time_zone=_time_zone(stated("time_zone", "")),
            priority=_priority(stated("priority", "")),
            attributes=attributes,
            external_id=stated("external_id", ""),
            postal_code=stated("postal_code", ""),
            language=_language(stated("language", "")),
            consent=_consent(fields) if self._states_consent else NO_CONSENT_STATED,
        )

    def _fitted(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        if any(cells[self._columns_count :]):
            # A separator inside an unquoted cell moves all that follow: the number may be another person's.
            reason = (
                f"has {len(cells)} cells, the header has {self._columns_count}; "
                "put cells that hold a separator in quotes"
            )
            raise RejectedError("", "", reason)
        return (cells + ("",) * self._columns_count)[: self._columns_count]

    def _read_numbers(self, cells: tuple[str, ...]) -> tuple[str, PhoneKind, tuple[LeadNumber, ...]]:
        """The number to dial first, its kind, and all numbers where there are several."""
        read: dict[str, LeadNumber] = {}
        for place, (index, kind) in enumerate(self._numbers):
            text = cells[index].strip()
            if not text:
                continue
            number = self._quick.read(text)
            if number is None:
                field = "number" if place == 0 else f"number {place + 1}"
                number = self._exact_number(field, _checked(field, text))
            if len(self._numbers) == 1:
                return number, kind, ()
            # A column further on is tried later.
            read.setdefault(number, LeadNumber(number=number, kind=kind, priority=-place))
        if not read:
            raise RejectedError("number", "", "is empty")
        several = tuple(read.values())
        return several[0].number, several[0].kind, several if len(several) > 1 else ()

    def _exact_number(self, field: str, text: str) -> str:
        try:
            return to_e164(text, self._region)
        except InvalidNumberError as error:
            raise RejectedError(field, text, str(error)) from None


def _checked(field: str, text: str) -> str:
    text = text.strip()
    if len(text) > TEXT_LENGTH_MAX:
        raise RejectedError(field, text, f"has {len(text)} characters, at most {TEXT_LENGTH_MAX} are taken")
    if not text.isprintable():
        if _CONTROL.search(text):
            raise RejectedError(field, repr(text), "holds a control character")
        if _SURROGATE.search(text):
            raise RejectedError(field, repr(text), "holds half of a character")
    return text


def _name(fields: dict[str, str]) -> str:
    parts = fields.get("name"), fields.get("first_name"), fields.get("last_name")
    return " ".join(filter(None, parts))


def _time_zone(text: str) -> str:
    if text and find_zone(text) is None:
        raise RejectedError("time_zone", text, "is not an IANA time zone such as America/New_York")
    return text


def _priority(text: str) -> int:
    if not text:
        return 0
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        raise RejectedError("priority", text, f"is not a whole number from -{PRIORITY_MAX} to {PRIORITY_MAX}")
    return int(text)


def _language(text: str) -> str:
    if text and not _LANGUAGE.fullmatch(text):
        raise RejectedError("language", text, "is not a language tag such as en or pt-BR")
    return text.replace("_", "-")


def _consent(fields: dict[str, str]) -> Consent:
    word, at, source = (fields.get(field, "") for field in ("consent", "consent_at", "consent_source"))
    kind = _CONSENT_WORDS.get(word.casefold()) if word else ConsentKind.UNSTATED
    if kind is None:
        raise RejectedError("consent", word, f"is none of: {', '.join(ConsentKind)}, yes, no")
    return Consent(kind=kind, at=_time(at), source=source)


def _time(text: str) -> float | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        reason = "is not a date such as 2026-03-02 or 2026-03-02T09:30:00+01:00"
        raise RejectedError("consent_at", text, reason) from None
