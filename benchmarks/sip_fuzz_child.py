"""The fuzzer's own process: libFuzzer ends the process that it runs in, so figures are written down as they come."""

import sys
import time
from importlib import import_module
from pathlib import Path

import msgspec

WRITE_EVERY_S = 2.0


def main(arguments: list[str]) -> None:
    """Fuzz; `arguments` are the file for the figures and libFuzzer's own."""
    figures, *own = arguments
    # By name: atheris is an extra that few install.
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["dialer.gateway.sip"]):
        target = import_module("benchmarks.sip_fuzz_target").Target()
    written_at = 0.0

    def take(data: bytes) -> None:
        nonlocal written_at
        target.take(data)
        if target.executions % 256 == 0 and time.monotonic() > written_at + WRITE_EVERY_S:
            written_at = time.monotonic()
            said = {
                "executions": target.executions,
                "malformed": target.malformed,
                "slowest_ns_per_byte": target.slowest_ns_per_byte,
                "slowest_input": target.slowest_input,
            }
            Path(figures).write_bytes(msgspec.json.encode(said))

    atheris.Setup([sys.argv[0], *own], take)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
