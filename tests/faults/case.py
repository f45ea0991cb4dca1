"""One row of the table of faults: what goes wrong, and what must then be so."""

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
    """How the command is read: by a script, by a pipe, by a person."""

    JSON = "json"
    PIPE = "pipe"
    TERMINAL = "terminal"


ALL = (Way.JSON, Way.PIPE, Way.TERMINAL)


@dataclass(frozen=True)
class Case:
    """A numbered fault. Whatever is None is not judged.

    ``provoke`` lets it happen and returns the ended command. ``creates`` counts create
    calls that arrived, ``exists`` tasks on the service, ``store`` the records' states, oldest
    first, ``saved`` videos under final names, ``parts`` those still coming. ``says`` is looked
    for in stderr (case does not count), ``also`` judges what a table cannot.
    """

    number: int
    what: str
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
    leads: bool = False  # the first of its number: run as a process of its own for a script

    def judge(self, world, ran):
        """Assert all that was promised."""
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
        promised = {name: getattr(self, name) for name in facts}
        promised = {name: fact for name, fact in promised.items() if fact is not None}
        assert {name: facts[name] for name in promised} == promised, ran.stderr
        for video in world.videos:
            mp4.check(video)
        if self.also:
            self.also(world, ran)

    def _judge_json(self, ran):
        """Every line of stdout is an object of ours; each failure is one object on stderr."""
        assert all(line["schema"] == "pixverse/1" for line in ran.json)
        errors = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]
        assert len(errors) == (1 if self.code and self.charged else 0), ran.stderr
        if errors:
            error = errors[0]["error"]
            assert (error["charged"], error["retryable"]) == (self.charged, bool(self.retryable))


def parameters(*cases):
    """Return every case in every way it is read, named by its number."""
    numbers = [case.number for case in cases]
    cases = [
        replace(case, leads=case.number not in numbers[:place]) for place, case in enumerate(cases)
    ]
    return pytest.mark.parametrize(
        ("case", "way"),
        [
            pytest.param(case, way, id=f"{case.number}-{case.what}-{way}")
            for case in cases
            for way in case.ways
        ],
    )


def row(*numbers):
    """Mark a test that is no table's case as the proof of a row."""

    def marked(test):
        test.rows = numbers
        return test

    return marked
