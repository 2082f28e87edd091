"""The digest of an upload while it arrives: of gigabytes, no more is held than the length of a boundary."""

import hashlib
from email.message import Message


def boundary_of(content_type: str) -> bytes:
    """What parts a multipart body; empty for a body of another kind."""
    header = Message()
    header["content-type"] = content_type
    if header.get_content_maintype() != "multipart":
        return b""
    return header.get_boundary("").encode("latin-1", errors="replace")


class UploadDigest:
    """SHA-256 of a multipart body without its boundaries, which clients make anew whenever they send.

    The same parts give the same digest, however they are cut into pieces on their way.
    """

    def __init__(self, boundary: bytes) -> None:
        self._boundary = boundary
        self._hash = hashlib.sha256()
        self._rest = b""

    def update(self, piece: bytes) -> None:
        """Take in the next piece."""
        *whole, last = (self._rest + piece).split(self._boundary)
        for part in whole:
            self._hash.update(part)
        # What may be the beginning of a boundary waits for the next piece.
        kept = min(len(last), len(self._boundary) - 1)
        self._hash.update(last[: len(last) - kept])
        self._rest = last[len(last) - kept :]

    def digest(self) -> bytes:
        """Of all there was so far."""
        ended = self._hash.copy()
        ended.update(self._rest)
        return ended.digest()
