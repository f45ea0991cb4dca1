"""The models of the service, their limits and list prices, as data.

One table feeds the checks before paying, the wire, the help, the completions, the man pages,
``models`` and the sandbox. A new model is a new row; no code outside this module compares
model names. Limits come from the PixVerse image-to-video API reference ("Request
parameters"); prices from Model Studio's model-pricing page, in CNY for one second of output
video in the China (Beijing) region.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal


class Kind(StrEnum):
    """A kind of video, named by its input."""

    IMAGE_TO_VIDEO = "image-to-video"


class Role(StrEnum):
    """The purpose of an input."""

    IMAGE = "image"


class Media(StrEnum):
    """The media type of an input."""

    IMAGE = "image"


class Resolution(StrEnum):
    """A resolution tier: the pixel area of the video; the aspect ratio is the image's."""

    P360 = "360P"
    P540 = "540P"
    P720 = "720P"
    P1080 = "1080P"


class ShotType(StrEnum):
    """Whether the video is one continuous shot or consists of several."""

    SINGLE = "single"
    MULTI = "multi"


class Parameter(StrEnum):
    """A parameter of a create call, beside prompt and inputs; named as its option."""

    RESOLUTION = "resolution"
    DURATION = "duration"
    AUDIO = "audio"
    WATERMARK = "watermark"
    SHOT_TYPE = "shot-type"
    SEED = "seed"


CURRENCY = "CNY"
PRICES_AS_OF = "2026-08"
PRICES_SOURCE = "https://help.aliyun.com/zh/model-studio/model-pricing"

MAX_SEED = 2_147_483_647

TASK_LIFE_SECONDS = 24 * 60 * 60
UPLOAD_LIFE_SECONDS = (
    47 * 60 * 60
)  # the service keeps uploads for 48 h; one hour is reserved for the time in the queue
CREATES_PER_SECOND = 5
CALLS_PER_SECOND = 20  # for each of query, list and cancel
RUNNING_TASKS = 5  # per lane; further tasks wait as PENDING

DEFAULT_RESOLUTION = Resolution.P720
DEFAULT_DURATION = 5


class FileLimits(NamedTuple):
    """What the service accepts as one input file; ``max_side`` in pixels."""

    formats: tuple[str, ...]
    max_bytes: int
    max_side: int


IMAGE_LIMITS = FileLimits(
    formats=("JPEG", "PNG", "WEBP"), max_bytes=20 * 1024 * 1024, max_side=10_000
)


class InputRule(NamedTuple):
    """What a model accepts in one role; ``word`` is the name of the role on the wire."""

    role: Role
    word: str
    media: Media
    limits: FileLimits
    least: int = 1
    most: int = 1


class Model(NamedTuple):
    """One model: its names, what it accepts, and the price of one second of its video.

    ``alias`` is the short name for ``-m``: the generation. Models of the same ``lane`` share
    the service's limit of five running tasks. ``durations`` holds the allowed seconds at each
    resolution, ``silent`` and ``with_audio`` the price of one second, as on the pricing page.
    """

    name: str
    alias: str
    kind: Kind
    lane: str
    prompt_limit: int
    inputs: tuple[InputRule, ...]
    parameters: tuple[Parameter, ...]
    durations: dict[Resolution, tuple[int, ...]]
    silent: dict[Resolution, str]
    with_audio: dict[Resolution, str]

    @property
    def all_durations(self) -> tuple[int, ...]:
        """Every duration, in seconds, that the model offers at some resolution."""
        return tuple(sorted({seconds for row in self.durations.values() for seconds in row}))

    def takes(self, parameter: Parameter) -> bool:
        """Return whether a request for this model may set the parameter."""
        return parameter in self.parameters

    def price(self, resolution: Resolution, *, audio: bool) -> "Decimal":
        """Return the list price of one second, in CNY."""
        from decimal import Decimal  # noqa: PLC0415  most commands show no price

        return Decimal((self.with_audio if audio else self.silent)[resolution])


def _prices(*yuan: str) -> dict[Resolution, str]:
    return dict(zip(Resolution, yuan, strict=True))


_ANY_SECOND = dict.fromkeys(Resolution, tuple(range(1, 16)))
_V56_SECONDS = {**dict.fromkeys(Resolution, (5, 8, 10)), Resolution.P1080: (5, 8)}

_ONE_IMAGE = (InputRule(role=Role.IMAGE, word="image_url", media=Media.IMAGE, limits=IMAGE_LIMITS),)
_USUAL = (
    Parameter.RESOLUTION,
    Parameter.DURATION,
    Parameter.AUDIO,
    Parameter.WATERMARK,
    Parameter.SEED,
)

MODELS = (
    Model(
        name="pixverse/pixverse-v6-it2v",
        alias="v6",
        kind=Kind.IMAGE_TO_VIDEO,
        lane="v6",
        prompt_limit=5000,
        inputs=_ONE_IMAGE,
        parameters=(*_USUAL, Parameter.SHOT_TYPE),
        durations=_ANY_SECOND,
        silent=_prices("0.15", "0.21", "0.27", "0.53"),
        with_audio=_prices("0.21", "0.27", "0.36", "0.68"),
    ),
    Model(
        name="pixverse/pixverse-c1-it2v",
        alias="c1",
        kind=Kind.IMAGE_TO_VIDEO,
        lane="c1",
        prompt_limit=5000,
        inputs=_ONE_IMAGE,
        parameters=_USUAL,
        durations=_ANY_SECOND,
        silent=_prices("0.18", "0.24", "0.30", "0.56"),
        with_audio=_prices("0.24", "0.30", "0.39", "0.71"),
    ),
    Model(
        name="pixverse/pixverse-v5.6-it2v",
        alias="v5.6",
        kind=Kind.IMAGE_TO_VIDEO,
        lane="v5.6",
        prompt_limit=2048,
        inputs=_ONE_IMAGE,
        parameters=_USUAL,
        durations=_V56_SECONDS,
        silent=_prices("0.21", "0.21", "0.27", "0.44"),
        with_audio=_prices("0.47", "0.47", "0.53", "0.70"),
    ),
)
DEFAULT_MODEL = MODELS[0]

_BY_NAME = {spelling: model for model in MODELS for spelling in (model.name, model.alias)}


def find_model(name: str | None) -> Model | None:
    """Return the model with this full name or alias, in any case; None if unknown."""
    return _BY_NAME.get((name or "").strip().lower())


def spell(numbers: tuple[int, ...]) -> str:
    """Return ``1 to 15`` for consecutive numbers, ``5, 8 or 10`` for others."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    *most, last = map(str, numbers)
    return f"{', '.join(most)} or {last}" if most else last
