"""The models of the service, their limits and list prices, as data.

One table feeds the checks before paying, the wire, the help, the completions, the man pages,
``models`` and the sandbox. A new model is a new row; no code outside this module compares
model names. Limits come from the PixVerse API references of Model Studio (text, image,
keyframe and reference to video; lip sync, motion control, upscale), prices from its
model-pricing page, in CNY for one second of output video in the China (Beijing) region, and
lanes from its rate-limit page.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Self

from pixverse_cli.domain.terms import CREATES_PER_SECOND, RUNNING_TASKS

if TYPE_CHECKING:
    from decimal import Decimal


class Kind(StrEnum):
    """A kind of video, named by its input."""

    IMAGE_TO_VIDEO = "image-to-video"
    FIRST_LAST_FRAME = "first-last-frame"
    REFERENCES = "references"
    TEXT_TO_VIDEO = "text-to-video"
    UPSCALE = "upscale"
    LIPSYNC = "lipsync"
    MOTION = "motion"


class Role(StrEnum):
    """The purpose of an input."""

    IMAGE = "image"
    FIRST_FRAME = "first-frame"
    LAST_FRAME = "last-frame"
    REFERENCE = "reference"
    VIDEO = "video"
    AUDIO = "audio"


class Media(StrEnum):
    """The media type of an input."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class Choice(StrEnum):
    """The values of a parameter among which the user chooses."""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the value that the user wrote, in any case; None for other text."""
        return next((value for value in cls if value.lower() == text.lower()), None)


class Resolution(Choice):
    """A resolution tier: about how many pixels a frame has, and what a second costs."""

    P360 = "360P"
    P540 = "540P"
    P720 = "720P"
    P1080 = "1080P"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the tier of ``720P`` or ``720``; None for other text."""
        return super().parse(text if text.upper().endswith("P") else f"{text}P")


class AspectRatio(Choice):
    """Width to height of the video; AUTO is that of the first input."""

    AUTO = "auto"
    R16_9 = "16:9"
    R4_3 = "4:3"
    R1_1 = "1:1"
    R3_4 = "3:4"
    R9_16 = "9:16"
    R3_2 = "3:2"
    R2_3 = "2:3"
    R21_9 = "21:9"


class ShotType(Choice):
    """Whether the video is one continuous shot or consists of several."""

    SINGLE = "single"
    MULTI = "multi"


class Parameter(StrEnum):
    """What a request may set, beside prompt and inputs; named as its option."""

    RESOLUTION = "resolution"
    ASPECT_RATIO = "aspect-ratio"
    DURATION = "duration"
    AUDIO = "audio"
    WATERMARK = "watermark"
    SHOT_TYPE = "shot-type"
    SEED = "seed"
    TEXT = "text"
    VOICE = "voice"


