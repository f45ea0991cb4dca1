"""How a command speaks, and what it prints on stdout for one task."""

from enum import Enum


class Output(Enum):
    """To people, or in JSON Lines without or with progress."""

    HUMAN = "human"
    JSON = "json"
    EVENTS = "events"


class Result(Enum):
    """The kinds of plain results."""

    TASK_ID = "task id"
    FILE = "path"
    URL = "video URL"
    ROW = "tab-separated row"
    NOTHING = "nothing"
