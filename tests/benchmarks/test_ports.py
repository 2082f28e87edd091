import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks import ports
from benchmarks.ports import BLOCK_PORTS, SHARED, PortDealer, free_port, free_ports, is_listening, span_beside
from dialer.config import SipSettings

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 6, 100
DEALING = """
import sys
from benchmarks.ports import SPANS, PortDealer

# All begin at the same block.
dealer = PortDealer(SPANS[0], 3)
print(*(dealer.deal(1) for _ in range(int(sys.argv[1]))), flush=True)
sys.stdin.read()
"""


def test_several_processes_at_once_are_dealt_no_port_twice() -> None:
    command = [sys.executable, "-c", DEALING, str(EACH)]
    dealing = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(PROCESSES)
    ]
    try:
        # All of them are alive until the last has dealt.
        lines = [process.stdout.readline() for process in dealing if process.stdout]
    finally:
        for process in dealing:
            process.communicate()
    dealt = [int(port) for line in lines for port in line.split()]
    assert len(dealt) == PROCESSES * EACH
    assert len(set(dealt)) == PROCESSES * EACH


def test_a_process_is_dealt_each_port_once_before_one_comes_again() -> None:
    dealt = [free_port() for _ in range(50)]
    assert len(set(dealt)) == 50


def test_a_forked_process_has_a_block_of_its_own() -> None:
    ours = {free_port() for _ in range(20)}
    with ThreadPoolExecutor(1) as waiting:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, " ".join(str(free_port()) for _ in range(20)).encode())
            os._exit(0)
        os.close(writing)
        theirs = waiting.submit(os.read, reading, 10_000).result()
        os.close(reading)
        os.waitpid(child, 0)
    assert len(set(map(int, theirs.split())) - ours) == 20


def test_a_port_in_use_by_udp_or_tcp_on_any_address_is_passed_over() -> None:
    dealer = PortDealer(ports.SPANS[0], os.getpid() + 1)
    try:
        first = dealer.deal(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets, socket.socket() as stream:
            packets.bind(("127.0.0.2", first + 1))
            stream.bind(("127.0.0.1", first + 2))
            assert dealer.deal(1) == first + 3
            dealer._next = first
            assert dealer.deal(1) == first
            assert dealer.deal(2) > first + 2
    finally:
        dealer.close()


def test_several_in_a_row_begin_at_an_even_port_and_nothing_is_dealt_inside_them() -> None:
    free_port()
    first, then = free_ports(7), free_ports(2)
    assert (first % 2, then % 2) == (0, 0)
    assert then not in range(first, first + 7)


def test_what_cannot_be_had_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=rf"no {BLOCK_PORTS} free ports in a row"):
        free_ports(BLOCK_PORTS)
    span = range(ports.SPANS[1].start, ports.SPANS[1].start + BLOCK_PORTS)
    only = PortDealer(span, 0)
    try:
        with pytest.raises(RuntimeError, match=re.escape(f"have all ports from {span.start} to {span.stop - 1}")):
            PortDealer(span, 7)
    finally:
        only.close()
    PortDealer(span, 0).close()


@pytest.mark.parametrize(
    ("kernels_own", "span"),
    [
        (range(32_768, 61_000), ports.SPANS[0]),
        (range(49_152, 65_536), ports.SPANS[1]),
        (range(0), ports.SPANS[0]),
        (range(1024, 65_536), ports.SPANS[0]),  # nowhere is beside it; checking has to do
    ],
    ids=str,
)
def test_ports_are_dealt_where_the_kernel_does_not_choose_by_itself(kernels_own: range, span: range) -> None:
    assert span_beside(kernels_own) == span


def test_the_dialers_own_audio_ports_are_left_alone() -> None:
    audio = SipSettings()
    assert all(span.stop <= audio.rtp_port_min or span.start > audio.rtp_port_max for span in (*ports.SPANS, SHARED))


def test_what_programs_choose_by_themselves_is_not_dealt() -> None:
    assert all(set(SHARED).isdisjoint(span) for span in ports.SPANS)


@pytest.mark.parametrize(("transport", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
def test_a_port_is_its_owners_and_nobody_elses(transport: str, kind: int) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        if transport == "tcp":
            assert not is_listening(os.getpid(), port, "tcp"), "bound, but it does not listen"
            taken.listen()
        with subprocess.Popen(["sleep", "60"]) as other:
            assert not is_listening(other.pid, port, transport)
            other.kill()
        assert is_listening(os.getpid(), port, transport)
        assert not is_listening(os.getpid(), port, "tcp" if transport == "udp" else "udp")
    assert not is_listening(os.getpid(), port, transport)


def test_a_process_that_has_ended_has_no_port() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not is_listening(ended.pid, 5060)
