"""What can go wrong in the SIP core, and whose fault it is."""


class MalformedMessage(Exception):  # noqa: N818 - named for what arrived, not for what we did
    """The far end sent something that is not SIP, or breaks its grammar; the text says where."""


class UnknownSession(LookupError):  # noqa: N818
    """No such session is open: it never was, or it has ended."""


class TooManySessions(Exception):  # noqa: N818
    """The session or transaction table is full; end calls, raise the limit, or place fewer."""


class WrongState(Exception):  # noqa: N818
    """The session cannot do that now: answering a call that we placed, ringing after the answer."""
