import pytest

from campaigns.model import CampaignStatus
from campaigns.rules.compliance import Problem
from campaigns.service import errors


def test_the_docstring_is_the_default_text() -> None:
    assert str(errors.StoreUnavailableError()) == "The database cannot be reached; nothing was written."
    assert str(errors.StoreUnavailableError("gone")) == "gone"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.CampaignNotFoundError(7), "there is no campaign 7; list the campaigns to see their ids"),
        (errors.LeadNotFoundError(7), "there is no lead 7"),
        (
            errors.AttemptNotFoundError("7-9"),
            "there is no attempt '7-9'; an attempt is named lead-number, such as 4711-2",
        ),
        (
            errors.InvalidSettingsError([Problem("name", "must not be empty"), Problem("priority", "is 9")]),
            "name: must not be empty; priority: is 9",
        ),
        (
            errors.StatusChangeError(CampaignStatus.RUNNING, CampaignStatus.DRAFT),
            "a campaign that is running cannot become draft, only paused or stopped",
        ),
    ],
)
def test_errors_say_what_is_wrong(error: errors.CallerError, text: str) -> None:
    assert str(error) == text


def test_whose_fault_it_is_can_be_told_from_the_type() -> None:
    assert issubclass(errors.CampaignNotFoundError, errors.NotFoundError)
    assert issubclass(errors.NotFoundError, errors.CallerError)
    assert not issubclass(errors.StoreUnavailableError, errors.CallerError)
    assert issubclass(errors.SchemaError, errors.StoreUnavailableError)
