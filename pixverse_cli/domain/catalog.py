"""What the service sells: models, limits and list prices, as data.

One table feeds the checks before paying, the wire, the help, the completions, the man pages,
``models`` and the sandbox. A new model is a new row; nothing outside this module asks for a
model by its name. Limits come from the PixVerse image-to-video API reference ("Request
parameters"); prices from Model Studio's model-pricing page, in CNY for one second of output
video in the China (Beijing) region.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal


class Kind(StrEnum):
    """The kinds of video, by what they are made of."""

    IMAGE_TO_VIDEO = "image-to-video"


class Role(StrEnum):
    """What an input is for."""

    IMAGE = "image"


class Media(StrEnum):
    """What an input is."""

    IMAGE = "image"


class Resolution(StrEnum):
    """A resolution tier: the pixel area of the video, whose shape follows the image."""

    P360 = "360P"
    P540 = "540P"
    P720 = "720P"
    P1080 = "1080P"


class ShotType(StrEnum):
    """Whether the video is one continuous shot or is cut into several."""

    SINGLE = "single"
    MULTI = "multi"


class Parameter(StrEnum):
    """What a create call may say beside prompt and inputs, by its name on the command line."""

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
UPLOAD_LIFE_SECONDS = 47 * 60 * 60  # the service keeps them 48 h; the last hour is for the queue
CREATES_PER_SECOND = 5
CALLS_PER_SECOND = 20  # query, list and cancel, each by itself
RUNNING_TASKS = 5  # of a lane; further tasks wait as PENDING

DEFAULT_RESOLUTION = Resolution.P720
DEFAULT_DURATION = 5


class FileLimits(NamedTuple):
    """What the service takes as one input file; a side in pixels."""

    formats: tuple[str, ...]
    max_bytes: int
    max_side: int


IMAGE_LIMITS = FileLimits(
    formats=("JPEG", "PNG", "WEBP"), max_bytes=20 * 1024 * 1024, max_side=10_000
)


class InputRule(NamedTuple):
    """What a model takes in one role; ``word`` names it on the wire."""

    role: Role
    word: str
    media: Media
    limits: FileLimits
    least: int = 1
    most: int = 1


class Model(NamedTuple):
    """One model: its names, what it accepts, and what a second of its video costs.

    ``alias`` is what ``-m`` takes: the generation. ``lane``: models of one lane share the
    service's five running tasks. ``durations`` holds the seconds on offer at each resolution,
    ``silent`` and ``with_audio`` the prices of a second there, as the page prints them.
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
        """Return whether a request for this model may hold the parameter."""
        return parameter in self.parameters

    def price(self, resolution: Resolution, *, audio: bool) -> "Decimal":
        """Return the list price of one second, in CNY."""
        from decimal import Decimal  # noqa: PLC0415  most commands name no price

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
    """Return the model of that full name or alias, whatever its case; None if there is none."""
    return _BY_NAME.get((name or "").strip().lower())


def spell(numbers: tuple[int, ...]) -> str:
    """Write ``1 to 15`` for a run of numbers, ``5, 8 or 10`` for others."""
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    *most, last = map(str, numbers)
    return f"{', '.join(most)} or {last}" if most else last
