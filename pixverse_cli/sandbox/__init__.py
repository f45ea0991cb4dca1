"""The documented service on loopback, free, for pipelines and tests.

Three hosts on three ports of 127.0.0.1, as in reality: the API, the temporary store for
images (OSS), and the videos. ``Sandbox`` opens them; ``SCENARIOS`` names the trouble that
it can play; ``Pace`` says how long tasks take.
"""

from pixverse_cli.sandbox.scenarios import SCENARIOS, Scenario
from pixverse_cli.sandbox.service import Sandbox
from pixverse_cli.sandbox.tasks import Pace

__all__ = ["SCENARIOS", "Pace", "Sandbox", "Scenario"]
