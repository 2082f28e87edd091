"""Leads that another system hands over as objects, one or a few thousand at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from campaigns.importing.batches import ImportOptions
from campaigns.importing.checking import RejectedError, Rejection, RowCheck
from campaigns.importing.columns import FIELD_NAMES, ColumnMap
from campaigns.importing.json_lines import as_text
from campaigns.importing.leads import BLOCKED, DUPLICATE, ImportReport, rules_of
from campaigns.importing.table import Row
from campaigns.imports import OnDuplicate
from campaigns.model import LeadNumber, NewLead, PhoneKind
from campaigns.ports import CampaignStore

LEADS_MAX = 5000
NUMBERS_MAX = 10

_MEMBERS = ("number", "numbers", "attributes", *FIELD_NAMES)


def import_objects(
    store: CampaignStore, campaign_id: int, objects: Sequence[Mapping[str, Any]], options: ImportOptions
) -> ImportReport:
    """Add leads given as objects; a rejection names each by its place, counted from 1.

    Raises:
        CampaignNotFoundError, CallerError, StoreUnavailableError: as `import_leads`.
    """
    store.campaign(campaign_id)
    leads: list[NewLead] = []
    places: list[int] = []
    rejections: list[Rejection] = []
    check = ObjectCheck(options.default_region)
    for place, found in enumerate(objects, 1):
        try:
            leads.append(check.lead_of(found))
            places.append(place)
        except RejectedError as error:
            rejections.append(error.of_line(place))
    list_id = store.open_list(campaign_id, options.list_name) if options.list_name and not options.dry_run else 0
    rules = rules_of(options, list_id)
    added = (store.check_leads if options.dry_run else store.add_leads)(campaign_id, leads, rules)
    reasons = dict.fromkeys(added.blocked_at, BLOCKED)
    is_rejecting = rules.duplicates is OnDuplicate.REJECT
    if is_rejecting:
        reasons |= dict.fromkeys(added.duplicates_at, DUPLICATE)
    rejections += [Rejection(places[at], "number", leads[at].number, reason) for at, reason in reasons.items()]
    return ImportReport(
        rows=len(objects),
        accepted=added.accepted,
        rejected=len(rejections),
        duplicates=0 if is_rejecting else added.duplicates,
        updated=added.updated,
        blocked=added.blocked,
        rejections=tuple(sorted(rejections, key=lambda one: one.line)),
        columns={},
        file="objects",
    )


class ObjectCheck:
    """Makes leads of objects, by the same rules as of the rows of a file."""

    def __init__(self, default_region: str) -> None:
        """Fails with a CallerError where there is no such default region."""
        self._region = default_region
        self._numbers = RowCheck(ColumnMap(numbers={0: PhoneKind.UNKNOWN}, fields={}, attributes={}), 1, default_region)

    def lead_of(self, found: Mapping[str, Any]) -> NewLead:
        """The lead that an object states.

        Raises:
            RejectedError: it cannot be taken.
        """
        unknown = [name for name in found if name not in _MEMBERS]
        if unknown:
            reason = f"is no member of a lead; put it among the attributes. Members: {', '.join(_MEMBERS)}"
            raise RejectedError(unknown[0], as_text(found[unknown[0]]), reason)
        attributes = found.get("attributes") or {}
        if not isinstance(attributes, Mapping):
            raise RejectedError("attributes", as_text(attributes), "is not an object of texts")
        numbers = self._read_numbers(found)
        fields = [name for name in FIELD_NAMES if name in found]
        names = [str(name) for name in attributes]
        columns = ColumnMap(
            numbers={0: numbers[0].kind},
            fields={name: index for index, name in enumerate(fields, 1)},
            attributes=dict(enumerate(names, 1 + len(fields))),
        )
        cells = (numbers[0].number, *(as_text(found[name]) for name in fields), *map(as_text, attributes.values()))
        lead = RowCheck(columns, len(cells), self._region).lead_of(Row(0, cells))
        if len(numbers) == 1:
            return lead
        return _with_numbers(lead, numbers)

    def _read_numbers(self, found: Mapping[str, Any]) -> list[LeadNumber]:
        stated = found.get("numbers")
        if stated is None:
            stated = [found.get("number", "")]
        if not isinstance(stated, list) or not 1 <= len(stated) <= NUMBERS_MAX:
            raise RejectedError("numbers", as_text(stated), f"is not a list of 1 to {NUMBERS_MAX} numbers")
        read: dict[str, LeadNumber] = {}
        for one in stated:
            number = self._read_number(one if isinstance(one, Mapping) else {"number": one})
            read.setdefault(number.number, number)
        return sorted(read.values(), key=lambda one: -one.priority)

    def _read_number(self, stated: Mapping[str, Any]) -> LeadNumber:
        text = as_text(stated.get("number"))
        kind, priority = stated.get("kind", PhoneKind.UNKNOWN), stated.get("priority", 0)
        if kind not in set(PhoneKind):
            raise RejectedError("number kind", as_text(kind), f"is none of: {', '.join(PhoneKind)}")
        if not isinstance(priority, int) or not -99 <= priority <= 99:
            raise RejectedError("number priority", as_text(priority), "is not a whole number from -99 to 99")
        lead = self._numbers.lead_of(Row(0, (text,)))
        return LeadNumber(number=lead.number, kind=PhoneKind(kind), priority=priority)


def _with_numbers(lead: NewLead, numbers: list[LeadNumber]) -> NewLead:
    return replace(lead, number=numbers[0].number, phone_kind=numbers[0].kind, numbers=tuple(numbers))