class Need(StrEnum):
    """Whether a model needs a prompt."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


CURRENCY = "CNY"
PRICES_AS_OF = "2026-08"
PRICES_SOURCE = "https://help.aliyun.com/zh/model-studio/model-pricing"

MAX_SEED = 2_147_483_647
MAX_NAME_LENGTH = 30  # characters of a reference's name (reference-to-video page, omni version)

DEFAULT_RESOLUTION = Resolution.P720
DEFAULT_DURATION = 5


class FileLimits(NamedTuple):
    """What the service accepts as one input file; 0 where the page names no limit.

    ``max_side`` in pixels; ``total_seconds`` is the limit of all inputs of this kind together.
    """

    formats: tuple[str, ...]
    max_bytes: int
    max_side: int
    max_seconds: int = 0
    total_seconds: int = 0


_MB = 1024 * 1024

IMAGE_LIMITS = FileLimits(formats=("JPEG", "PNG", "WEBP"), max_bytes=20 * _MB, max_side=10_000)
_REFERENCE_VIDEO = FileLimits(("MP4", "MOV"), 50 * _MB, 1920, total_seconds=15)
_LIPSYNC_VIDEO = FileLimits(("MP4", "MOV", "WebM"), 250 * _MB, 0, max_seconds=300)
_LIPSYNC_AUDIO = FileLimits(("MP3", "WAV", "M4A", "AAC"), 100 * _MB, 0, max_seconds=300)
_MOTION_VIDEO = FileLimits(("MP4", "MOV"), 100 * _MB, 0, max_seconds=30)
_UPSCALE_VIDEO = FileLimits(("MP4", "MOV", "WebM"), 100 * _MB, 3839, max_seconds=30)  # below 4K


class InputRule(NamedTuple):
    """What a model accepts in one role: from ``least`` to ``most`` inputs of one media type.

    ``word`` is the name of the role on the wire; ``named`` inputs may have a name that the
    prompt cites.
    """

    role: Role
    word: str
    media: Media
    limits: FileLimits
    least: int = 1
    most: int = 1
    named: bool = False

    @property
    def amount(self) -> str:
        """What is accepted, in words: ``1 video``, ``1 to 7 images as reference``."""
        numbers = f"{self.least} to {self.most}" if self.least else f"at most {self.most}"
        count = str(self.most) if self.least == self.most else numbers
        media = f"{self.media}s" if self.most > 1 else str(self.media)
        return (
            f"{count} {media}"
            if self.role.value == self.media
            else f"{count} {media} as {self.role}"
        )


class Lane(NamedTuple):
    """Models that share the service's places: ``running`` tasks at once.

    Create calls are limited to ``creates`` in any ``seconds`` seconds.
    """

    name: str
    running: int = RUNNING_TASKS
    creates: int = CREATES_PER_SECOND
    seconds: int = 1


class Prices(NamedTuple):
    """CNY for one second of video, as on the pricing page.

    A key is a resolution, or None for a model whose price does not depend on it.
    """

    silent: dict[Resolution | None, str]
    with_audio: dict[Resolution | None, str]


class Speech(NamedTuple):
    """A voice that speaks a text, in place of a sound file.

    ``voices`` are the ids of the voices with their names; the first is the default. Billed is
    one second for every ``bytes_per_second`` bytes of the text in UTF-8.
    """

    voices: dict[str, str]
    max_characters: int
    bytes_per_second: int
    voice_word: str
    text_word: str


class Model(NamedTuple):
    """One model: its names, what it accepts, and the price of one second of its video.

    ``alias`` is the short name for ``-m``, which no other model has. ``generation`` is the
    short name that the kind completes: that of ``v6-kf2v`` is ``v6``. ``durations`` holds the
    allowed seconds at each resolution. ``sizes`` are the frame sizes ``W*H`` for each
    resolution and aspect ratio, where the service wants a size instead of a resolution;
    ``ratios`` are the allowed aspect ratios, the default first. Where there are inputs of the
    role ``length_from`` that have a length, the video is as long as the longest, and a
    duration cannot be set. With a reference video, seconds cost ``prices_with_video``.
    """

    name: str
    alias: str
    generation: str
    kind: Kind
    lane: Lane
    prompt: Need
    prompt_limit: int
    inputs: tuple[InputRule, ...]
    parameters: tuple[Parameter, ...]
    prices: Prices
    durations: dict[Resolution, tuple[int, ...]] = {}  # noqa: RUF012  a constant, never changed
    sizes: dict[Resolution, dict[AspectRatio, str]] = {}  # noqa: RUF012  as above
    ratios: tuple[AspectRatio, ...] = ()
    length_from: Role | None = None
    prices_with_video: Prices | None = None
    speech: Speech | None = None

    @property
    def all_durations(self) -> tuple[int, ...]:
        """Every duration, in seconds, that the model offers at some resolution."""
        return tuple(sorted({seconds for row in self.durations.values() for seconds in row}))

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """The resolutions that the model offers; none where the input decides."""
        return tuple(tier for tier in self.prices.silent if tier is not None)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name that means this model whatever the kind; the full name is the first."""
        return (self.name, self.alias, self.name.rpartition("pixverse-")[2])

    def takes(self, parameter: Parameter) -> bool:
        """Return whether a request for this model may set the parameter."""
        return parameter in self.parameters

    def rule(self, role: Role, media: Media) -> InputRule | None:
        """Return the rule for inputs of this role and media type; None if it takes none."""
        return next(
            (rule for rule in self.inputs if (rule.role, rule.media) == (role, media)), None
        )

    def price(
        self, resolution: Resolution | None, *, audio: bool, with_video: bool = False
    ) -> "Decimal":
        """Return the list price of one second, in CNY; ``with_video``: a video is a reference.

        :raises KeyError: the model does not offer this resolution.
        """
        from decimal import Decimal  # noqa: PLC0415  most commands show no price

        prices = self.prices_with_video if with_video and self.prices_with_video else self.prices
        return Decimal((prices.with_audio if audio else prices.silent)[resolution])


