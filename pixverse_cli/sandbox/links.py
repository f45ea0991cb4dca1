"""Video links: which name belongs to which task's film, and which names are dead."""

import threading
from collections.abc import Callable


class Links:
    """Names of videos; like PixVerse's own, each consists of a UUID and the seed."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._lock = threading.Lock()
        self._tasks: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def name(self, task_id: str, seed: int) -> str:
        """Return the current name of the task's video; the first call makes one."""
        with self._lock:
            if task_id not in self._names:
                name = self._names[task_id] = f"{self._new_id()}_seed{seed}"
                self._tasks[name] = task_id
            return self._names[task_id]

    def kill(self, name: str) -> None:
        """Make a name invalid; the task gets a new name at the next query."""
        with self._lock:
            self._names.pop(self._tasks.pop(name, ""), None)

    def task_id(self, name: str) -> str:
        """Return the id of the task whose video this is; empty if the name is dead."""
        with self._lock:
            return self._tasks.get(name, "")
