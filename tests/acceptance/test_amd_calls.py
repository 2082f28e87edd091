"""AMD in a running campaign over real RTP: spoken answers, the verdict in the CDR, a message after the beep."""

import asyncio
import os
import shutil
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from benchmarks.amd_corpus import frames_of, speak
from dialer.gateway.media.g711 import PCMU, SAMPLE_RATE
from dialer.gateway.sip import SessionEnded, SessionOffered, UserAgentEvent
from simulation.carrier.party import Party
from simulation.carrier.scenario import Sound
from simulation.carrier.sound import tone_samples
from simulation.carrier.voice import Voice

WAIT_S = 90.0
PERSON, MACHINE = "2025550111", "2025550112"
GREETING = "Hello, you have reached the voice mail box of Peter Jones."


def said(*parts: np.ndarray[Any, Any]) -> tuple[bytes, ...]:
    """Speech and tones, then silence for long enough."""
    return frames_of(np.concatenate([*parts, np.zeros(20 * SAMPLE_RATE)]), PCMU)


def spoken(text: str, voice: str = "en-us+m4") -> np.ndarray[Any, Any]:
    speech = speak(text, voice, 160, 50)
    return np.asarray(speech * 4000.0 / np.sqrt(np.mean(speech**2)))


class Callee:
    """People and machines behind a trunk: each answers with its recording, and notes when it was spoken to."""

    def __init__(self, recordings: dict[str, tuple[bytes, ...]]) -> None:
        self._recordings = recordings
        self._party: Party
        self._voices: dict[str, Voice] = {}
        self.spoken_to: dict[str, float] = {}
        """By number, how many seconds of the recording had been played when the first sound came."""
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @contextmanager
    def running(self) -> Iterator["Callee"]:
        self._thread.start()
        assert self._is_up.wait(WAIT_S)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def start() -> None:
            self._party = Party("callees", "127.0.0.1", 100, self._on_event)
            host, port = await self._party.start(0)
            self.address = f"{host}:{port}"
            self._is_up.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()
        self._party.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _on_event(self, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            number = next(one for one in self._recordings if one in event.request.uri)

            def hear() -> None:
                self.spoken_to[number] = voice._next_frame * 0.02

            voice = self._party.answer(event.session_id, event.request.body, Sound.SILENCE, on_sound=hear)
            voice._frames = self._recordings[number]
            self._voices[event.session_id] = voice
        elif isinstance(event, SessionEnded) and event.session_id in self._voices:
            self._party.voices.close(self._voices.pop(event.session_id))


def campaign(client: httpx.Client, number: str, amd: dict[str, Any]) -> int:
    settings = {
        "name": number,
        "skill_group": "all",
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "progressive"},
        "amd": {"enabled": True, **amd},
    }
    made = client.post("/campaigns", json=settings)
    assert made.status_code == 201, made.text
    campaign_id = int(made.json()["campaign_id"])
    lead = {"file": ("lead.csv", f"number\n+1{number}\n", "text/csv")}
    assert client.post(f"/campaigns/{campaign_id}/leads", files=lead).json()["accepted"] == 1
    return campaign_id


def until(holds: Any) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(0.1)
    return found


@pytest.mark.slow
def test_a_person_reaches_an_agent_and_a_machine_gets_its_message_after_the_beep(
    floor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("espeak-ng") is None:
        missing = "espeak-ng is missing; install it (Debian: apt-get install espeak-ng)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    (tmp_path / "prompts").mkdir()
    with wave.open(str(tmp_path / "prompts" / "call-us-back.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(tone_samples(440).astype("<i2").tobytes())
    monkeypatch.setenv("DIALER_SIP_PROMPTS", str(tmp_path / "prompts"))
    # What AMD hears comes from another process then, the longer way.
    monkeypatch.setenv("DIALER_SIP_MEDIA_WORKERS", "1")
    pause = np.zeros(SAMPLE_RATE // 2)
    greeting, beep = spoken(GREETING), tone_samples(1000)[: SAMPLE_RATE // 2].astype(float)
    callee = Callee({PERSON: said(pause, spoken("Hello?")), MACHINE: said(pause, greeting, pause, beep)})
    beep_ends_s = (2 * len(pause) + len(greeting) + len(beep)) / SAMPLE_RATE
    with callee.running():
        floor.start_phones(1)
        trunk = f'[[trunks]]\nname = "callees"\naddress = "{callee.address}"\n'
        with floor.start_dialer("sqlite:///amd.sqlite3", trunk) as client:
            # The classical classifier is sure of a long greeting within the time there is.
            person = campaign(client, PERSON, {})
            leave = {"on_machine": "leave_message", "machine_message": "call-us-back", "classifier": "classical"}
            machine = campaign(client, MACHINE, {**leave, "greeting_s": 0.9})
            client.post(
                "/agents/ann/login", json={"skill_groups": ["all"], "address": f"sip:agent-1@{floor.phones_address}"}
            ).raise_for_status()
            until(lambda: client.get("/agents/ann").json()["agent"]["state"] == "paused")
            client.post("/agents/ann/ready").raise_for_status()
            for campaign_id in (person, machine):
                client.post(f"/campaigns/{campaign_id}/start").raise_for_status()
                if campaign_id == person:
                    until(lambda: client.get("/agents/ann").json()["agent"]["state"] == "talking")
                    client.post("/agents/ann/hang-up").raise_for_status()
                    until(lambda: client.get("/agents/ann").json()["agent"]["state"] in ("acw", "ready"))
                    client.post("/agents/ann/ready")
            found = until(lambda: len(cdrs := client.get("/cdrs").json()["items"]) == 2 and cdrs)
    cdrs = {cdr["called_number"].removeprefix("+1"): cdr for cdr in found}
    assert (cdrs[PERSON]["outcome"], cdrs[PERSON]["amd"], cdrs[PERSON]["agent_id"]) == ("connected", "person", "ann")
    assert (cdrs[MACHINE]["outcome"], cdrs[MACHINE]["amd"]) == ("machine", "machine")
    for cdr in found:
        assert 0.5 < cdr["amd_confidence"] <= 1.0
        assert cdr["amd_reason"]
        assert cdr["audio"] == "both_ways"
    assert callee.spoken_to[MACHINE] >= beep_ends_s, "the message begins after the beep"
