"""Kill submits in N trials of four: ``python -m tests.bench.kill N [--signal TERM]``.

Every count under "must be 0" is a promise. ``--seed`` sets the seed of the first trial;
failures are printed with their submits, whose prompts contain the seed of the trial.
"""

import argparse
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.kill.killing import Tally, trial

WORKERS = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", type=int)
    parser.add_argument("--signal", choices=["KILL", "TERM", "INT", "HUP"], default="KILL")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    number = signal.Signals[f"SIG{options.signal}"]
    tally = Tally()

    def one(seed):
        with tempfile.TemporaryDirectory(prefix="pixverse-kill-") as directory:
            trial(seed, Path(directory), tally, number=number)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, range(options.seed, options.seed + options.trials)))
    for name, details in tally.failures:
        print(f"{name}: {details}")
    for name, count in sorted(tally.counts.items()):
        print(f"{count:6} {name}")
    print("must be 0:", tally.errors())
    return any(tally.errors().values())


if __name__ == "__main__":
    sys.exit(main())
