"""The tree of errors of this package; each docstring is the error's default text.

CampaignsError
    CallerError                    the caller asked for something that cannot be; mend the request
        NotFoundError
            CampaignNotFoundError
            LeadNotFoundError
            AttemptNotFoundError
            ImportNotFoundError
            CallerIdNotFoundError
        ImportMovedError
        CallerIdInUseError
        InvalidSettingsError
        StatusChangeError
        InvalidListingError
        UnreadableFileError
        StoreUrlError
    StoreUnavailableError          the database is at fault; try again when it is back
        SchemaError
"""

import inspect
from collections.abc import Sequence

from campaigns.model import CampaignStatus
from campaigns.rules.compliance import Problem
from campaigns.rules.status import TRANSITIONS


class CampaignsError(Exception):
    """Something went wrong with campaigns, leads or their store."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class CallerError(CampaignsError):
    """The request cannot be carried out as it is."""

    def __init__(self, message: str = "", field: str = "") -> None:
        super().__init__(message)
        self.field = field
        """What of the request is wrong, "numbers.3"; empty where it is no single field."""


class NotFoundError(CallerError):
    """There is no such thing."""


class CampaignNotFoundError(NotFoundError):
    """There is no such campaign."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(f"there is no campaign {campaign_id}; list the campaigns to see their ids")
        self.campaign_id = campaign_id


class LeadNotFoundError(NotFoundError):
    """There is no such lead."""

    def __init__(self, lead_id: int) -> None:
        super().__init__(f"there is no lead {lead_id}")
        self.lead_id = lead_id


class AttemptNotFoundError(NotFoundError):
    """There is no such attempt."""

    def __init__(self, attempt_id: str) -> None:
        super().__init__(f"there is no attempt {attempt_id!r}; an attempt is named lead-number, such as 4711-2")
        self.attempt_id = attempt_id


class ImportNotFoundError(NotFoundError):
    """There is no such import."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"there is no import {import_id}")
        self.import_id = import_id


class RecordingNotFoundError(NotFoundError):
    """There is no such recording."""

    def __init__(self, recording_id: int) -> None:
        super().__init__(f"there is no recording {recording_id}")
        self.recording_id = recording_id


class CallerIdNotFoundError(NotFoundError):
    """The tenant has registered no such caller ID."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number!r} is not among the registered caller IDs")
        self.number = number


class ImportMovedError(CallerError):
    """The import is not where it was: another process goes on with it, or it has ended; look at its status."""


class CallerIdInUseError(CallerError):
    """A campaign shows that number."""

    def __init__(self, number: str, campaign_id: int) -> None:
        super().__init__(f"campaign {campaign_id} shows {number}; stop it, or give it another number first")
        self.number = number


class InvalidSettingsError(CallerError):
    """The campaign's settings are not sound."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class StatusChangeError(CallerError):
    """The campaign cannot go to that status."""

    def __init__(self, status: CampaignStatus, wanted: CampaignStatus) -> None:
        choices = " or ".join(sorted(TRANSITIONS[status]))
        super().__init__(f"a campaign that is {status} cannot become {wanted}, only {choices}")
        self.status = status
        self.wanted = wanted


class InvalidListingError(CallerError):
    """The listing's limit or cursor is not valid; leave the cursor out to begin with the first page."""

    def __init__(self, message: str = "", field: str = "cursor") -> None:
        super().__init__(message, field)


class UnreadableFileError(CallerError):
    """No leads can be read from this file."""


class StoreUrlError(CallerError):
    """The database URL is not valid; write sqlite:///dialer.sqlite3 or postgresql://user:password@host/database."""


class StoreUnavailableError(CampaignsError):
    """The database cannot be reached; nothing was written."""


class SchemaError(StoreUnavailableError):
    """The database's tables are not those of this version of the dialer."""
