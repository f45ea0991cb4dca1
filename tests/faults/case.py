"""One case of a row of the table of faults: what goes wrong, and the required result."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pytest

from pixverse_cli.media.video import mp4

REFUSED = ("usage", "no", False)


class Way(StrEnum):
    """Who reads the command's output: a script, a pipe or a person."""

    JSON = "json"
    PIPE = "pipe"
    TERMINAL = "terminal"


ALL = (Way.JSON, Way.PIPE, Way.TERMINAL)


@dataclass(frozen=True)
class Case:
    """One fault of the row ``number``, and the required result; None means not checked.

    ``provoke`` causes the fault and returns the ended command. ``creates`` is the number of
    create calls that arrived, ``exists`` of tasks on the service, ``store`` the states of the
    records, oldest first, ``saved`` the number of videos under final names, ``parts`` of part
    files. ``says`` is a pattern for stderr (case is ignored), ``also`` a further check.
    """

    number: int
    label: str
    provoke: Callable[..., Any]
    code: int
    charged: str | None = None
    retryable: bool | None = None
    creates: int | None = None
    exists: int | None = None
    store: Sequence[str] | None = None
    saved: int | None = None
    parts: int | None = None
    says: str = ""
    also: Callable[..., None] | None = None
    ways: Sequence[Way] = (Way.JSON, Way.PIPE)
    first: bool = False  # the first case of its file runs as a separate process for a script

    def judge(self, world, ran):
        """Assert that the command and the world have the required result."""
        assert ran.code == self.code, (ran.stdout, ran.stderr)
        if world.way is Way.JSON:
            self._judge_json(ran)
        elif self.charged == "unknown":
            assert "charged: unknown" in ran.stderr
        assert re.search(self.says, ran.stderr, re.IGNORECASE | re.DOTALL), ran.stderr
        facts = {
            "creates": world.creates,
            "exists": world.exists,
            "store": world.statuses,
            "saved": len(world.videos),
            "parts": len(list(world.directory.rglob("*.part"))),
        }
        expected = {name: getattr(self, name) for name in facts}
        expected = {name: fact for name, fact in expected.items() if fact is not None}
        assert {name: facts[name] for name in expected} == expected, ran.stderr
        for video in world.videos:
            with video.open("rb") as file:
                mp4.check(file)
        if self.also:
            self.also(world, ran)

    def _judge_json(self, ran):
        """Assert that stdout has only objects of our schema, and stderr one error if it failed."""
        assert all(line["schema"] == "pixverse/1" for line in ran.json)
        errors = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]
        assert len(errors) == (1 if self.code and self.charged else 0), ran.stderr
        if errors:
            error = errors[0]["error"]
            assert (error["charged"], error["retryable"]) == (self.charged, bool(self.retryable))


def parameters(*cases):
    """Return a decorator that runs every case in each of its ways; test ids start with the row."""
    cases = [replace(case, first=place == 0) for place, case in enumerate(cases)]
    return pytest.mark.parametrize(
        ("case", "way"),
        [
            pytest.param(case, way, id=f"{case.number}-{case.label}-{way}")
            for case in cases
            for way in case.ways
        ],
    )


def row(*numbers):
    """Return a decorator that marks a test outside the tables as the proof of these rows."""

    def marked(test):
        test.rows = numbers
        return test

    return marked
