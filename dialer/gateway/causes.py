"""Why a call ended: the one table from what SIP says to `CallCause`.

A final response is judged by the Q.850 cause of its Reason header (RFC 3326) where that names something definite,
because the far network's own cause survives gateways that fold many causes into one status; otherwise by its status.
The two tables agree with RFC 3398 section 7.2.4.1 and 8.2.6.1.
"""

from dialer.gateway.sip import Ending, SessionEnded
from dialer.model import CallCause

BY_STATUS: dict[int, CallCause] = {
    301: CallCause.INVALID_NUMBER,  # moved for good: the number has changed
    403: CallCause.REJECTED,
    404: CallCause.INVALID_NUMBER,
    408: CallCause.NO_ANSWER,
    410: CallCause.INVALID_NUMBER,
    433: CallCause.REJECTED,  # withheld caller IDs are refused
    480: CallCause.NO_ANSWER,
    484: CallCause.INVALID_NUMBER,
    485: CallCause.INVALID_NUMBER,
    486: CallCause.BUSY,
    487: CallCause.NO_ANSWER,  # the carrier gave up; ours are known by their ending
    600: CallCause.BUSY,
    603: CallCause.REJECTED,
    604: CallCause.INVALID_NUMBER,
    606: CallCause.REJECTED,
    607: CallCause.REJECTED,  # the called person does not want such calls (RFC 8197)
    608: CallCause.REJECTED,  # an analytics engine refused it (RFC 8688)
}
"""Any other status of 300 to 699 is `CONGESTION`: the call could not be carried, through no doing of the lead."""

BY_Q850: dict[int, CallCause] = {
    1: CallCause.INVALID_NUMBER,  # unallocated
    2: CallCause.INVALID_NUMBER,  # no route to transit network
    3: CallCause.INVALID_NUMBER,  # no route to destination
    17: CallCause.BUSY,
    18: CallCause.NO_ANSWER,  # no user responding
    19: CallCause.NO_ANSWER,  # alerted, no answer
    20: CallCause.NO_ANSWER,  # absent
    21: CallCause.REJECTED,
    22: CallCause.INVALID_NUMBER,  # number changed
    27: CallCause.CONGESTION,  # destination out of order
    28: CallCause.INVALID_NUMBER,  # incomplete
    34: CallCause.CONGESTION,  # no circuit
    38: CallCause.CONGESTION,
    41: CallCause.CONGESTION,
    42: CallCause.CONGESTION,
    44: CallCause.CONGESTION,
    47: CallCause.CONGESTION,
    55: CallCause.REJECTED,
    57: CallCause.REJECTED,
    87: CallCause.REJECTED,
    102: CallCause.CONGESTION,
    111: CallCause.CONGESTION,
    127: CallCause.CONGESTION,
}
"""16 (normal clearing) and 31 (normal, unspecified) say nothing more than the status does."""

BY_ENDING: dict[Ending, CallCause] = {
    Ending.CANCELLED: CallCause.DIALER,
    Ending.HUNG_UP: CallCause.DIALER,
    Ending.FAR_END: CallCause.FAR_END,
    Ending.NO_RESPONSE: CallCause.TRUNK_FAILURE,
    Ending.TRANSPORT_ERROR: CallCause.TRUNK_FAILURE,
    Ending.LOST: CallCause.TRUNK_LOST,
    Ending.NO_REFRESH: CallCause.FAR_END,
    Ending.NO_ACK: CallCause.DIALER,
}


WORDS_BY_ENDING = {
    Ending.CANCELLED: "given up by the dialer",
    Ending.HUNG_UP: "hung up by the dialer",
    Ending.RING_TIMEOUT: "not answered in time",
    Ending.NO_RESPONSE: "the trunk did not respond",
    Ending.LOST: "the trunk fell silent before an answer",
    Ending.TRANSPORT_ERROR: "the trunk could not be reached",
}


def call_cause(ended: SessionEnded, *, has_rung: bool) -> CallCause:
    """The cause of a call's end; one that never rang until its ring timeout found no way to the person."""
    if ended.ending is Ending.RING_TIMEOUT:
        return CallCause.NO_ANSWER if has_rung else CallCause.CONGESTION
    if ended.ending is not Ending.REFUSED:
        return BY_ENDING[ended.ending]
    if ended.q850 is not None and ended.q850 in BY_Q850:
        return BY_Q850[ended.q850]
    return BY_STATUS.get(ended.status or 0, CallCause.CONGESTION)


def in_words(ended: SessionEnded) -> str:
    """What happened, for logs and CDRs: `486 Busy Here (Q.850 17)`."""
    words = WORDS_BY_ENDING.get(ended.ending, ended.reason)
    if ended.ending is Ending.HUNG_UP and ended.reason:
        words = ended.reason
    if ended.ending is Ending.REFUSED and ended.status is not None:
        words = f"{ended.status} {ended.reason}"
    return f"{words} (Q.850 {ended.q850})" if ended.q850 is not None else words