_ANY_SECOND = dict.fromkeys(Resolution, tuple(range(1, 16)))
_V56_SECONDS = {**dict.fromkeys(Resolution, (5, 8, 10)), Resolution.P1080: (5, 8)}


def _prices(silent: str, with_audio: str = "") -> Prices:
    """Read the prices of the tiers, from the lowest; there may be fewer than four."""
    tiers = tuple(Resolution)
    return Prices(
        silent=dict(zip(tiers, silent.split(), strict=False)),
        with_audio=dict(zip(tiers, with_audio.split(), strict=False)),
    )


def _sizes(*rows: str) -> dict[Resolution, dict[AspectRatio, str]]:
    """Read a page's table of sizes: a row for each tier, in the columns of ``AspectRatio``."""
    ratios = tuple(AspectRatio)[1:]
    return {
        tier: dict(zip(ratios, row.split(), strict=False))
        for tier, row in zip(Resolution, rows, strict=True)
    }


# Text-to-video and reference-to-video pages, tables of `size`.
SIZES = _sizes(
    "640*360 640*480 640*640 480*640 360*640 640*432 432*640 640*288",
    "1024*576 1024*768 1024*1024 768*1024 576*1024 1024*688 688*1024 1024*448",
    "1280*720 1108*832 960*960 832*1108 720*1280 1200*800 800*1200 1280*560",
    "1920*1080 1664*1248 1440*1440 1248*1664 1080*1920 1776*1184 1184*1776 1920*832",
)
_V56_TEXT_SIZES = _sizes(
    "640*360 640*480 640*640 480*640 360*640",
    "1024*576 1024*768 1024*1024 768*1024 576*1024",
    "1280*720 1280*960 1280*1280 960*1280 720*1280",
    "1920*1080 1920*1440 1808*1808 1440*1920 1080*1920",
)
_V56_REFERENCE_SIZES = _sizes(
    "640*360 640*480 640*640 480*640 360*640",
    "1024*576 1024*768 1024*1024 768*1024 576*1024",
    "1280*720 1108*830 960*960 830*1108 720*1280",
    "1920*1080 1662*1246 1440*1440 1246*1662 1080*1920",
)


class _Generation(NamedTuple):
    """What the models of one generation share."""

    name: str
    prompt_limit: int
    durations: dict[Resolution, tuple[int, ...]]
    prices: Prices
    shots: tuple[Parameter, ...] = ()

    @property
    def lane(self) -> Lane:
        return Lane(self.name)


_V6 = _Generation(
    name="v6",
    prompt_limit=5000,
    durations=_ANY_SECOND,
    prices=_prices("0.15 0.21 0.27 0.53", "0.21 0.27 0.36 0.68"),
    shots=(Parameter.SHOT_TYPE,),
)
_C1 = _Generation(
    name="c1",
    prompt_limit=5000,
    durations=_ANY_SECOND,
    prices=_prices("0.18 0.24 0.30 0.56", "0.24 0.30 0.39 0.71"),
)
_V56 = _Generation(
    name="v5.6",
    prompt_limit=2048,
    durations=_V56_SECONDS,
    prices=_prices("0.21 0.21 0.27 0.44", "0.47 0.47 0.53 0.70"),
)
_GENERATIONS = (_V6, _C1, _V56)

_TOOLS = Lane("tools", creates=300, seconds=60)  # lip sync, motion control and upscale share it

_USUAL = (
    Parameter.RESOLUTION,
    Parameter.DURATION,
    Parameter.AUDIO,
    Parameter.WATERMARK,
    Parameter.SEED,
)
_USUAL_WITH_RATIO = (*_USUAL, Parameter.ASPECT_RATIO)


