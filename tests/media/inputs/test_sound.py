"""Sounds made by hand, bit by bit: the length of each kind of frame, and exactly what is refused.

The numbers are those of the standards: ISO/IEC 11172-3 and 13818-3 (MP3), 13818-7 (AAC).
"""

import io

import pytest

from pixverse_cli.media.inputs.image import HeaderError
from pixverse_cli.media.inputs.sound import read_sound, sound_format

MPEG1, MPEG2, MPEG25 = 0xFB, 0xF3, 0xE3
MP3 = bytes((0xFF, MPEG1, 9 << 4, 0)) + bytes(413)  # 128 kbit/s, 44100 Hz
MP3_SECONDS = 1152 / 44100
TAG = b"ID3\x04\0\0\0\0\1\x02" + b"t" * 130  # its length has 7 bits in each byte


def aac_frame(size, *, rate=4, blocks=1, start=0xF1):
    return bytes(
        (0xFF, start, 0x40 | rate << 2, size >> 11, size >> 3 & 255, (size & 7) << 5, blocks - 1)
    ).ljust(size, b"\0")


AAC = aac_frame(100)
AAC_SECONDS = 1024 / 44100


def read(data):
    return read_sound(io.BytesIO(data), len(data))


def refusal(data):
    with pytest.raises(HeaderError) as caught:
        read(data)
    return str(caught.value)


def wav(*chunks):
    return b"RIFF\0\0\0\0WAVE" + b"".join(chunks)


def chunk(kind, content=b"", length=None):
    declared = len(content) if length is None else length
    return kind + declared.to_bytes(4, "little") + content


FORMAT = chunk(b"fmt ", b"\1\0\1\0" + (8000).to_bytes(4, "little") + b"\x80\x3e\0\0\2\0\x10\0")
SAMPLES = bytes(4000)  # 16000 bytes are a second


@pytest.mark.parametrize(
    ("version", "bitrate", "rate", "size", "samples", "hertz"),
    [
        (MPEG1, 9, 0, 417, 1152, 44100),
        (MPEG1, 9, 1, 384, 1152, 48000),
        (MPEG1, 9, 2, 576, 1152, 32000),
        (MPEG1, 14, 0, 1044, 1152, 44100),
        (MPEG1, 1, 2, 144, 1152, 32000),
        (MPEG2, 8, 0, 208, 576, 22050),
        (MPEG2, 8, 1, 192, 576, 24000),
        (MPEG2, 8, 2, 288, 576, 16000),
        (MPEG25, 4, 0, 208, 576, 11025),
        (MPEG25, 4, 1, 192, 576, 12000),
        (MPEG25, 4, 2, 288, 576, 8000),
    ],
)
def test_an_mp3_frame_has_the_size_and_length_of_the_standard(
    version, bitrate, rate, size, samples, hertz
):
    for padding in (0, 1):
        head = bytes((0xFF, version, bitrate << 4 | rate << 2 | padding << 1, 0))
        frame = head.ljust(size + padding, b"\0")
        assert read(frame * 10) == ("MP3", pytest.approx(10 * samples / hertz))
        assert refusal((frame * 10)[:-1]) == "is an MP3 that is cut short: its end is missing"


@pytest.mark.parametrize("head", ["ffeb9000", "fffbf000", "fffb0000", "fffb9c00", "fffd9000"])
def test_a_reserved_version_bitrate_rate_or_another_layer_is_no_mp3(head):
    assert sound_format(bytes.fromhex(head) + bytes(20)) is None


AAC_RATES = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)


@pytest.mark.parametrize(("rate", "hertz"), list(enumerate(AAC_RATES)))
def test_an_aac_frame_is_as_long_as_its_blocks(rate, hertz):
    for blocks in (1, 4):
        data = aac_frame(50, rate=rate, blocks=blocks) * 10
        assert read(data) == ("AAC", pytest.approx(10 * blocks * 1024 / hertz))


@pytest.mark.parametrize("size", [7, 8, 255, 256, 2047, 2048, 8191])
@pytest.mark.parametrize("start", [0xF0, 0xF1, 0xF8, 0xF9])
def test_an_aac_frame_has_a_size_of_13_bits(size, start):
    data = aac_frame(size, start=start) * 3
    assert read(data) == ("AAC", pytest.approx(3 * AAC_SECONDS))
    assert refusal(data[:-1]) == "is an AAC that is cut short: its end is missing"


@pytest.mark.parametrize(
    "head", [aac_frame(6), aac_frame(50, rate=13), aac_frame(50, start=0xF7), b"\xfe" + AAC[1:]]
)
def test_a_reserved_rate_another_layer_or_a_size_below_the_header_is_no_aac(head):
    assert sound_format(head.ljust(50, b"\0")) is None


