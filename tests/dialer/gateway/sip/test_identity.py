import itertools

from dialer.gateway.sip.headers import parse_via
from dialer.gateway.sip.identity import Identity


def make(host: str) -> Identity:
    numbers = itertools.count(1)
    return Identity((host, 5060), lambda: f"t{next(numbers)}", "test")


def test_ids_are_new_each_time_and_branches_say_that_they_are_rfc_3261s() -> None:
    identity = make("192.0.2.1")
    ids = [identity.new_branch(), identity.new_branch(), identity.new_tag(), identity.new_call_id()]
    assert len(set(ids)) == 4
    assert ids[0].startswith("z9hG4bK")
    assert ids[3].endswith("@192.0.2.1:5060")


def test_via_and_contact_name_our_address() -> None:
    identity = make("2001:db8::1")
    via = parse_via(identity.via("z9hG4bKx"))
    assert (via.host, via.port, via.branch, "rport" in via.parameters) == ("2001:db8::1", 5060, "z9hG4bKx", True)
    assert identity.contact == "<sip:[2001:db8::1]:5060>"


def test_each_transport_has_its_own_way_back() -> None:
    identity = make("192.0.2.1")
    identity.listen_on("tls", 5061)
    assert identity.via("z9hG4bKx", "tls") == "SIP/2.0/TLS 192.0.2.1:5061;rport;branch=z9hG4bKx"
    assert identity.contact_over("tls") == "<sip:192.0.2.1:5061;transport=tls>"
    assert identity.via("z9hG4bKx", "tcp") == "SIP/2.0/TCP 192.0.2.1:5060;rport;branch=z9hG4bKx"
    assert identity.contact_over("tcp") == identity.contact, "where nobody listens, UDP"
