import msgspec
import pytest

from dialer.gateway.settings import GatewaySettings, TrunkAddress


def test_listening_everywhere_needs_an_address_for_the_far_ends() -> None:
    with pytest.raises(ValueError, match="advertised_host"):
        GatewaySettings(host="0.0.0.0")
    assert GatewaySettings(host="0.0.0.0", advertised_host="192.0.2.1").advertised_host == "192.0.2.1"
    with pytest.raises(ValueError, match="not an IP address"):
        GatewaySettings(advertised_host="pbx.example.com")


def test_trunks_have_names_of_their_own() -> None:
    trunk = TrunkAddress(name="a", host="192.0.2.1")
    with pytest.raises(ValueError, match="same name"):
        GatewaySettings(trunks=(trunk, trunk))


def test_an_unknown_setting_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({"colour": "red"}, GatewaySettings)


def test_the_password_is_never_shown() -> None:
    trunk = TrunkAddress(name="a", host="192.0.2.1", username="me", password="hush")
    assert "hush" not in repr(trunk)
    assert "hush" not in repr(GatewaySettings(trunks=(trunk,)))


def test_a_trunk_has_a_transport_that_exists() -> None:
    with pytest.raises(ValueError, match="none of udp, tcp, tls"):
        TrunkAddress(name="a", host="192.0.2.1", transport="sctp")