def _picture(role: Role, word: str = "image_url", *, most: int = 1, least: int = 1) -> InputRule:
    named = role is Role.REFERENCE
    return InputRule(role, word, Media.IMAGE, IMAGE_LIMITS, least=least, most=most, named=named)


def _video(limits: FileLimits, role: Role = Role.VIDEO) -> InputRule:
    return InputRule(role, "video_url", Media.VIDEO, limits)


def _image_to_video(generation: _Generation) -> Model:
    return Model(
        name=f"pixverse/pixverse-{generation.name}-it2v",
        alias=generation.name,
        generation=generation.name,
        kind=Kind.IMAGE_TO_VIDEO,
        lane=generation.lane,
        prompt=Need.OPTIONAL,
        prompt_limit=generation.prompt_limit,
        inputs=(_picture(Role.IMAGE),),
        parameters=(*_USUAL, *generation.shots),
        prices=generation.prices,
        durations=generation.durations,
    )


def _first_last_frame(generation: _Generation) -> Model:
    return Model(
        name=f"pixverse/pixverse-{generation.name}-kf2v",
        alias=f"{generation.name}-kf2v",
        generation=generation.name,
        kind=Kind.FIRST_LAST_FRAME,
        lane=generation.lane,
        prompt=Need.REQUIRED,
        prompt_limit=generation.prompt_limit,
        inputs=(
            _picture(Role.FIRST_FRAME, "first_frame"),
            _picture(Role.LAST_FRAME, "last_frame"),
        ),
        parameters=_USUAL,
        prices=generation.prices,
        durations=generation.durations,
    )


def _text_to_video(
    generation: _Generation, sizes: dict[Resolution, dict[AspectRatio, str]]
) -> Model:
    return Model(
        name=f"pixverse/pixverse-{generation.name}-t2v",
        alias=f"{generation.name}-t2v",
        generation=generation.name,
        kind=Kind.TEXT_TO_VIDEO,
        lane=generation.lane,
        prompt=Need.REQUIRED,
        prompt_limit=generation.prompt_limit,
        inputs=(),
        parameters=(*_USUAL_WITH_RATIO, *generation.shots),
        prices=generation.prices,
        durations=generation.durations,
        sizes=sizes,
        ratios=tuple(sizes[DEFAULT_RESOLUTION]),
    )


def _references(
    generation: _Generation,
    sizes: dict[Resolution, dict[AspectRatio, str]],
    *,
    prompt_limit: int = 0,
) -> Model:
    return Model(
        name=f"pixverse/pixverse-{generation.name}-r2v",
        alias=f"{generation.name}-r2v",
        generation=generation.name,
        kind=Kind.REFERENCES,
        lane=generation.lane,
        prompt=Need.REQUIRED,
        prompt_limit=prompt_limit or generation.prompt_limit,
        inputs=(_picture(Role.REFERENCE, most=7),),
        parameters=_USUAL_WITH_RATIO,
        prices=generation.prices,
        durations=generation.durations,
        sizes=sizes,
        ratios=tuple(sizes[DEFAULT_RESOLUTION]),
    )


_OMNI = Model(
    name="pixverse/pixverse-v6-r2v-omni",
    alias="v6-omni",
    generation="v6-omni",
    kind=Kind.REFERENCES,
    lane=_V6.lane,
    prompt=Need.REQUIRED,
    prompt_limit=5000,
    inputs=(
        _picture(Role.REFERENCE, least=0, most=10),
        _video(_REFERENCE_VIDEO, Role.REFERENCE)._replace(least=0, most=2, named=True),
    ),
    parameters=_USUAL_WITH_RATIO,
    prices=_V6.prices,
    durations=_ANY_SECOND,
    ratios=tuple(AspectRatio),
    length_from=Role.REFERENCE,
    prices_with_video=_prices("0.30 0.42 0.54 1.06", "0.42 0.54 0.72 1.36"),
)

