import pytest

from dialer.gateway.sip.status import REASON_PHRASES, reason_phrase


def test_registered_phrases() -> None:
    assert reason_phrase(486) == "Busy Here"
    assert all(100 <= status <= 699 for status in REASON_PHRASES)


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (199, "Progress"),
        (299, "Success"),
        (399, "Redirection"),
        (499, "Client Error"),
        (599, "Server Error"),
        (699, "Global Failure"),
    ],
)
def test_others_are_named_by_their_class(status: int, phrase: str) -> None:
    assert reason_phrase(status) == phrase
