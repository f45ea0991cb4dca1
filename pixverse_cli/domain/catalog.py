"""What the service sells: models, limits and list prices, as data.

One table feeds the checks before paying, the help, the completions, the man pages
and the sandbox. Limits come from the PixVerse image-to-video API reference ("Request
parameters"); prices from Model Studio's model-pricing page, in CNY for one second of
output video in the mainland China region.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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


Prices = dict[Resolution, Decimal]

PRICES_AS_OF = "2026-08"
PRICES_SOURCE = "https://help.aliyun.com/zh/model-studio/model-pricing"
CURRENCY = "CNY"

MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_IMAGE_SIDE = 10_000
MAX_SEED = 2_147_483_647
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP")

TASK_LIFE_SECONDS = 24 * 60 * 60
UPLOAD_LIFE_SECONDS = 47 * 60 * 60  # the service keeps them 48 h; the last hour is for the queue
CREATES_PER_SECOND = 5
CALLS_PER_SECOND = 20  # query, list and cancel, each by itself
RUNNING_TASKS = 5  # further tasks wait as PENDING

DEFAULT_RESOLUTION = Resolution.P720
DEFAULT_DURATION = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model: its names, what it accepts, and what a second of its video costs."""

    name: str
    alias: str
    prompt_limit: int
    durations: dict[Resolution, tuple[int, ...]]
    takes_shot_type: bool
    silent: Prices
    with_audio: Prices

    @property
    def all_durations(self) -> tuple[int, ...]:
        """Every duration, in seconds, that the model offers at some resolution."""
        return tuple(sorted({seconds for row in self.durations.values() for seconds in row}))

    def price(self, resolution: Resolution, *, audio: bool) -> Decimal:
        """Return the list price of one second, in CNY."""
        return (self.with_audio if audio else self.silent)[resolution]


def _prices(*yuan: str) -> Prices:
    return dict(zip(Resolution, map(Decimal, yuan), strict=True))


_ANY_SECOND = dict.fromkeys(Resolution, tuple(range(1, 16)))
_V56_SECONDS = {**dict.fromkeys(Resolution, (5, 8, 10)), Resolution.P1080: (5, 8)}

MODELS = (
    Model(
        name="pixverse/pixverse-v6-it2v",
        alias="v6",
        prompt_limit=5000,
        durations=_ANY_SECOND,
        takes_shot_type=True,
        silent=_prices("0.15", "0.21", "0.27", "0.53"),
        with_audio=_prices("0.21", "0.27", "0.36", "0.68"),
    ),
    Model(
        name="pixverse/pixverse-c1-it2v",
        alias="c1",
        prompt_limit=5000,
        durations=_ANY_SECOND,
        takes_shot_type=False,
        silent=_prices("0.18", "0.24", "0.30", "0.56"),
        with_audio=_prices("0.24", "0.30", "0.39", "0.71"),
    ),
    Model(
        name="pixverse/pixverse-v5.6-it2v",
        alias="v5.6",
        prompt_limit=2048,
        durations=_V56_SECONDS,
        takes_shot_type=False,
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
