"""The Replaces header (RFC 3891): which call a new one takes the place of."""

from typing import NamedTuple

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import parse_parameters


class Replaces(NamedTuple):
    """A dialog, seen by whoever is asked to let go of it."""

    call_id: str
    local_tag: str
    remote_tag: str
    is_early_only: bool
    """Only a call that has not been answered may be replaced."""


def parse_replaces(values: list[str]) -> Replaces:
    """Read it.

    Raises:
        MalformedMessage: There are several, or a tag is missing (section 3: 400).
    """
    if len(values) != 1:
        raise MalformedMessage(f"{len(values)} Replaces headers")
    call_id, semicolon, rest = values[0].partition(";")
    parameters = parse_parameters(semicolon + rest)
    local_tag, remote_tag = parameters.get("to-tag"), parameters.get("from-tag")
    if not (call_id.strip() and local_tag and remote_tag):
        raise MalformedMessage(f"not a Replaces: {values[0][:80]!r}")
    return Replaces(call_id.strip(), local_tag, remote_tag, "early-only" in parameters)
