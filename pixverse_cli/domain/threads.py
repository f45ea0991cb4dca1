"""How many threads the system still gives: see ``ulimit -u``, and the limits of a container.

Each network call runs on a thread of its own. Whoever starts a thread for longer makes sure that
the calls still find one.
"""

import threading
from contextlib import suppress


def threads_left(most: int) -> int:
    """Return how many more threads this process can have, at most ``most``, by starting them."""
    enough = threading.Event()
    tried = list[threading.Thread]()
    with suppress(RuntimeError):
        for _ in range(most):
            one = threading.Thread(target=enough.wait, daemon=True)
            one.start()
            tried.append(one)
    enough.set()
    for one in tried:
        one.join()
    return len(tried)
