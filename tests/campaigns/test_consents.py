import msgspec
import pytest

from campaigns.consents import NO_CONSENT_STATED, Consent, ConsentKind


def test_consent_is_unstated_unless_a_list_says_otherwise() -> None:
    assert Consent(kind=ConsentKind.UNSTATED, at=None, source="") == NO_CONSENT_STATED
    assert msgspec.convert({"kind": "express_written", "at": 5.0}, Consent).kind is ConsentKind.EXPRESS_WRITTEN
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "perhaps"}, Consent)
