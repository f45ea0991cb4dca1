"""A client with a canary key, which only the service may see."""

import pytest

from pixverse_cli.dashscope.client import Client

KEY = "sk-canary-5e1b7a90"


def client_of(base_url):
    return Client(base_url, KEY)


@pytest.fixture
def client_for():
    """Return a function that makes a client for a scripted server."""
    return lambda server: client_of(server.origin + "/api/v1")
