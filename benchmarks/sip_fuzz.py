"""Fuzzing the SIP stack with atheris (coverage-guided, libFuzzer inside), and how the cost of a message grows.

The seeds are the messages of one call and, where this is run from a checkout, the torture messages of RFC 4475.
"""

import argparse
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchmarks.sip_fuzz_target import LONG_BYTES, Pair
from benchmarks.sip_growth import Growth, growths

TORTURE = Path(__file__).parents[1] / "tests" / "dialer" / "gateway" / "sip" / "torture"
INPUT_BYTES_MAX = 4096
INPUT_S_MAX = 300
"""An input that takes longer, by the clock on the wall of a machine that may be busy, counts as a hang."""
RATIO_MAX = 3.0
"""A shape whose cost more than triples with twice the length is not linear."""
DICTIONARY = (
    *("INVITE", "REGISTER", "BYE", "CANCEL", "ACK", "OPTIONS", "UPDATE", "PRACK", "SIP/2.0", "SIP/2.0/UDP", "z9hG4bK"),
    *("Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "Contact: ", "Require: ", "Route: ", "Record-Route: "),
    *("Content-Length: ", "Content-Type: application/sdp", "Authorization: Digest ", "Session-Expires: ", "RSeq: "),
    *(";tag=", ";branch=", ";rport", ";lr", "sip:", "sips:", "tel:", "m=audio ", "c=IN IP4 ", "a=rtpmap:", "v=0"),
)


def seeds() -> list[bytes]:
    """What the fuzzer begins with."""
    torture = [path.read_bytes() for path in sorted(TORTURE.glob("*.dat"))] if TORTURE.is_dir() else []
    return [*Pair().sent, *torture]


def fuzz(minutes: float, seed: int, kept: Path) -> tuple[int, dict[str, object]]:
    """Fuzz in a process of its own; its exit status, and its figures."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, figures = Path(folder) / "corpus", Path(folder) / "figures.json"
        words = Path(folder) / "words"
        corpus.mkdir()
        for number, data in enumerate(seeds()):
            (corpus / str(number)).write_bytes(data)
        words.write_text("".join(f'"{word}"\n' for word in (*DICTIONARY, "\\x0d\\x0a", "\\x0d\\x0a ")))
        kept.mkdir(parents=True, exist_ok=True)
        command = [
            *(sys.executable, "-m", "benchmarks.sip_fuzz_child", str(figures), str(corpus), f"-dict={words}"),
            *(f"-max_total_time={int(minutes * 60)}", f"-max_len={INPUT_BYTES_MAX}", f"-timeout={INPUT_S_MAX}"),
            *(f"-seed={seed}", f"-artifact_prefix={kept}/", "-verbosity=0", "-rss_limit_mb=4096"),
        ]
        status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own arguments
        said = msgspec.json.decode(figures.read_bytes()) if figures.exists() else {}
    return status, said


def table_of(measured: list[Growth]) -> str:
    """The growths as lines of text."""
    return "\n".join(
        f"{each.shape:<28} {each.ns_per_byte:8.1f} ns/byte   twice the length costs {each.ratio:.2f} times"
        f"{'' if each.ratio <= RATIO_MAX else '   NOT LINEAR'}"
        for each in measured
    )


def main(arguments: list[str] | None = None) -> int:
    """Run it from the command line; the exit status says whether all was well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sip-fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to fuzz (5); 0 measures the growth alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="inputs that crash or hang are kept here"
    )
    options = parser.parse_args(arguments)
    if options.minutes and find_spec("atheris") is None:
        parser.error('atheris is not installed: pip install "predictive-dialer[fuzz]" (Linux), or say --minutes 0')
    measured = growths()
    print(table_of(measured), flush=True)
    is_good = all(each.ratio <= RATIO_MAX for each in measured)
    if options.minutes:
        status, said = fuzz(options.minutes, options.seed, options.keep)
        print(f"{options.minutes:g} minutes, seed {options.seed}: {said.get('executions', 0)} inputs")
        print(f"of them no SIP at all: {said.get('malformed', 0)}")
        print(f"dearest of {LONG_BYTES} bytes and more: {said.get('slowest_ns_per_byte', 0.0):.0f} ns/byte, traced")
        is_good = is_good and status == 0 and bool(said)
    print("no crash, no hang, no cost beyond the length" if is_good else f"NOT GOOD: see above, and {options.keep}/")
    return 0 if is_good else 1
