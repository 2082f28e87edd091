"""Header lines as nearly every far end writes them: what counts is found by one expression, the rest is left as text.

Plain lines have known names in their usual spelling, begin with Via, and have From, To, Call-ID and CSeq once and in
this order, as whoever answers a request copies them from it. Reading them one by one would find the same and nothing
wrong; whatever is written otherwise is read in that way.
"""

import re
from typing import Final

from dialer.gateway.sip.headers import CANONICAL_NAMES

LINES_MAX: Final = 100

_ONCE = ("From", "To", "Call-ID", "CSeq", "Content-Length")
_NAMES = "|".join(sorted(set(CANONICAL_NAMES.values()) - {*_ONCE}))
_VALUE = r"[!-~][^\r]*+"
_OTHER_LINES = rf"(?:(?:{_NAMES}|[PX](?:-[A-Z][a-z]++)++): {_VALUE}\r\n){{0,{LINES_MAX}}}+"
_LINES = re.compile(
    rf"Via: ({_VALUE})\r\n{_OTHER_LINES}"
    rf"From: ({_VALUE})\r\nTo: ({_VALUE})\r\nCall-ID: ({_VALUE})\r\nCSeq: ({_VALUE})\r\n{_OTHER_LINES}"
    rf"(?:Content-Length: ++([0-9]++)\r\n{_OTHER_LINES})?+"
)


def match_plain(lines: str) -> re.Match[str] | None:
    """The groups of plain lines, each with its line end: Via's first, From, To, Call-ID, CSeq, Content-Length.

    The last is None where there is none. None of lines that are not plain.
    """
    found = _LINES.fullmatch(lines)
    if found is None or lines.count("\n") != lines.count("\r") or " \r\n" in lines or "\t" in lines:
        return None
    return found


def values_in(lines: str, name: str) -> list[str]:
    """The values of a header in plain lines, other than Content-Length and Via."""
    mark = f"\r\n{name}: "
    if mark not in lines:
        return []
    _, *found = lines.split(mark)
    return [each.partition("\r\n")[0] for each in found]
