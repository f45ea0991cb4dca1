"""The output format of a command, and what it prints on stdout for one task."""

from enum import Enum


class Output(Enum):
    """The output format: for people, or JSON Lines without or with events."""

    HUMAN = "human"
    JSON = "json"
    EVENTS = "events"


class Result(Enum):
    """What a command prints on stdout for one task, when it is not JSON."""

    TASK_ID = "task id"
    FILE = "path"
    URL = "video URL"
    ROW = "tab-separated row"
    NOTHING = "nothing"
