"""Answering-machine detection: frames of G.711 in, a verdict out; no clock, no socket, time is counted in samples.

`levels` is loudness, `floor` tells sound from noise, `tones` finds pure tones in a block of sound and `signals` makes
busy, fax, SIT and beep of them; `classical` and `trained` are classifiers behind one protocol, `detector` joins all.
"""

from dialer.gateway.media.amd.detector import Detector
from dialer.gateway.media.amd.verdict import Classifier, Sound, Verdict

__all__ = ["Classifier", "Detector", "Sound", "Verdict"]
