import socket

import pytest

from benchmarks.ports import free_ports
from dialer.gateway.media.ports import RtpPorts
from dialer.gateway.media_port import MediaError


def port_of(taken: socket.socket) -> int:
    return int(taken.getsockname()[1])


def test_even_ports_are_handed_out_and_the_longest_rested_comes_first() -> None:
    start = free_ports(6)
    ports = RtpPorts("127.0.0.1", start - 1, start + 5)
    first, second = ports.take(), ports.take()
    assert (port_of(first), port_of(second)) == (start, start + 2)
    ports.give_back(first)
    third = ports.take()
    assert port_of(third) == start + 4
    fourth = ports.take()
    assert port_of(fourth) == start
    for taken in (second, third, fourth):
        ports.give_back(taken)


def test_a_port_of_another_program_is_passed_over() -> None:
    start = free_ports(4)
    ports = RtpPorts("127.0.0.1", start, start + 3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", start))
        taken = ports.take()
        assert port_of(taken) == start + 2
        with pytest.raises(MediaError, match=rf"no RTP port is free: 1 of the ports {start}-{start + 3}.*rtp_port_max"):
            ports.take()
    now_free = ports.take()
    assert port_of(now_free) == start
    ports.give_back(taken)
    ports.give_back(now_free)


def test_an_address_that_is_not_ours_is_said_and_loses_no_port() -> None:
    ports = RtpPorts("192.0.2.1", 42000, 42001)
    for _ in range(2):
        with pytest.raises(MediaError, match=r"on 192\.0\.2\.1 cannot be opened"):
            ports.take()


def test_handing_out_can_begin_inside_the_range() -> None:
    start = free_ports(6)
    ports = RtpPorts("127.0.0.1", start, start + 5, passed_over=2)
    taken = [ports.take() for _ in range(3)]
    assert [port_of(one) for one in taken] == [start + 4, start, start + 2]
    for one in taken:
        ports.give_back(one)
