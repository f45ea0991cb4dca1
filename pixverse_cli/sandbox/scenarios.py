"""The failures that the sandbox can simulate, by name, and how often each has happened."""

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pixverse_cli.domain.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One kind of failure; ``times`` says how often it happens, None for always."""

    name: str
    summary: str
    times: int | None


def _scenario(name: str, times: int | None, summary: str) -> Scenario:
    return Scenario(name=name, times=times, summary=summary)


_TABLE = (
    # The create call and its answer.
    _scenario(
        "lost-reply", 1, "first create: accepted, then the connection closes without an answer"
    ),
    _scenario(
        "cut-reply", 1, "first create: accepted, then the answer ends in the middle of its JSON"
    ),
    _scenario("never-arrived", 1, "first create: the connection is reset and nothing was accepted"),
    _scenario("gateway-504", 1, "first create: accepted, then a gateway answers 504 with HTML"),
    _scenario("overloaded", 1, "first create: 503 with the service's JSON, nothing accepted"),
    _scenario("throttled", 2, "first 2 creates and first 2 queries: 429 Throttling.RateQuota"),
    _scenario("retry-after", 1, "first create and first query: 429 with Retry-After: 2 seconds"),
    _scenario("content-refused", 1, "first create: 400 DataInspectionFailed"),
    _scenario("arrearage", None, "every create: 400 Arrearage, the account is overdue"),
    _scenario("bad-key", None, "every call: 401 InvalidApiKey, whatever the key"),
    _scenario("oss-refused", None, "every create with an oss:// image: 400 at once"),
    _scenario("oss-refused-late", None, "every create with an oss:// image: accepted, then FAILED"),
    _scenario("upload-refused", 1, "first form post of an image: 403, the policy has expired"),
    _scenario(
        "upload-stall", 1, "first form post of an image: the store stops reading for 12 seconds"
    ),
    # The task.
    _scenario("fail", 1, "first task: FAILED InvalidParameter, 'The size is not match'"),
    _scenario("content-failed", 1, "first task: FAILED DataInspectionFailed"),
    _scenario("not-activated", None, "every task: accepted, then FAILED, product not activated"),
    _scenario(
        "expired",
        None,
        "every task: UNKNOWN once its success has been reported; its video link still works",
    ),
    _scenario("late", None, "every task: UNKNOWN and not in the list for its first 2 seconds"),
    _scenario("foreign-tasks", None, "the list also holds tasks that others on the account sent"),
    # Answers.
    _scenario(
        "slow", None, "every answer of the API is 2 seconds late, and tasks run 5 times longer"
    ),
    _scenario(
        "flaky", None, "one GET in three fails (5xx, 429, reset), at most 3 in a row for a path"
    ),
    _scenario(
        "hostile-text", None, "every text of the service has terminal codes, bidi and markup"
    ),
    _scenario(
        "unsure",
        None,
        "the other reading of unclear pages: lists of at most 10 rows, float durations, times in"
        " failed tasks, empty codes in successful ones, videos without ranges or ETag",
    ),
    # The video.
    _scenario("truncated", 2, "first 2 downloads of a video: cut in the middle, can be resumed"),
    _scenario(
        "wrong-length", 1, "first download of a video: complete, but some bytes too many or too few"
    ),
    _scenario("slow-video", None, "every download of a video begins 2 seconds late"),
    _scenario("redirect", None, "every download of a video: 302 to another origin on loopback"),
    _scenario("link-dead", 1, "first video link: 403; querying the task again gives a new one"),
    _scenario("not-a-video", 1, "first download of a video: 200 with an HTML page"),
)

SCENARIOS = {scenario.name: scenario for scenario in _TABLE}
"""Every scenario by its name."""


def _all_chosen(words: Sequence[str]) -> dict[str, Scenario]:
    """Return the scenarios by name; ``name:N`` makes one happen N times.

    :raises UsageError: an unknown name, or a count that is not from 1 to 999999.
    """
    return {scenario.name: scenario for scenario in map(_chosen, words)}


def _chosen(word: str) -> Scenario:
    name, colon, count = word.partition(":")
    if name not in SCENARIOS:
        raise UsageError(
            f"unknown scenario {name!r}", hint="choose from: " + ", ".join(sorted(SCENARIOS))
        )
    if not colon:
        return SCENARIOS[name]
    if not re.fullmatch(r"[1-9][0-9]{0,5}", count):
        raise UsageError(
            f"scenario {word!r}: the count must be a number from 1 to 999999",
            hint=f"for example {name}:3",
        )
    return replace(SCENARIOS[name], times=int(count))


class ActiveScenarios:
    """The scenarios of one sandbox, and how often each has happened; thread-safe."""

    def __init__(self, words: Sequence[str] = (), *, seed: int = 0) -> None:
        self._scenarios = _all_chosen(words)
        self._counts: dict[tuple[str, str], int] = {}
        self._failed_in_a_row: dict[str, int] = {}
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def active(self, name: str) -> bool:
        """Whether the scenario was chosen."""
        return name in self._scenarios

    def applies(self, name: str, kind: str = "") -> bool:
        """Whether the scenario happens now; counted for each ``kind`` of call separately."""
        if name not in self._scenarios:
            return False
        with self._lock:
            count = self._counts[name, kind] = self._counts.get((name, kind), 0) + 1
        times = self._scenarios[name].times
        return times is None or count <= times

    def flaky_status(self, path: str) -> int | None:
        """Return how this GET fails if the service is flaky: a status, or 0 for a reset.

        None means that it does not fail.
        """
        if not self.active("flaky"):
            return None
        with self._lock:
            failed = self._failed_in_a_row.get(path, 0)
            fails = self._random.random() < 1 / 3 and failed < 3
            self._failed_in_a_row[path] = failed + 1 if fails else 0
            return self._random.choice((0, 429, 500, 502, 503)) if fails else None
