"""The answer to a request that cannot be taken as SIP: 400 with what is wrong, or 505 for another version (RFC 4475).

It is written from what can be read of the request, line by line, and nothing of the request is kept. A response is
never answered, nor is an ACK; nor is anything whose way back cannot be told.
"""

import re

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import COMPACT_NAMES
from dialer.gateway.sip.reply_path import reply_address, seen_from

COPIED = {"via": "Via", "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}
_COMPACT = {short: name for short, name in COMPACT_NAMES.items() if name.lower() in COPIED}
HEAD_BYTES_MAX = 8192
REASON_CHARACTERS_MAX = 100
TO_TAG = "malformed"

_VERSION = re.compile(r"SIP/\d+\.\d+", re.IGNORECASE)
_FOLD = re.compile(r"\r\n[ \t]+")


def refusal_of(data: bytes, source: Address, problem: str) -> tuple[bytes, Address] | None:
    """The response to a malformed request and where it goes; None where none is owed or none can be written.

    Args:
        data: the message as it came.
        source: where it came from.
        problem: what is wrong with it, in words.
    """
    head = data.lstrip(b"\r\n").partition(b"\r\n\r\n")[0][:HEAD_BYTES_MAX].decode("latin-1")
    start_line, *lines = _FOLD.sub(" ", head).split("\r\n")
    words = start_line.split()
    if len(words) < 3 or not _VERSION.fullmatch(words[-1]) or words[0].upper() == "ACK":
        return None
    copied = _copied(lines)
    if "Via" not in copied:
        return None
    destination = source
    try:
        via, copied["Via"][0] = seen_from(copied["Via"][0], source)
        destination = reply_address(via, source)
    except MalformedMessage:
        # Its Via is what is wrong with it, perhaps: the way that it came leads back.
        pass
    if "To" in copied and "tag=" not in copied["To"][0]:
        copied["To"][0] += f";tag={TO_TAG}"
    said = "".join(c for c in problem if c.isprintable())[:REASON_CHARACTERS_MAX]
    status = f"400 Bad Request: {said}" if words[-1].upper() == "SIP/2.0" else "505 Version Not Supported"
    kept = [f"{name}: {value}" for name, values in copied.items() for value in values]
    text = "\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""])
    return text.encode("latin-1", "replace"), destination


def _copied(lines: list[str]) -> dict[str, list[str]]:
    """What a response repeats: every Via, and the first of each other header."""
    copied: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        canonical = COPIED.get(name) or _COMPACT.get(name)
        if not colon or canonical is None or "\r" in value or "\n" in value:
            continue
        if canonical == "Via" or canonical not in copied:
            copied.setdefault(canonical, []).append(value.strip())
    return copied
