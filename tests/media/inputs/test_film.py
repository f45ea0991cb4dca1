"""Videos and sounds before paying: their format, length and size, and what is refused."""

import functools

import pytest

from pixverse_cli.domain.catalog import MODELS, Media, Role, find_model
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.media.inputs.film import Facts, inspect_film, limit_problems, media_at
from tests.media.video.boxes import FTYP, box, moov, track
from tests.sandbox.media import film, sound

UPSCALE = find_model("upscale").rule(Role.VIDEO, Media.VIDEO).limits
SPEECH = find_model("lipsync").rule(Role.AUDIO, Media.AUDIO).limits
CONTAINERS = {"mp4": "MP4", "mov": "MOV", "webm": "WebM"}
SOUNDS = {"mp3": "MP3", "wav": "WAV", "mp4": "M4A", "adts": "AAC"}


@pytest.fixture
def put(tmp_path):
    """Return a function that writes a file, whose name says nothing, and returns its path."""

    def written(data):
        path = tmp_path / "file.bin"
        path.write_bytes(data)
        return str(path)

    return written


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_video_has_its_format_length_and_size(put, container):
    found = inspect_film(
        put(film(size=(64, 36), seconds=1.5, container=container)), Media.VIDEO, UPSCALE
    )
    assert (found.format, found.width, found.height) == (CONTAINERS[container], 64, 36)
    assert found.seconds == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("container", SOUNDS)
def test_a_sound_has_its_format_and_length(put, container):
    found = inspect_film(put(sound(seconds=1.5, container=container)), Media.AUDIO, SPEECH)
    assert found.format == SOUNDS[container]
    assert found.seconds == pytest.approx(1.5, abs=0.08)


ID3 = b"ID3\x03\0\0\0\0\0\x14" + b"a title of 20 bytes." + bytes(50)
FILMS = {
    "mp4": {},
    "mov": {"container": "mov"},
    "webm": {"container": "webm"},
    "a webm of unknown length": {"container": "webm", "options": {"live": "1"}},
    "an mp4 of fragments": {"options": {"movflags": "frag_keyframe+empty_moov"}},
}
SOUNDS_OF = {
    "mp3": {},
    "mp3 without an index": {"options": {"write_xing": "0"}},
    "mp3 with tags": {},
    "wav": {"container": "wav"},
    "m4a": {"container": "mp4"},
    "aac": {"container": "adts"},
    "aac with a tag": {"container": "adts"},
}
WHOLE = [*FILMS, *SOUNDS_OF]


@functools.cache
def whole(name):
    """Return the bytes of a whole file, what it is, and what the service accepts."""
    if name in FILMS:
        return film(size=(64, 36), seconds=0.5, **FILMS[name]), Media.VIDEO, UPSCALE
    data = sound(**SOUNDS_OF[name])
    if "with a tag" in name or "with tags" in name:
        data = ID3 + data + b"TAG" + bytes(125)
    return data, Media.AUDIO, SPEECH


def test_a_webm_that_lacks_its_length_is_as_long_as_its_pictures(put):
    data = film(size=(64, 36), seconds=2.5, rate=8, container="webm", options={"live": "1"})
    found = inspect_film(put(data), Media.VIDEO, UPSCALE)
    assert found.seconds == pytest.approx(2.5, abs=1 / 8)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_cut_short_is_refused(put, name):
    data, media, limits = whole(name)
    inspect_film(put(data), media, limits)
    for part in (0.25, 0.5, 0.9):
        with pytest.raises(UsageError, match=r"cut short|damaged"):
            inspect_film(put(data[: int(len(data) * part)]), media, limits)


@pytest.mark.parametrize("name", sorted({*WHOLE} - {"wav"}))  # there, zeros are silence
def test_a_file_whose_second_half_is_zeros_is_refused(put, name):
    data, media, limits = whole(name)
    half = len(data) // 2
    with pytest.raises(UsageError, match=r"cut short|damaged"):
        inspect_film(put(data[:half] + bytes(len(data) - half)), media, limits)


MPEG1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MP3 = [(44100, each) for each in MPEG1] + [(24000, each) for each in MPEG2]
RATES = (8000, 11025, 12000, 16000, 22050, 32000, 48000)


@pytest.mark.parametrize(("rate", "kilobits"), [*MP3, *((each, 64) for each in RATES)])
def test_an_mp3_of_any_bitrate_is_followed_to_its_end(put, rate, kilobits):
    data = sound(seconds=0.4, rate=rate, bit_rate=kilobits * 1000)
    found = inspect_film(put(data), Media.AUDIO, SPEECH)
    assert (found.format, found.seconds) == ("MP3", pytest.approx(0.4, abs=0.25))


@pytest.mark.parametrize("rate", [*RATES, 24000, 44100, 64000, 88200, 96000])
def test_an_aac_of_any_rate_has_its_length(put, rate):
    data = sound(container="adts", rate=rate)
    found = inspect_film(put(data), Media.AUDIO, SPEECH)
    assert (found.format, found.seconds) == ("AAC", pytest.approx(1.0, abs=0.3))


