"""Erasing a person on request (GDPR, article 17): what is told of them goes, that they must not be called stays."""

from collections.abc import Iterable

from msgspec.structs import replace

from campaigns.erasures import Erased
from campaigns.ports import CampaignStore, Verdict
from campaigns.rules.settings import is_e164
from campaigns.service.errors import CallerError


class CallUnderWayError(CallerError):
    """A call to this person is under way; erase them when it is over."""


class PersonErasedError(CallerError):
    """The person was erased; nothing more is kept of them."""


def erase_person(store: CampaignStore, number: str, now: float, tenant_id: int = 1) -> Erased:
    """Erase everybody who can be reached under a number from the tenant's leads, attempts, CDRs and evidence.

    Raises:
        CallerError: it is no E.164 number.
        CallUnderWayError: nothing is erased.
    """
    if not is_e164(number):
        raise CallerError(f"{number!r} is not an E.164 number such as +12025550123; nobody was erased", "number")
    return store.erase(number, now, tenant_id)


def pseudonym(lead_id: int) -> str:
    """What stands for the numbers of a person who was erased; no number, and the same for all of their records."""
    return f"erased-{lead_id}"


def erased_verdicts(verdicts: Iterable[Verdict], told: Iterable[str], lead_id: int) -> tuple[Verdict, ...]:
    """Evidence in which nothing is left of what is told of the person: numbers, where their consent is on record."""
    texts = [text for text in told if text]
    found = []
    for verdict in verdicts:
        reason = verdict.reason
        for text in texts:
            reason = reason.replace(text, pseudonym(lead_id))
        found.append(replace(verdict, reason=reason))
    return tuple(found)
