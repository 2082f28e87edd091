import pytest

from dialer.gateway.signers import SignerError, Signers, load_signer
from dialer.messages import PlaceCall

CALL = PlaceCall(call_id="1-1", number="+12025550199", caller_id="+12025550100", trunk="t", ring_timeout_s=20.0)


def sign(caller_id: str, number: str, attempt_id: str) -> str:
    return f"passport-of-{caller_id}-to-{number}-for-{attempt_id};info=<https://cert.example>;alg=ES256;ppt=shaken"


def fail(caller_id: str, number: str, attempt_id: str) -> str:
    raise ValueError("the certificate has expired")


def smuggle(caller_id: str, number: str, attempt_id: str) -> str:
    return "x\r\nX-Evil: 1"


NOT_CALLABLE = 1


def test_a_trunk_with_a_signer_sends_what_it_writes() -> None:
    signers = Signers({"t": f"{__name__}:sign", "other": ""})
    assert signers.sign("t", CALL).startswith("passport-of-+12025550100-to-+12025550199-for-1-1;")
    assert signers.sign("other", CALL) == ""


@pytest.mark.parametrize("function", ["fail", "smuggle"])
def test_one_that_fails_costs_the_signature_and_not_the_call(function: str) -> None:
    signers = Signers({"t": f"{__name__}:{function}"})
    assert signers.sign("t", CALL) == ""
    assert signers.failures == 1


@pytest.mark.parametrize(
    "name", ["no-colon", "no_such_module_at_all:f", f"{__name__}:nothing", f"{__name__}:NOT_CALLABLE"]
)
def test_one_that_is_not_there_is_said_to_be_so(name: str) -> None:
    with pytest.raises(SignerError, match="identity_signer"):
        load_signer(name)