VOICES = {
    "auto": "random",
    "2": "詹有鱼",
    "4": "外国阿利",
    "6": "李解",
    "10": "姜姜好",
    "11": "老森",
    "12": "李杰克",
    "13": "钱多多",
    "14": "呆萌王小拍",
    "16": "屯里大嗓",
    "18": "豫语汉子",
    "19": "宝岛囡囡",
    "20": "陕西掌柜",
    "21": "港风阿sir",
}  # lip sync page, `lip_sync_tts_speaker_id`; the numbers have gaps

_LIPSYNC = Model(
    name="pixverse/pixverse-lipsync",
    alias="lipsync",
    generation="lipsync",
    kind=Kind.LIPSYNC,
    lane=_TOOLS,
    prompt=Need.NONE,
    prompt_limit=0,
    inputs=(
        _video(_LIPSYNC_VIDEO),
        InputRule(Role.AUDIO, "audio_url", Media.AUDIO, _LIPSYNC_AUDIO, least=0),
    ),
    parameters=(Parameter.WATERMARK, Parameter.TEXT, Parameter.VOICE),
    prices=Prices(silent={None: "0.12"}, with_audio={}),
    length_from=Role.AUDIO,
    speech=Speech(
        voices=VOICES,
        max_characters=200,
        bytes_per_second=15,
        voice_word="lip_sync_tts_speaker_id",
        text_word="lip_sync_tts_content",
    ),
)
_MOTION = Model(
    name="pixverse/pixverse-motioncontrol",
    alias="motion",
    generation="motion",
    kind=Kind.MOTION,
    lane=_TOOLS,
    prompt=Need.NONE,
    prompt_limit=0,
    inputs=(_picture(Role.IMAGE), _video(_MOTION_VIDEO)),
    parameters=(Parameter.RESOLUTION, Parameter.WATERMARK),
    prices=_prices("0.27 0.30 0.36"),
    length_from=Role.VIDEO,
)
_UPSCALE = Model(
    name="pixverse/pixverse-upscale",
    alias="upscale",
    generation="upscale",
    kind=Kind.UPSCALE,
    lane=_TOOLS,
    prompt=Need.NONE,
    prompt_limit=0,
    inputs=(_video(_UPSCALE_VIDEO),),
    parameters=(Parameter.WATERMARK, Parameter.SEED),
    prices=Prices(silent={None: "0.15"}, with_audio={}),
    length_from=Role.VIDEO,
)

MODELS = (
    *map(_image_to_video, _GENERATIONS),
    *map(_first_last_frame, _GENERATIONS),
    _references(_V6, SIZES, prompt_limit=2048),
    _references(_C1, SIZES),
    _references(_V56, _V56_REFERENCE_SIZES),
    _OMNI,
    _text_to_video(_V6, SIZES),
    _text_to_video(_C1, SIZES),
    _text_to_video(_V56, _V56_TEXT_SIZES),
    _UPSCALE,
    _LIPSYNC,
    _MOTION,
)
DEFAULT_MODEL = MODELS[0]

_BY_NAME = {spelling: model for model in MODELS for spelling in model.spellings}
_BY_GENERATION = {(model.generation, model.kind): model for model in MODELS}


def models_of(kind: Kind) -> tuple[Model, ...]:
    """Return the models of a kind; the first is the default."""
    return tuple(model for model in MODELS if model.kind is kind)


def find_model(name: str | None, kind: Kind | None = None) -> Model | None:
    """Return the model with this name, in any case; None if there is none.

    A name is the full name, its end (``v6-kf2v``), or the alias. With a kind, the model is one
    of that kind, and the generation is a name as well: ``v6`` is then the v6 of that kind.
    """
    spelling = (name or "").strip().lower()
    if kind is None:
        return _BY_NAME.get(spelling)
    found = _BY_GENERATION.get((spelling, kind)) or _BY_NAME.get(spelling)
    return found if found and found.kind is kind else None


def spell(numbers: tuple[int, ...]) -> str:
    """Return ``1 to 15`` for consecutive numbers, ``5, 8 or 10`` for others."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return any_of(map(str, numbers))


def any_of(words: Iterable[str]) -> str:
    """Return ``a``, ``a or b``, ``a, b or c``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
