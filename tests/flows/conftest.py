import pytest

from tests.flows.account import VideoHost


@pytest.fixture(scope="session")
def host():
    opened = VideoHost()
    yield opened
    opened.close()
