import numpy as np

from dialer.gateway.media.g711 import SAMPLE_RATE
from dialer.gateway.media.hold_music import CHORDS_HZ, NAME, NOTE_S, hold_music
from dialer.gateway.media.prompts import load_prompts


def test_it_is_soft_fills_whole_frames_and_begins_again_without_a_seam() -> None:
    music = hold_music().astype(int)
    assert music.size == 16 * SAMPLE_RATE
    assert 5000 < np.abs(music).max() <= 6000
    steps = np.abs(np.diff(np.concatenate([music[-200:], music[:200]])))
    assert steps.max() <= np.abs(np.diff(music)).max()
    loudness = [np.sqrt(np.mean(part.astype(float) ** 2)) for part in np.split(music, 32)]
    assert min(loudness) > 300, "no gap in which a customer takes the line for dead"


def test_the_first_note_is_the_first_chords() -> None:
    first = hold_music()[: round(NOTE_S * SAMPLE_RATE)].astype(float)
    loudest = np.argmax(np.abs(np.fft.rfft(first)))
    assert abs(loudest / NOTE_S - CHORDS_HZ[0][0]) < 3.0


def test_it_is_the_same_every_time_and_comes_with_the_dialer() -> None:
    assert np.array_equal(hold_music(), hold_music())
    assert load_prompts()[NAME].duration_s == 16.0
