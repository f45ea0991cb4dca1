"""What every flow works with, handed in from above."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.interrupts import Interrupts
from pixverse_cli.store import Store

if TYPE_CHECKING:
    from pixverse_cli.dashscope.client import Client


class Tools(NamedTuple):
    """``connect`` gives the client on first use: many commands need no network at all.

    ``service`` is the base URL that records belong to; ``account`` names key and service
    without giving the key away; ``run`` is this run of the program, a random word.
    """

    connect: "Callable[[], Client]"
    store: Store
    clock: Clock
    interrupts: Interrupts
    service: str
    account: Callable[[], str]
    run: str = ""