def test_a_video_with_its_index_first_and_zeros_behind_is_refused(tmp_path):
    path = tmp_path / "fast.mp4"
    film(path, size=(64, 36), options={"movflags": "+faststart"})
    data = path.read_bytes()
    inspect_film(str(path), Media.VIDEO, UPSCALE)
    kept = len(data) - 20
    path.write_bytes(data[:kept] + bytes(len(data) - kept))
    with pytest.raises(UsageError, match="cut short"):
        inspect_film(str(path), Media.VIDEO, UPSCALE)


@pytest.mark.parametrize("name", ["mp4", "webm", "mp3", "wav", "m4a", "aac"])
@pytest.mark.parametrize("more", [b"\n", bytes(300), b"TAG" + bytes(125)])
def test_a_little_behind_the_end_does_no_harm(put, name, more):
    data, media, limits = whole(name)
    found = inspect_film(put(data), media, limits)
    longer = inspect_film(put(data + more), media, limits)
    assert (longer.format, longer.seconds) == (found.format, found.seconds)


@pytest.mark.parametrize("declared", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_that_was_written_to_a_pipe_is_as_long_as_its_samples(put, declared):
    data, *_ = whole("wav")
    at = data.index(b"data") + 4
    piped = data[:at] + declared.to_bytes(4, "little") + data[at + 4 :]
    found = inspect_film(put(piped), Media.AUDIO, SPEECH)
    assert found.seconds == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["mp3", "mp3 with tags", "aac", "aac with a tag"])
def test_sounds_that_were_joined_are_as_long_as_all_of_them(put, name):
    data, *_ = whole(name)
    one, both = (inspect_film(put(data * n), Media.AUDIO, SPEECH).seconds for n in (1, 2))
    assert both == pytest.approx(2 * one)


