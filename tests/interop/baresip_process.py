"""baresip as an agent's telephone: registers, answers by itself, speaks a file."""

import json
import math
import os
import shutil
import socket
import struct
import subprocess
import wave
from pathlib import Path

import pytest

from benchmarks.ports import SHARED, free_ports

HOW_TO_GET_IT = "baresip is missing: on Debian and Ubuntu, apt-get install baresip-core (or run: make peers)"
MODULES = (Path("/usr/lib/baresip/modules"), Path("/usr/lib/x86_64-linux-gnu/baresip/modules"))
SPOKEN_HZ = 440
SPOKEN_S = 120
HEADER_BYTES = 44
CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{port}
rtp_ports {ports.start}-{ports.stop}
net_interface 127.0.0.1
audio_source aufile,{folder}/said.wav
ausrc_srate 8000
ausrc_channels 1
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
snd_path {folder}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


def require_baresip() -> str:
    """The program's path; where it is missing the test is skipped, and in CI it fails."""
    program = shutil.which("baresip")
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


class Baresip:
    """One telephone; leave the `with` block and it is ended."""

    def __init__(
        self,
        folder: Path,
        user: str,
        password: str,
        registrar: tuple[str, int],
        transport: str = "udp",
        port: int = 0,
        spoken_hz: int = SPOKEN_HZ,
    ) -> None:
        host, registrar_port = registrar
        self._program = require_baresip()
        self._output = folder / "baresip.out"
        # The port after the last one dealt may be the phone's own for TLS: it takes the one beside its SIP port.
        self._control = free_ports(2) + 1
        modules = next((each for each in MODULES if each.exists()), MODULES[0])
        (folder / "config").write_text(
            CONFIG.format(folder=folder, modules=modules, ports=SHARED, port=port, control=self._control)
        )
        (folder / "accounts").write_text(
            f"<sip:{user}@{host}:{registrar_port};transport={transport}>;auth_pass={password};answermode=auto;"
            f"regint={120 if password else 0};"
            "audio_codecs=PCMU\n"
        )
        _write_tone(folder / "said.wav", spoken_hz)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Baresip":
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [self._program, "-f", str(self._folder)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def press(self, command: str, parameters: str) -> None:
        """Do what a key does: a command of baresip's menu, over its control port (netstrings of JSON)."""
        request = json.dumps({"command": command, "params": parameters, "token": "1"}).encode()
        with socket.create_connection(("127.0.0.1", self._control), timeout=30) as control:
            control.sendall(b"%d:%s," % (len(request), request))
            said = b""
            while b'"token":"1"' not in said:
                more = control.recv(4096)
                assert more, f"baresip said {said!r} and no more"
                said += more
        assert b'"ok":true' in said, said

    def heard(self) -> bytes:
        """What it has heard in its call so far: 16-bit samples, 8000 a second."""
        dumps = sorted(self._folder.glob("dump-*-dec.wav"))
        data = dumps[-1].read_bytes()[HEADER_BYTES:] if dumps else b""
        return data[: len(data) // 2 * 2]

    def report(self) -> str:
        return self._output.read_text(errors="replace")[-3000:]


def _write_tone(path: Path, hz: int) -> None:
    samples = [int(8000 * math.sin(2 * math.pi * hz * n / 8000)) for n in range(8000)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples) * SPOKEN_S)
