"""Kamailio as the edge: a proxy that stays in the path of every call (Record-Route) and passes it to the carrier."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.ports import free_port, is_listening

HOW_TO_GET_IT = "kamailio is missing: on Debian and Ubuntu, apt-get install kamailio (or run: make peers)"
START_S = 120.0
LIBRARIES = ("lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib", "lib64")
MODULES = ":".join(f"/usr/{lib}/kamailio/modules/" for lib in LIBRARIES)
CONFIG = """
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=1
disable_tcp={no_tcp}
auto_aliases=no
{listens}
mpath="{modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "pv.so"
loadmodule "textops.so"
modparam("rr", "enable_full_lr", 1)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here");
        exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    record_route();
    $du = "sip:127.0.0.1:{carrier}";
    t_relay();
}}
"""


def require_kamailio() -> str:
    """The program's path; where it is missing the test is skipped, and in CI it fails."""
    program = shutil.which("kamailio", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


class Kamailio:
    """One Kamailio in front of one carrier; leave the `with` block and it is ended."""

    def __init__(self, folder: Path, carrier_port: int, transport: str = "udp") -> None:
        self.address = ("127.0.0.1", free_port())
        self._folder = folder
        self._output = folder / "kamailio.out"
        text = CONFIG.format(
            listens="\n".join(f"listen={name}:127.0.0.1:{self.address[1]}" for name in transport.split("+")),
            carrier=carrier_port,
            modules=MODULES,
            no_tcp="no" if "tcp" in transport else "yes",
        )
        (folder / "kamailio.cfg").write_text(text)
        self._command = [
            require_kamailio(), "-DD", "-E", "-m", "16", "-M", "4", "-Y", str(folder),
            "-P", str(folder / "kamailio.pid"), "-f", str(folder / "kamailio.cfg"),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Kamailio":
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                pytest.fail(f"kamailio does not answer\n{self.report()}")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def report(self) -> str:
        return self._output.read_text(errors="replace")[-4000:]

    def _answers(self) -> bool:
        """Whether it listens: asked by OPTIONS over UDP, by a connection over TCP."""
        question = (
            "OPTIONS sip:kamailio@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKup\r\n"
            "Max-Forwards: 5\r\nFrom: <sip:t@h>;tag=t\r\nTo: <sip:k@h>\r\nCall-ID: up\r\nCSeq: 1 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        is_udp = "listen=udp" in (self._folder / "kamailio.cfg").read_text()
        assert self._process is not None
        if not is_listening(self._process.pid, self.address[1], "udp" if is_udp else "tcp"):
            time.sleep(0.05)
            return False
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if is_udp else socket.SOCK_STREAM) as probe:
            probe.settimeout(0.2)
            try:
                probe.connect(self.address)
                if is_udp:
                    probe.send(question.encode())
                    probe.recv(4096)
            except OSError:
                time.sleep(0.05)
                return False
        return True
