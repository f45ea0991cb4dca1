"""The sound of a video: a tone, a voice that speaks no words, or the samples of a clip."""

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pixverse_cli.sandbox.clips import SAMPLES_PER_SECOND, Clip

if TYPE_CHECKING:
    import av

_AAC_FRAME = 1024  # samples
_TONE = 441  # Hz: whole periods of 100 samples
_VOICE = 147  # Hz: whole periods of 300 samples
_VOLUME = 0.03
_SYLLABLE = SAMPLES_PER_SECOND // 4  # samples, of which the last third is silent


def tone(seconds: Fraction) -> Iterator["av.AudioFrame"]:
    """Yield an even tone."""
    period = SAMPLES_PER_SECOND // _TONE
    wave = [_VOLUME * math.sin(2 * math.pi * step / period) for step in range(period)]
    return _frames(wave, seconds)


def voice(seconds: Fraction) -> Iterator["av.AudioFrame"]:
    """Yield a deep tone in syllables, four a second."""
    period = SAMPLES_PER_SECOND // _VOICE
    loud = _SYLLABLE * 2 // 3
    wave = [
        _VOLUME * math.sin(2 * math.pi * step / period) * math.sin(math.pi * step / loud)
        if step < loud
        else 0.0
        for step in range(_SYLLABLE)
    ]
    return _frames(wave, seconds)


def recorded(clip: Clip) -> Iterator["av.AudioFrame"]:
    """Yield the sound of a clip; of one on the internet, a tone."""
    if clip.data is None:
        yield from tone(clip.seconds)
        return
    for frame in clip.samples():
        frame.pts = None  # counted anew from 0
        yield frame


def _frames(wave: list[float], seconds: Fraction) -> Iterator["av.AudioFrame"]:
    """Yield a wave again and again for so long."""
    import av  # noqa: PLC0415  of the sandbox's extra

    samples, period = int(seconds * SAMPLES_PER_SECOND), len(wave)
    endless = array("f", wave * (_AAC_FRAME // period + 2))
    for start in range(0, samples, _AAC_FRAME):
        count = min(_AAC_FRAME, samples - start)
        frame = av.AudioFrame("fltp", "mono", count)
        frame.sample_rate, frame.pts = SAMPLES_PER_SECOND, start
        frame.time_base = Fraction(1, SAMPLES_PER_SECOND)
        phase = start % period
        data = endless[phase : phase + count].tobytes()
        frame.planes[0].update(data.ljust(frame.planes[0].buffer_size, b"\0"))
        yield frame
