"""How the cost of a message grows with its length: each shape at one length and at twice that, by a whole agent."""

import statistics
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.sip_fuzz_target import Target

LENGTH = 15_000
"""Repetitions, so that the doubled one still fits into one datagram of 65,535 bytes."""
GOES = 9


def request(*lines: str, method: str = "OPTIONS", body: str = "") -> bytes:
    """A request with the headers that each must have, those in `lines` apart."""
    usual = {
        "Via": "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1",
        "From": "<sip:a@h>;tag=1",
        "To": "<sip:b@h>",
        "Call-ID": "c@h",
        "CSeq": f"1 {method}",
    }
    given = {line.partition(":")[0] for line in lines}
    rest = [f"{name}: {value}" for name, value in usual.items() if name not in given]
    return "\r\n".join([f"{method} sip:b@h SIP/2.0", *lines, *rest, "", body]).encode()


SHAPES: dict[str, Callable[[int], bytes]] = {
    "header lines": lambda n: request(*["X-A: b"] * min(n // 8, 240), "Subject: " + "a" * n),
    "too many header lines": lambda n: request(*["X-A: b"] * (n // 8)),
    "folded lines": lambda n: request("Subject: a" + "\r\n b" * (n // 4)),
    "folds of white space": lambda n: request("Subject: a\r\n" + " " * n + "b"),
    "parameters": lambda n: request("To: <sip:b@h>" + ";a=b" * (n // 4)),
    "semicolons": lambda n: request("To: <sip:b@h>" + ";" * n),
    "parameters of a URI": lambda n: request("Contact: <sip:b@h" + ";a=b" * (n // 4) + ">", method="INVITE"),
    "a quoted string": lambda n: request('To: "' + "a" * n + '" <sip:b@h>'),
    "escapes in quotes": lambda n: request('To: "' + '\\"' * (n // 2) + '" <sip:b@h>'),
    "quotes never closed": lambda n: request('To: "' + '\\"' * (n // 2) + " <sip:b@h>"),
    "brackets never closed": lambda n: request("To: " + "<" * n),
    "hops": lambda n: request("Via: " + ", ".join(["SIP/2.0/UDP h;branch=z9hG4bK1"] * (n // 30))),
    "commas": lambda n: request("Via: SIP/2.0/UDP h" + "," * n),
    "white space": lambda n: request("Via: SIP" + " " * n + "/2.0/UDP h"),
    "spaces in the request line": lambda n: b"OPTIONS" + b" " * n + request()[8:],
    "line ends before": lambda n: b"\r\n" * (n // 2) + request(),
    "digits": lambda n: request("CSeq: " + "1" * n + " OPTIONS"),
    "options required": lambda n: request("Require: " + "a," * (n // 2) + "b"),
    "contacts": lambda n: request("Contact: " + ", ".join(["<sip:b@h>"] * (n // 11)), method="REGISTER"),
    "digest fields": lambda n: request("Authorization: Digest " + 'a="b",' * (n // 6) + 'c="d"', method="REGISTER"),
    "lines of SDP": lambda n: request(
        "Content-Type: application/sdp", method="INVITE", body="v=0\r\n" + "a=b\r\n" * (n // 8)
    ),
    "media lines": lambda n: request(method="INVITE", body="v=0\r\n" + "m=audio 1 RTP/AVP 0\r\n" * (n // 40)),
}


class Growth(NamedTuple):
    """What one shape costs."""

    shape: str
    ns_per_byte: float
    """At the doubled length."""
    ratio: float
    """Of the costs at the doubled length and the single one: 2 where cost is linear, 4 where it is quadratic."""


def growths() -> list[Growth]:
    """Every shape, measured."""
    target = Target()
    return [measure(target, shape, make) for shape, make in SHAPES.items()]


def measure(target: Target, shape: str, make: Callable[[int], bytes], length: int = LENGTH, goes: int = GOES) -> Growth:
    """One shape: each length in turn, so that what else the machine does falls on both."""
    single, double = make(length), make(2 * length)
    costs = [(cost_ns(target, single), cost_ns(target, double)) for _ in range(goes)]
    of_single, of_double = (min(side) for side in zip(*costs, strict=True))
    ratio = statistics.median(after / before for before, after in costs)
    return Growth(shape, of_double / len(double), min(ratio, of_double / of_single))


def cost_ns(target: Target, data: bytes) -> float:
    """Processor time of one input."""
    # A user agent that has seen the same message before takes it for a repetition and does not look at it again.
    target.renew()
    target.slowest_ns_per_byte = 0.0
    target.take(data)
    return target.slowest_ns_per_byte * len(data)
