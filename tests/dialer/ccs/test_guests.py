from dialer.ccs.guests import Guest
from dialer.model import MonitorMode


def test_a_guest_is_not_there_until_their_leg_is_up() -> None:
    guest = Guest("boss", "ann", "boss#1", MonitorMode.LISTEN)
    assert not guest.is_up
    assert guest.call_id == "", "a supervisor is there for every call"
