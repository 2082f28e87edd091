"""Random order: a place for each lead that looks random and is always the same, so no crash can change it."""

from hashlib import blake2b

PLACES = 2**31
"""Ranks are below this: what a database keeps in four bytes with a sign."""


def shuffled_rank(lead_id: int) -> int:
    """Where a lead stands among those in random order, the lowest first; two may share a place."""
    digest = blake2b(lead_id.to_bytes(8, "big"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % PLACES
