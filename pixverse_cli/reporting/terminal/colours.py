"""The colours of a task's status."""

from pixverse_cli.domain.task import Status
from pixverse_cli.reporting.streams import BOLD, CYAN, DIM, GREEN, RED, YELLOW

__all__ = ["BOLD", "CYAN", "DIM", "GREEN", "RED", "YELLOW"]

STATUS_COLOURS = {
    Status.PENDING: DIM,
    Status.RUNNING: CYAN,
    Status.SUCCEEDED: GREEN,
    Status.FAILED: RED,
    Status.CANCELED: YELLOW,
    Status.UNKNOWN: YELLOW,
    Status.UNCLEAR: YELLOW,
    Status.NOT_SENT: RED,
}
