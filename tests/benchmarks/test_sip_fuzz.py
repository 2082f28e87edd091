"""The fuzzing command: its seeds, and what it says where atheris is missing."""

import pytest

from benchmarks import sip_fuzz
from benchmarks.sip_growth import Growth


def test_the_seeds_are_a_whole_call_and_the_torture_messages() -> None:
    seeds = sip_fuzz.seeds()
    begins = {data.split(b" ")[0] for data in seeds}
    assert {b"INVITE", b"ACK", b"BYE", b"SIP/2.0", b"REGISTER"} <= begins
    assert len(seeds) >= 49 + 6


def test_without_atheris_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sip_fuzz, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit):
        sip_fuzz.main(["--minutes", "1"])
    assert 'pip install "predictive-dialer[fuzz]"' in capsys.readouterr().err


def test_growth_alone_is_measured_and_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = [Growth("commas", 10.0, 2.0)]
    monkeypatch.setattr(sip_fuzz, "growths", lambda: measured)
    assert sip_fuzz.main(["--minutes", "0"]) == 0
    measured[0] = Growth("commas", 10.0, 3.9)
    assert sip_fuzz.main(["--minutes", "0"]) == 1
    assert "NOT LINEAR" in capsys.readouterr().out
