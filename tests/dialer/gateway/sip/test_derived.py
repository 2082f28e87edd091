from dialer.gateway.sip.derived import make_cancel, make_refusal_ack, make_response
from dialer.gateway.sip.message import Request

HEADERS = {
    "Via": ["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2"],
    "From": ["<sip:a@h>;tag=1"],
    "To": ["<sip:b@h>"],
    "Call-ID": ["c"],
    "CSeq": ["7 INVITE"],
    "Record-Route": ["<sip:p;lr>"],
    "Route": ["<sip:r;lr>"],
    "Authorization": ["Digest x"],
    "Timestamp": ["54"],
}


def invite() -> Request:
    return Request("INVITE", "sip:b@h", {name: list(values) for name, values in HEADERS.items()})


def test_a_response_repeats_what_belongs_to_its_request() -> None:
    response = make_response(invite(), 180, to_tag="x", headers=(("Contact", "<sip:me>"),))
    assert response.headers["Via"] == HEADERS["Via"]
    assert response.headers["To"] == ["<sip:b@h>;tag=x"]
    assert response.headers["Record-Route"] == ["<sip:p;lr>"]
    assert (response.reason, response.cseq, response.method) == ("Ringing", 7, "INVITE")
    assert "Route" not in response.headers


def test_100_carries_the_timestamp_and_no_route_and_a_refusal_no_route_either() -> None:
    assert make_response(invite(), 100).headers["Timestamp"] == ["54"]
    assert "Record-Route" not in make_response(invite(), 100).headers
    assert "Record-Route" not in make_response(invite(), 486).headers


def test_a_tag_that_is_there_stays() -> None:
    request = invite()
    request.headers["To"] = ["<sip:b@h>;tag=theirs"]
    request.to_tag = "theirs"
    assert make_response(request, 200, to_tag="other").headers["To"] == ["<sip:b@h>;tag=theirs"]


def test_the_ack_of_a_refusal_belongs_to_the_same_transaction() -> None:
    refusal = make_response(invite(), 486, to_tag="x")
    ack = make_refusal_ack(invite(), refusal)
    assert (ack.method, ack.uri, ack.cseq, ack.branch) == ("ACK", "sip:b@h", 7, "z9hG4bK1")
    assert ack.headers["Via"] == ["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"]
    assert ack.headers["To"] == ["<sip:b@h>;tag=x"]
    assert ack.headers["Route"] == ["<sip:r;lr>"]
    assert ack.headers["Authorization"] == ["Digest x"]


def test_a_cancel_finds_its_invite() -> None:
    cancel = make_cancel(invite(), reason="SIP;cause=200")
    assert (cancel.method, cancel.uri, cancel.cseq, cancel.branch, cancel.to_tag) == (
        "CANCEL", "sip:b@h", 7, "z9hG4bK1", None,
    )  # fmt: skip
    assert cancel.headers["Reason"] == ["SIP;cause=200"]
    assert "Authorization" not in cancel.headers
