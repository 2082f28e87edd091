"""After a crash: recordings that were being written become whole files, and say whose they are."""

import re
from pathlib import Path

from campaigns.recordings import Recording
from dialer.gateway.media.g711 import SAMPLE_RATE
from dialer.gateway.recording.wav import CHANNELS, HEADER_BYTES, PART, header

NAME = re.compile(r"(?P<call_id>\d+-\d+)_(?P<agent_id>.*)_(?P<at_ms>\d+)\.wav")


def rescue(folder: Path) -> list[Recording]:
    """Give unfinished files their names, and their headers the sizes they have; returns what is in them."""
    rescued = []
    for part in sorted(folder.rglob(f"*.wav{PART}")) if folder.is_dir() else []:
        sound_bytes = max(0, part.stat().st_size - HEADER_BYTES)
        with part.open("r+b") as file:
            file.write(header(sound_bytes - sound_bytes % CHANNELS))
        whole = part.with_name(part.name.removesuffix(PART))
        part.rename(whole)
        recording = recording_of(whole)
        if recording is not None:
            rescued.append(recording)
    return rescued


def recording_of(path: Path) -> Recording | None:
    """What a file's name and size say of it; None where the name is not one of ours."""
    found = NAME.fullmatch(path.name)
    if found is None:
        return None
    return Recording(
        call_id=found["call_id"],
        agent_id=found["agent_id"],
        started_at=int(found["at_ms"]) / 1000,
        duration_s=max(0, path.stat().st_size - HEADER_BYTES) / CHANNELS / SAMPLE_RATE,
        path=str(path),
    )
