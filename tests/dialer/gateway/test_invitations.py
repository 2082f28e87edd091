import pytest

from dialer.gateway.invitations import ANONYMOUS, address_of, call_invitation, leg_invitation, leg_uri
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import Credentials, MalformedMessage
from dialer.messages import OpenLeg, PlaceCall

DESTINATION = ("192.0.2.20", 5060)


def command(number: str = "+12025550199", caller_id: str = "+12025550100") -> PlaceCall:
    return PlaceCall(call_id="4711-2", number=number, caller_id=caller_id, trunk="t", ring_timeout_s=25.0)


def test_a_plain_trunk() -> None:
    trunk = TrunkAddress(name="t", host="192.0.2.20")
    invitation = call_invitation(command(), trunk, DESTINATION, "192.0.2.10", b"offer")
    assert invitation.uri == "sip:+12025550199@192.0.2.20"
    assert invitation.caller == "<sip:+12025550100@192.0.2.10>"
    assert invitation.headers == (("X-Attempt-Id", "4711-2"),)
    assert (invitation.session_id, invitation.ring_timeout_s) == ("4711-2", 25.0)
    assert (invitation.destination, invitation.body, invitation.credentials) == (DESTINATION, b"offer", None)


def test_a_trunk_with_everything() -> None:
    trunk = TrunkAddress(
        name="t", host="2001:db8::1", port=5070, username="me", password="hush", realm="r", domain="carrier.example",
        asserts_identity=True, attempt_header="", headers=(("X-Account", "7"),),
    )  # fmt: skip
    invitation = call_invitation(command(), trunk, DESTINATION, "192.0.2.10", b"")
    assert invitation.uri == "sip:+12025550199@[2001:db8::1]:5070"
    assert invitation.caller == "<sip:+12025550100@carrier.example>"
    assert invitation.headers == (
        ("X-Account", "7"), ("P-Asserted-Identity", "<sip:+12025550100@carrier.example>"),
    )  # fmt: skip
    assert invitation.credentials == Credentials(username="me", password="hush", realm="r")


def test_a_call_without_caller_id_is_anonymous() -> None:
    trunk = TrunkAddress(name="t", host="192.0.2.20", asserts_identity=True)
    invitation = call_invitation(command(caller_id=""), trunk, DESTINATION, "192.0.2.10", b"")
    assert invitation.caller == ANONYMOUS
    assert [name for name, _ in invitation.headers] == ["X-Attempt-Id"]


def test_numbers_cannot_smuggle_anything() -> None:
    trunk = TrunkAddress(name="t", host="192.0.2.20")
    invitation = call_invitation(command("1@evil>\r\nX: 1", '"2 '), trunk, DESTINATION, "192.0.2.10", b"")
    assert invitation.uri == "sip:1%40evil%3E%0D%0AX%3A%201@192.0.2.20"
    assert invitation.caller == "<sip:%222%20@192.0.2.10>"


@pytest.mark.parametrize(
    ("address", "uri", "to"),
    [
        ("sip:1001@192.0.2.7:5070", "sip:1001@192.0.2.7:5070", ("192.0.2.7", 5070)),
        ("1001@192.0.2.7", "sip:1001@192.0.2.7", ("192.0.2.7", 5060)),
        ("192.0.2.7:5080", "sip:192.0.2.7:5080", ("192.0.2.7", 5080)),
        ("sip:a@[::1]", "sip:a@[::1]", ("::1", 5060)),
    ],
)
def test_addresses_of_phones(address: str, uri: str, to: tuple[str, int]) -> None:
    assert str(leg_uri(address)) == uri
    assert leg_uri(address).address == to


@pytest.mark.parametrize("address", ["", "sip:", "tel:+1", "a b@192.0.2.7", "<sip:a@h>", 'sip:"a"@h', "a\r\n@h"])
def test_what_is_no_address_of_a_phone(address: str) -> None:
    with pytest.raises(MalformedMessage):
        leg_uri(address)


def test_an_agents_leg() -> None:
    settings = GatewaySettings(leg_ring_timeout_s=12.0)
    command = OpenLeg(leg_id="anna#1", agent_id="anna", address="sip:anna@192.0.2.7")
    invitation = leg_invitation(command, command.address, ("192.0.2.7", 5060), "192.0.2.10", b"o", settings)
    assert (invitation.session_id, invitation.uri) == ("anna#1", "sip:anna@192.0.2.7")
    assert (invitation.ring_timeout_s, invitation.headers) == (12.0, ())


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("a@192.0.2.7", ("192.0.2.7", 5060)),
        ("a@192.0.2.7;transport=TCP", ("192.0.2.7", 5060, "tcp")),
        ("sips:a@192.0.2.7", ("192.0.2.7", 5061, "tls")),
        ("a@192.0.2.7:7000;transport=tls", ("192.0.2.7", 7000, "tls")),
        ("a@192.0.2.7;transport=carrier-pigeon", ("192.0.2.7", 5060)),
    ],
)
def test_how_phones_are_reached(address: str, to: tuple[object, ...]) -> None:
    assert address_of(leg_uri(address), "192.0.2.7") == to


def headers_of(identity: str = "", **trunk: object) -> tuple[str, dict[str, str]]:
    address = TrunkAddress(name="t", host="192.0.2.20", attempt_header="", **trunk)  # type: ignore[arg-type]
    invitation = call_invitation(command(), address, DESTINATION, "192.0.2.10", b"", identity)
    return invitation.caller, dict(invitation.headers)


def test_a_hidden_caller_id_is_asserted_to_the_carrier_alone() -> None:
    caller, headers = headers_of(hides_caller_id=True)
    assert caller == ANONYMOUS
    assert headers["Privacy"] == "id"
    assert headers["P-Asserted-Identity"].startswith("<sip:+12025550100@")


def test_diversion_identity_and_the_caller_ids_form() -> None:
    caller, headers = headers_of("signed", diverted_from="+12025550155", caller_rules=((r"^\+1", ""),))
    assert caller == "<sip:2025550100@192.0.2.10>"
    assert headers == {
        "Diversion": "<sip:+12025550155@192.0.2.10>;reason=unconditional;counter=1",
        "Identity": "signed",
    }
