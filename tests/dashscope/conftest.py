"""A client with a key that must be seen nowhere but at the service."""

import pytest

from pixverse_cli.dashscope.client import Client

KEY = "sk-canary-5e1b7a90"


def client_of(base_url):
    return Client(base_url, KEY)


@pytest.fixture
def of():
    """Return a function that gives a client of a scripted server."""
    return lambda server: client_of(server.origin + "/api/v1")
