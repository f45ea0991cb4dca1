import pytest

from tests.flows.account import VideoHost
from tests.flows.test_states import World


@pytest.fixture(scope="session")
def host():
    opened = VideoHost()
    yield opened
    opened.close()


@pytest.fixture
def world(host):
    """Return the world of the state machine, for cases that are played step by step."""
    World.host = host
    made = World()
    yield made
    made.teardown()