WRONG = {
    "nothing": (b"", Media.VIDEO, "is empty"),
    "text": (b"hello " * 100, Media.VIDEO, "is not a video"),
    "gif": (b"GIF89a" + bytes(100), Media.VIDEO, "is a GIF, not a video"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(100), Media.AUDIO, "is a PNG, not a sound"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(100), Media.VIDEO, "is a JPEG, not a video"),
    "webp": (b"RIFF\0\0\0\0WEBP" + bytes(100), Media.VIDEO, "is a WEBP, not a video"),
    "ogg": (b"OggS" + bytes(100), Media.AUDIO, "is not a sound"),
    "mp3": (b"ID3\x04" + bytes(200), Media.AUDIO, "MP3"),
    "wav": (b"RIFF\x24\0\0\0WAVE" + bytes(40), Media.AUDIO, "WAV"),
    "aac": (b"\xff\xf1" + bytes(40), Media.AUDIO, "is not a sound"),
    "mp4": (b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08free", Media.VIDEO, "damaged"),
    "mkv": (b"\x1aE\xdf\xa3\x8b\x42\x82\x88matroska", Media.VIDEO, "is a Matroska file"),
    "webm": (b"\x1aE\xdf\xa3\x80", Media.VIDEO, "is a WebM without a video"),
    "zeros": (b"\x1aE\xdf\xa3" + bytes(40), Media.VIDEO, "is a damaged WebM"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_video_or_sound_is_named(put, case):
    data, media, said = WRONG[case]
    limits = UPSCALE if media is Media.VIDEO else SPEECH
    with pytest.raises(UsageError) as caught:
        inspect_film(put(data), media, limits)
    assert said in caught.value.message


def test_noise_behind_a_known_start_is_refused(put):
    starts = [b"\x1aE\xdf\xa3", b"\0\0\0\x18ftyp", b"ID3\x03", b"RIFF", b"\xff\xfb", b"\xff\xf1"]
    for seed, start in enumerate(starts * 20):
        noise = bytes((seed * 7 + n * n * 31 + n // 3) % 256 for n in range(300))
        for media in (Media.VIDEO, Media.AUDIO):
            with pytest.raises(UsageError):
                inspect_film(put(start + noise), media, UPSCALE)


def test_a_sound_is_no_video_and_a_video_no_sound(put):
    with pytest.raises(UsageError, match="has no video track"):
        inspect_film(put(sound(container="mp4")), Media.VIDEO, UPSCALE)
    with pytest.raises(UsageError, match="is a video, not a sound"):
        inspect_film(put(film()), Media.AUDIO, SPEECH)


def refusal(path, media=Media.VIDEO, limits=UPSCALE):
    with pytest.raises(UsageError) as caught:
        inspect_film(path, media, limits)
    return caught.value.message.replace(f"{path}: ", "").splitlines()


def test_all_limits_are_told_at_once(put):
    limits = UPSCALE._replace(max_bytes=100, max_seconds=1, max_side=300, formats=("MOV",))
    data = film(seconds=2)
    assert refusal(put(data), limits=limits) == [
        f"has {len(data)} bytes; the service takes at most 0 MB (100 bytes)",
        "is an MP4; the service takes MOV: convert it",
        "is 2 seconds long; the service takes at most 1 seconds: shorten it",
        "is 320 x 180 pixels; the service takes at most 300 on each side",
    ]


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        (Facts("MP4", 30.0, 3839, 3839), []),
        (Facts("MP4", 30.5, 100, 100), ["is 30.5 seconds long; the service takes at most 30 "]),
        (Facts("MP4", None, 3840, 100), ["is 3840 x 100 pixels; the service takes at most 3839 "]),
        (Facts("MP4", None, 100, 3840), ["is 100 x 3840 pixels; the service takes at most 3839 "]),
        (Facts("AAC", None), ["is an AAC; the service takes MP4, MOV or WebM: convert it"]),
        (Facts("M4A", None), ["is an M4A; "]),
        (Facts("MP3", None), ["is an MP3; "]),
        (Facts("WAV", None), ["is a WAV; "]),
    ],
)
def test_a_video_may_be_as_large_as_the_limit(facts, problems):
    found = list(limit_problems(facts, UPSCALE))
    assert [text[: len(start)] for text, start in zip(found, problems, strict=True)] == problems


def test_a_limit_of_0_is_none():
    limits = UPSCALE._replace(max_seconds=0, max_side=0)
    assert list(limit_problems(Facts("MP4", 9e9, 10**6, 10**6), limits)) == []


def test_a_file_may_have_as_many_bytes_as_the_limit(put):
    data = box(b"ftyp", FTYP) + moov() + box(b"mdat")
    inspect_film(put(data), Media.VIDEO, UPSCALE._replace(max_bytes=len(data)))
    said = refusal(put(data), limits=UPSCALE._replace(max_bytes=len(data) - 1))
    assert said == [
        f"has {len(data)} bytes; the service takes at most 0 MB ({len(data) - 1} bytes)"
    ]


def test_a_video_that_does_not_tell_its_length_is_noted(put):
    path = put(moov() + box(b"mdat"))
    found = inspect_film(path, Media.VIDEO, UPSCALE)
    assert (found.format, found.seconds, found.width, found.height) == ("MOV", None, 0, 0)
    unknown = "its length is not in its header: it is not checked, and the cost is not known"
    assert found.notes == (f"{path}: {unknown}",)


def test_a_sound_has_no_sides_and_no_note(put):
    found = inspect_film(put(sound()), Media.AUDIO, SPEECH)
    assert (found.width, found.height, found.notes) == (0, 0, ())


def mp4_of(*handlers):
    return box(b"ftyp", FTYP) + moov(*map(track, handlers)) + box(b"mdat")


@pytest.mark.parametrize(
    ("data", "media", "said"),
    [
        (b"", Media.VIDEO, "is empty"),
        (mp4_of(b"soun"), Media.VIDEO, "has no video track"),
        (mp4_of(b"vide") + box(b"moof", b"x")[:8], Media.VIDEO, "is cut short: its end is missing"),
        (box(b"ftyp", FTYP) + box(b"mdat"), Media.VIDEO, "is a damaged MP4 or MOV"),
        (b"\xff\xf1\x50\x00\x02\x40\x00" + bytes(40), Media.VIDEO, "is an AAC, not a video"),
        (b"RIFF\0\0\0\0WAVE" + bytes(40), Media.VIDEO, "is a WAV, not a video"),
        (b"RIFF\0\0\0\0AVI " + bytes(40), Media.VIDEO, "is not a video"),
        (b"RIFF\0\0\0\0AVI " + bytes(40), Media.AUDIO, "is not a sound"),
        *(
            (mp4_of(*handlers), Media.AUDIO,
             "is a video, not a sound: save its sound as MP3, WAV, M4A or AAC")
            for handlers in ([b"vide"], [b"soun", b"vide"], [b"text"])
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_what_the_file_is(put, data, media, said):
    limits = UPSCALE if media is Media.VIDEO else SPEECH
    assert refusal(put(data), media, limits) == [said]


def test_an_mp4_of_a_sound_is_an_m4a(put):
    assert inspect_film(put(mp4_of(b"soun", b"text")), Media.AUDIO, SPEECH).format == "M4A"


def test_a_reference_is_a_picture_or_a_video_by_its_content(put):
    for kind in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        assert media_at(put(box(kind, FTYP))) is Media.VIDEO
    assert media_at(put(b"\x1aE\xdf\xa3")) is Media.VIDEO
    for data in (b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypavif\0\0\0\0avif", b""):
        assert media_at(put(data)) is Media.IMAGE


def test_every_format_that_the_catalogue_names_can_be_read():
    named = {name for model in MODELS for rule in model.inputs for name in rule.limits.formats}
    assert named == {"JPEG", "PNG", "WEBP", *CONTAINERS.values(), *SOUNDS.values()}