@pytest.mark.parametrize(
    ("frame", "kind", "seconds"), [(MP3, "MP3", MP3_SECONDS), (AAC, "AAC", AAC_SECONDS)]
)
class TestFrames:
    def test_tags_stand_before_between_and_behind(self, frame, kind, seconds):
        data = TAG + TAG + frame * 2 + b"TAG" + bytes(125) + TAG + bytes(9) + frame * 2
        assert read(data) == (kind, pytest.approx(4 * seconds))

    def test_up_to_65537_zeros_stand_behind_a_tag(self, frame, kind, seconds):
        assert read(TAG + bytes(65_537) + frame) == (kind, pytest.approx(seconds))
        said = "is a damaged MP3 or AAC: it has no sound"
        assert refusal(TAG + bytes(65_538) + frame) == said

    def test_a_tenth_of_other_bytes_may_follow(self, frame, kind, seconds):
        tenth = b"j" * len(frame)
        assert read(frame * 10 + tenth) == (kind, pytest.approx(10 * seconds))
        said = f"is a damaged {kind}: no valid frame at byte {10 * len(frame)}"
        assert refusal(frame * 10 + tenth + b"j") == said
        assert refusal(frame * 10 + tenth + bytes(1)) == said
        said = f"is a damaged {kind}: no valid frame at byte {len(TAG) + 10 * len(frame)}"
        assert refusal(TAG + frame * 10 + tenth + b"j") == said

    def test_a_long_tag_of_another_kind_may_follow(self, frame, kind, seconds):
        for start in (b"APETAGEX", b"LYRICSBEGIN"):
            assert read(frame + start + bytes(900)) == (kind, pytest.approx(seconds))
            said = f"is a damaged {kind}: no valid frame at byte {len(frame)}"
            assert refusal(frame + start[:-1] + bytes(900)) == said

    def test_the_start_of_a_frame_at_the_end_is_cut_short(self, frame, kind, seconds):
        said = f"is an {kind} that is cut short: its end is missing"
        assert refusal(frame * 10 + frame[:1]) == said
        assert refusal(frame * 10 + frame[:3]) == said
        assert refusal(frame * 10 + b"\xff" + bytes(5)) == said
        assert read(frame * 10 + b"\xff" + bytes(6)) == (kind, pytest.approx(10 * seconds))


def test_a_tag_may_have_megabytes():
    tag = b"ID3\x04\0\0\1\0\0\0" + bytes(2**21)  # a picture of the cover
    assert read(tag + MP3) == ("MP3", pytest.approx(MP3_SECONDS))


def test_tags_without_a_frame_are_a_damaged_sound():
    assert refusal(TAG) == "is a damaged MP3 or AAC: it has no sound"
    assert refusal(b"TAG" + bytes(125)) == "is a damaged MP3 or AAC: it has no sound"
    assert refusal(TAG[:9]) == "is a damaged MP3: no valid frame at byte 0"


def test_a_wav_is_as_long_as_its_samples():
    data = chunk(b"data", SAMPLES)
    odd = chunk(b"LIST", b"odd") + b"\0"
    for chunks in ((FORMAT, data), (odd, FORMAT, odd, data), (FORMAT, data, odd)):
        assert read(wav(*chunks)) == ("WAV", 0.25)


def test_a_wav_without_samples_or_format_is_damaged():
    samples = chunk(b"data", SAMPLES)
    early = samples, FORMAT, samples  # its format follows its samples
    for chunks in ((), (FORMAT,), (samples,), early, (FORMAT, chunk(b"data"))):
        assert refusal(wav(*chunks)) == "is a damaged WAV: it has no sound"


def test_a_wav_that_lacks_a_byte_is_cut_short():
    for data in (
        wav(FORMAT, chunk(b"data", SAMPLES))[:-1],
        wav(FORMAT, chunk(b"data", SAMPLES, length=0x7FFE_FFFF)),
    ):
        assert refusal(data) == "is a WAV that is cut short: its end is missing"


@pytest.mark.parametrize("declared", [0, 0x7FFF_0000, 0xFFFF_FFFF])
def test_a_wav_of_unknown_length_ends_with_the_file(declared):
    assert read(wav(FORMAT, chunk(b"data", SAMPLES, length=declared))) == ("WAV", 0.25)


def test_a_wav_has_at_most_10000_chunks():
    before, data = chunk(b"free") * 9_998, chunk(b"data", SAMPLES)
    assert read(wav(FORMAT, before, data)) == ("WAV", 0.25)
    assert refusal(wav(FORMAT, before, chunk(b"free"), data)).startswith("is a damaged WAV")


def test_what_is_no_sound_is_told_apart():
    for data in (b"", b"\xff", b"RIFF\0\0\0\0AVI ", b"riff\0\0\0\0WAVE", b"OggS" + bytes(90)):
        assert read(data) is None
