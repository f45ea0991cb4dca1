"""Sandboxes and pictures for the tests of the sandbox itself."""

import io
from functools import cache

import pytest
import requests
from PIL import Image, ImageDraw

from pixverse_cli.sandbox import Sandbox

from .caller import Caller, HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def call():
    """Return a function that opens a sandbox; by default tasks end at the first query."""
    opened = []

    def opener(*scenarios, **options):
        options.setdefault("instant", "pace" not in options and "realistic" not in options)
        opened.append(Sandbox(scenarios=scenarios, **options))
        return Caller(opened[-1])

    yield opener
    for sandbox in opened:
        sandbox.close()


@pytest.fixture(scope="session")
def picture():
    """Return an image with many details, 620 by 590 pixels."""
    image = Image.linear_gradient("L").resize((620, 590)).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 80, 300, 260), fill=(200, 40, 40))
    pen.ellipse((320, 280, 560, 520), fill=(40, 80, 220))
    return image


@pytest.fixture(scope="session")
def encoded(picture):
    """Return a function that encodes the picture in a format."""

    @cache
    def encode(kind="PNG", size=None):
        file = io.BytesIO()
        (picture.resize(size) if size else picture).save(file, kind)
        return file.getvalue()

    return encode


@pytest.fixture
def fetch():
    """Return a function that gets a URL without a key and without following redirects."""

    def get(url, *, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, url, headers=headers, timeout=20, allow_redirects=False)

    return get
