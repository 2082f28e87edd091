"""The whole service on real sockets, with a sipp carrier and phones: a flood beside a campaign changes no outcome."""

import contextlib
import itertools
import random
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.test_serve import listed, look_until
from tests.acceptance.test_sip_abuse import forged, nonsense
from tests.interop.sipp_process import Sipp

AGENTS = 4
FATES = {
    **dict.fromkeys("01234", ("connected", None)),
    **dict.fromkeys("56", ("busy", 486)),
    **dict.fromkeys("78", ("invalid_number", 404)),
    "9": ("no_answer", 480),
}
"""By the last digit of the number, as the carrier's scenario has it."""
STRANGER, SIPP_STRANGER = "127.0.0.2", "127.0.0.3"
PHONE = '[[phones]]\nuser = "1001"\npassword = "a long secret"\n'
"""Nobody's: that there is one lets REGISTER through to the registrar."""
PACKETS_A_TURN, TURN_S = 20, 0.03
CALLS_OF_A_STRANGER_CPS = 100


@pytest.mark.sipp
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_flood_beside_a_campaign_changes_no_outcome_of_the_service(floor: Any, tmp_path: Path) -> None:
    floor.start_phones(AGENTS)
    with (
        Sipp(tmp_path, "fate_by_number", calls=1000) as carrier,
        floor.start_dialer("sqlite:///flood.sqlite3", trunk(carrier)) as client,
    ):
        log_in(client, floor.phones_address)
        calm = outcomes(client, campaign_id=1)
        before = counters(client)
        with flood(tmp_path, carrier) as sent:
            flooded = outcomes(client, campaign_id=2)
            flooded_packets = sent()
        after = look_until(client, "/health", lambda found: counters_of(found)["dialogs"] == AGENTS)
        assert floor.dialer.end(signal.SIGINT) == 0

    assert calm == flooded == FATES
    grown = {name: value - before[name] for name, value in counters_of(after).items()}
    print(f"{flooded_packets} packets and sipp's calls beside it; {grown}")
    assert flooded_packets > 500
    assert grown["malformed"] > flooded_packets / 10
    assert grown["unmatched_responses"] > flooded_packets / 20
    assert grown["strangers_dropped"] > grown["strangers_refused"] > 0
    assert counters_of(after)["registrations"] == 0
    assert grown["calls_refused"] == 0, "nobody's call came as far as the gateway"
    assert (counters_of(after)["calls"], counters_of(after)["legs"]) == (0, AGENTS)


def trunk(sipp: Sipp) -> str:
    host, port = sipp.address
    # sipp has no answer to OPTIONS.
    return f'trunk_probe_s = 0.0\n{PHONE}[[trunks]]\nname = "carrier"\naddress = "{host}:{port}"\n'


def log_in(client: httpx.Client, phones: str) -> None:
    for one in range(1, AGENTS + 1):
        login = {"skill_groups": ["all"], "address": f"sip:agent-{one}@{phones}"}
        client.post(f"/agents/a{one}/login", json=login).raise_for_status()
    look_until(client, "/statistics", lambda found: found["agents_by_state"]["paused"] == AGENTS)
    for one in range(1, AGENTS + 1):
        client.post(f"/agents/a{one}/ready").raise_for_status()


def outcomes(client: httpx.Client, campaign_id: int) -> dict[str, tuple[str, int | None]]:
    """Run a campaign of one lead for each fate to its end; what the CDRs say, by the number's last digit."""
    settings = {
        "name": f"campaign {campaign_id}",
        "skill_group": "all",
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "progressive"},
        "acw_s_max": 0.1,
        "retry_rules": {},
    }
    client.post("/campaigns", json=settings).raise_for_status()
    leads = [{"number": f"+1202555{campaign_id}{one:03d}"} for one in range(len(FATES))]
    client.post(f"/campaigns/{campaign_id}/leads/batch", json={"leads": leads}).raise_for_status()
    client.post(f"/campaigns/{campaign_id}/start").raise_for_status()

    def is_over(figures: dict[str, Any]) -> bool:
        return bool(figures["attempts"] == len(FATES) and not figures["attempts_open"])

    look_until(client, f"/campaigns/{campaign_id}/statistics", is_over)
    cdrs = [cdr for cdr in listed(client, "/cdrs") if cdr["campaign_id"] == campaign_id]
    assert len(cdrs) == len(FATES), "one for each"
    return {cdr["called_number"][-1]: (cdr["outcome"], cdr["sip_status"]) for cdr in cdrs}


def counters_of(health: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = health["parts"]["gateway"]["counters"]
    return found


def counters(client: httpx.Client) -> dict[str, int]:
    return counters_of(client.get("/health").json())


def call_id_of_the_last_call(carrier: Sipp) -> str:
    return carrier.messages().rpartition("INVITE sip:")[2].partition("Call-ID: ")[2].partition("\n")[0]


@contextlib.contextmanager
def flood(folder: Path, carrier: Sipp) -> Iterator[Any]:
    """Noise, broken messages, calls of strangers and forgeries of the carrier's own, until it is left.

    Gives a function that says how many packets have been sent.
    """
    via = re.search(r"Via: SIP/2.0/UDP ([\d.]+):(\d+)", carrier.messages())
    assert via is not None, "the dialer has called"
    gateway = via[1], int(via[2])
    chance = random.Random(7)
    packets = itertools.count()
    sent = [0]
    is_over = threading.Event()
    strangers_calls = Sipp(
        folder,
        "-uac",
        calls=100_000,
        target=f"{gateway[0]}:{gateway[1]}",
        host=SIPP_STRANGER,
        options=("-r", str(CALLS_OF_A_STRANGER_CPS)),
    )
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as neighbour,
    ):
        stranger.bind((STRANGER, 0))
        # A host that the dialer knows: the carrier's own.
        neighbour.bind((carrier.address[0], 0))

        def send() -> None:
            while not is_over.wait(TURN_S):
                overheard = f"Call-ID: {call_id_of_the_last_call(carrier)}\r\n".encode()
                for n in itertools.islice(packets, PACKETS_A_TURN):
                    stranger.sendto(nonsense(chance, n), gateway)
                    chance.choice([stranger, neighbour]).sendto(forged(chance, n, overheard), gateway)
                    sent[0] += 2

        thread = threading.Thread(target=send)
        with strangers_calls:
            thread.start()
            try:
                yield lambda: sent[0]
            finally:
                is_over.set()
                thread.join()
