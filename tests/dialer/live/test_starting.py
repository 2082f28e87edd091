import errno
import os
import socket

import pytest

from dialer.live.starting import StartError, bind, bind_advice


def test_a_free_port_is_taken() -> None:
    with bind("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_port_in_use_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError) as caught:
            bind("127.0.0.1", port)
    assert str(caught.value) == (
        f"the API address 127.0.0.1:{port}/tcp cannot be used: another program has it; stop that one, "
        "or choose another with [service] port (or DIALER_SERVICE_PORT)"
    )


def test_a_host_that_is_not_of_this_machine_says_so() -> None:
    with pytest.raises(StartError, match=r"this machine has no such address; set \[service\] host"):
        bind("192.0.2.1", 0)


def test_a_host_that_cannot_be_resolved_says_so() -> None:
    with pytest.raises(StartError, match=r"check \[service\] host"):
        bind("no.such.host.invalid", 0)


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.EADDRINUSE, "another program has it"), (errno.EACCES, "only root"), (errno.EMFILE, "Too many open files")],
)
def test_advice_names_the_reason_and_the_setting(number: int, advice: str) -> None:
    text = bind_advice("SIP", "udp", "127.0.0.1", 5060, "[sip] port", OSError(number, os.strerror(number)))
    assert text.startswith("the SIP address 127.0.0.1:5060/udp cannot be used: ")
    assert advice in text
    assert "[sip]" in text
