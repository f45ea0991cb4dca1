"""The command with its clock set ahead: ``python -P later.py SECONDS ARGUMENTS...``."""

import os
import sys
from datetime import timedelta

from pixverse_cli.app.context import Runtime
from pixverse_cli.domain.clock import SystemClock
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.main import main


class LaterClock(SystemClock):
    """The machine's clocks as they will be ``seconds`` later, its uptime included."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def now(self):
        return super().now() + timedelta(seconds=self.seconds)

    def uptime(self):
        uptime = super().uptime()
        return uptime and uptime._replace(seconds=uptime.seconds + self.seconds)


if __name__ == "__main__":
    clock = LaterClock(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:], Runtime(os.environ, clock, Interrupts(clock))))
