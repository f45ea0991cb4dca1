"""Shared by the commands' tests: a picture, and the options of the cheapest video."""

from pathlib import Path

import pytest

TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
SMALL = ("-r", "360P", "-d", "1")


@pytest.fixture
def submit(pixverse):
    """Return a function that submits the turtle with further options."""

    def submitted(*options, **variables):
        return pixverse("submit", TURTLE, *SMALL, *options, **variables)

    return submitted
