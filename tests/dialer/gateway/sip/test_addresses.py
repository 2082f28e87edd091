import pytest

from dialer.gateway.sip.addresses import at, is_reliable, transport_of


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_an_address_knows_its_transport(transport: str) -> None:
    address = at("192.0.2.1", 5060, transport)
    assert transport_of(address) == transport
    assert is_reliable(address) is (transport != "udp")


def test_an_address_of_udp_is_what_its_socket_says() -> None:
    assert at("192.0.2.1", 5060, "udp") == ("192.0.2.1", 5060)
