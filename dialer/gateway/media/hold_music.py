"""Music for customers on hold, made of nothing but arithmetic: nobody has rights in it.

Broken chords of plucked sines, sixteen seconds that begin again without a seam. A `hold-music.wav` in the prompt folder
takes its place.
"""

import numpy as np

from dialer.gateway.media.g711 import SAMPLE_RATE, Samples

NAME = "hold-music"
CHORDS_HZ = (
    (261.63, 329.63, 392.00, 523.25),
    (220.00, 261.63, 329.63, 440.00),
    (174.61, 220.00, 261.63, 349.23),
    (196.00, 246.94, 293.66, 392.00),
)
"""C major, A minor, F major, G major."""
ORDER = (0, 1, 2, 3, 2, 1, 2, 1)
"""Of a chord's notes."""
NOTE_S = 0.5
DECAY_S = 0.4
LEVEL = 6000.0
"""About -15 dBFS at its loudest: softer than a voice."""
OVERTONES = (1.0, 0.35, 0.12)


def hold_music() -> Samples:
    """The whole piece, 16-bit samples."""
    length = round(NOTE_S * SAMPLE_RATE)
    notes = [chord[place] for chord in CHORDS_HZ for place in ORDER]
    piece = np.zeros(length * len(notes))
    times = np.arange(2 * length) / SAMPLE_RATE
    # A note sounds on under the next one, and the last under the first.
    shape = np.exp(-times / DECAY_S) * np.minimum(1.0, times / 0.005) * np.minimum(1.0, (times[-1] - times) / 0.05)
    for number, pitch_hz in enumerate(notes):
        sound = sum(part * np.sin(2 * np.pi * (n + 1) * pitch_hz * times) for n, part in enumerate(OVERTONES))
        at = np.arange(number * length, (number + 2) * length) % piece.size
        piece[at] += shape * sound
    return np.asarray(np.round(piece * LEVEL / np.abs(piece).max()), np.int16)
