"""The Identity header (RFC 8224, STIR/SHAKEN) of a trunk: written by a function of the user's own.

Signing needs a certificate that only a telephone company is given, and rules of attestation that only its lawyers know:
what is here is the place where theirs is plugged in.
"""

import importlib
import logging
from collections.abc import Callable

from dialer.messages import PlaceCall

log = logging.getLogger(__name__)

Signer = Callable[[str, str, str], str]
"""Given the caller ID, the called number and the attempt's id, returns the header's value; empty sends none.

It is called on the gateway's thread before each INVITE and must take no longer than a signature does.
"""


class SignerError(Exception):
    """The function cannot be had; the text says why."""


def load_signer(name: str) -> Signer:
    """Find a function by `package.module:function`.

    Raises:
        SignerError: There is none of that name.
    """
    module_name, colon, function_name = name.partition(":")
    if not colon:
        raise SignerError(f"identity_signer {name!r} is not package.module:function")
    try:
        found = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        raise SignerError(f"identity_signer {name!r} cannot be loaded: {error}") from error
    if not callable(found):
        raise SignerError(f"identity_signer {name!r} is no function")
    signer: Signer = found
    return signer


class Signers:
    """The signers of all trunks, by trunk; one that fails costs its call the signature, not the call."""

    def __init__(self, names: dict[str, str]) -> None:
        self._signers = {trunk: load_signer(name) for trunk, name in names.items() if name}
        self.failures = 0

    def sign(self, trunk: str, command: PlaceCall) -> str:
        """The Identity header of a call; empty where the trunk has no signer, or its signer failed."""
        signer = self._signers.get(trunk)
        if signer is None:
            return ""
        try:
            value = signer(command.caller_id, command.number, command.call_id)
        except Exception:  # whatever the user's own function does, the gateway goes on
            self.failures += 1
            log.exception("the Identity header of trunk %s could not be written", trunk)
            return ""
        if "\r" in value or "\n" in value:
            self.failures += 1
            log.error("the signer of trunk %s has put a line end into its header", trunk)
            return ""
        return value
