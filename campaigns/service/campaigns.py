"""Use cases: create, edit, start, pause and stop a campaign, and put people on the do-not-call list.

Each takes the store first. Settings come as plain mappings, as JSON bodies and TOML files give them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from campaigns.model import Campaign, CampaignStatus, CampaignTask
from campaigns.ports import CampaignStore
from campaigns.rules.caller_ids import registration_problems
from campaigns.rules.compliance import Problem
from campaigns.rules.settings import is_e164, problems
from campaigns.rules.status import may_become
from campaigns.service.errors import CallerError, CampaignNotFoundError, InvalidSettingsError, StatusChangeError
from campaigns.service.presets import PRESETS, preset_of
from pacing import policy_names

NOT_SETTINGS = {
    "campaign_id": "is given by the store; leave it out",
    "tenant_id": "is that of whoever creates the campaign; leave it out",
    "status": "is not a setting; start, pause or stop the campaign instead",
}


def create_campaign(
    store: CampaignStore, settings: Mapping[str, Any], country: str = "", like: int | None = None, tenant_id: int = 1
) -> Campaign:
    """Create a campaign, in status draft; `name` and `skill_group` are required.

    Args:
        store: where to.
        settings: go before everything else.
        country: whose preset to begin with, ISO 3166-1; empty for none.
        like: the campaign whose settings to begin with; a preset goes before them.
        tenant_id: whose the campaign is.

    Raises:
        InvalidSettingsError: names every field that is not right.
        CampaignNotFoundError: there is no campaign to copy.
    """
    _refuse_what_is_no_setting(settings)
    begun: dict[str, Any] = {}
    if like is not None:
        copied = store.campaign(like)
        if copied.tenant_id != tenant_id:
            raise CampaignNotFoundError(like)
        begun = {key: value for key, value in _builtins(copied).items() if key not in NOT_SETTINGS}
    if country:
        begun = _merge(begun, _preset(country))
    campaign = _to_campaign({**_merge(begun, settings), "campaign_id": 0, "tenant_id": tenant_id})
    _refuse_unsound(store, campaign)
    return store.create_campaign(campaign)


def differences(before: Campaign, after: Campaign) -> list[dict[str, Any]]:
    """What has changed between two states of a campaign, field by field: for the audit log."""
    old, new = dict(_flat(_builtins(before))), dict(_flat(_builtins(after)))
    fields = [field for field in dict.fromkeys((*old, *new)) if old.get(field) != new.get(field)]
    return [{"field": field, "before": old.get(field), "after": new.get(field)} for field in fields]


def edit_campaign(store: CampaignStore, campaign_id: int, changes: Mapping[str, Any]) -> Campaign:
    """Change some settings by JSON merge patch (RFC 7396): a null returns a setting to its default.

    Raises:
        CampaignNotFoundError: no such campaign.
        InvalidSettingsError: names every field that would not be right; nothing is changed.
    """
    _refuse_what_is_no_setting(changes)
    before = _builtins(store.campaign(campaign_id))
    campaign = _to_campaign(_merge(before, changes))
    _refuse_unsound(store, campaign)
    store.update_campaign(campaign)
    return campaign


def change_status(store: CampaignStore, campaign_id: int, wanted: CampaignStatus) -> Campaign:
    """Start (running), pause or stop a campaign; to ask for the status it has changes nothing.

    A campaign may be started without leads: it dials as soon as some arrive.

    Raises:
        CampaignNotFoundError: no such campaign.
        StatusChangeError: the status cannot be reached from the present one.
        InvalidSettingsError: a campaign whose settings are no longer sound is not started.
    """
    campaign = store.campaign(campaign_id)
    if not may_become(campaign.status, wanted):
        raise StatusChangeError(campaign.status, wanted)
    if wanted is CampaignStatus.RUNNING:
        _refuse_unsound(store, campaign)
    if wanted is not campaign.status:
        campaign = replace(campaign, status=wanted)
        store.update_campaign(campaign)
    return campaign


def campaign_task(store: CampaignStore, campaign_id: int, now: float) -> CampaignTask:
    """The campaign as the poll would find it, whatever its status: what to post when it has changed.

    Raises:
        CampaignNotFoundError: no such campaign.
    """
    for task in store.tasks(now):
        if task.campaign.campaign_id == campaign_id:
            return task
    return CampaignTask(campaign=store.campaign(campaign_id))


def block_numbers(store: CampaignStore, numbers: Sequence[str], reason: str, now: float, tenant_id: int = 1) -> int:
    """Put E.164 numbers on the tenant's do-not-call list; returns how many were new.

    Raises:
        CallerError: names the entry that is not an E.164 number; nothing is written.
    """
    refuse_what_is_no_number(numbers)
    return store.block_numbers(numbers, reason, now, tenant_id)


def refuse_what_is_no_number(numbers: Sequence[str]) -> None:
    """See that numbers to be blocked are E.164 numbers.

    Raises:
        CallerError: names the first that is not.
    """
    for index, number in enumerate(numbers):
        if not is_e164(number):
            message = f"{number!r} is not an E.164 number such as +12025550123; no number was blocked"
            raise CallerError(message, f"numbers.{index}")


def _builtins(campaign: Campaign) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(campaign)
    return found


def _flat(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, _join(path, str(key)))
        else:
            yield _join(path, str(key)), value


def _preset(country: str) -> Mapping[str, Any]:
    found = preset_of(country)
    if found is None:
        message = f"there is no preset for {country!r}; there are: {', '.join(sorted(PRESETS))}"
        raise InvalidSettingsError([Problem("country", message)])
    return found


def _refuse_what_is_no_setting(settings: Mapping[str, Any]) -> None:
    found = [Problem(field, message) for field, message in NOT_SETTINGS.items() if field in settings]
    if found:
        raise InvalidSettingsError(found)


def _refuse_unsound(store: CampaignStore, campaign: Campaign) -> None:
    registered = {one.number for one in store.caller_ids(campaign.tenant_id)}
    found = (*problems(campaign, policy_names()), *registration_problems(campaign, registered))
    if found:
        raise InvalidSettingsError(found)


def _merge(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(before)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            present = merged.get(key)
            merged[key] = _merge(present if isinstance(present, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged


def _to_campaign(settings: Mapping[str, Any]) -> Campaign:
    try:
        return msgspec.convert(settings, Campaign)
    except msgspec.ValidationError as error:
        raise InvalidSettingsError([_problem(str(error))]) from None


def _problem(message: str) -> Problem:
    """Turn msgspec's "... - at `$.pacing.ratio`" into a field and a message, and name what there is to choose from."""
    text, _, place = message.partition(" - at ")
    is_key, place = place.startswith("`key` in "), place.removeprefix("`key` in ").strip("`$")
    field = place.lstrip(".").replace("[...]", "")
    missing = re.search(r"missing required field `(.*?)`", text)
    if missing is not None:
        return Problem(_join(field, missing[1]), "is required")
    kind = _kind_at(place, is_key)
    unknown = re.search(r"unknown field `(.*?)`", text)
    if unknown is not None and isinstance(kind, inspect.StructType):
        known = sorted({one.encode_name for one in kind.fields} - set(NOT_SETTINGS))
        return Problem(_join(field, unknown[1]), f"is no setting; there are: {', '.join(known)}")
    text = text[:1].lower() + text[1:]
    return Problem(field, f"{text}; there are: {', '.join(kind.cls)}" if isinstance(kind, inspect.EnumType) else text)


def _join(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _kind_at(place: str, is_key: bool) -> inspect.Type:
    """What stands at a place in a campaign's settings, such as ".menu.keys[...].action"; or what its keys are."""
    kind = _stated(inspect.type_info(Campaign))
    for step in re.findall(r"\w+|\[.*?\]", place):
        match kind:
            case inspect.StructType(fields=fields):
                kind = next(one.type for one in fields if one.encode_name == step)
            case inspect.DictType(value_type=value):
                kind = value
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                kind = item
        kind = _stated(kind)
    return _stated(kind.key_type) if is_key and isinstance(kind, inspect.DictType) else kind


def _stated(kind: inspect.Type) -> inspect.Type:
    """What a setting is where it is not null."""
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind
