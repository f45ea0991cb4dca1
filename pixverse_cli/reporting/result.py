"""What a command prints on stdout for one task; a module of its own, since commands name it."""

from enum import Enum


class Result(Enum):
    """The kinds of plain results."""

    TASK_ID = "task id"
    FILE = "path"
    URL = "video URL"
    ROW = "tab-separated row"
    NOTHING = "nothing"
