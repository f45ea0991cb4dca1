"""What is run beside the tests of one Python: `nox` for all of it, `nox -s NAME` for a part.

`uvx --from 'nox[uv]' nox` starts it; uv is needed for the lowest versions. Pythons are those on
PATH: with pyenv, `pyenv local 3.11 3.12 3.13` puts them there.
"""

import nox

nox.options.download_python = "never"  # what a machine has is tested, and nothing is fetched
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests", "lowest"]

PYTHONS = ["3.11", "3.12", "3.13"]
PINNED = ("-e", ".[dev]", "-c", "constraints.txt")
FAST = ("-m", "not slow")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite: `nox -s tests-3.13 -- tests/store`."""
    session.install(*PINNED)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(python=PYTHONS[0], venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run the fast part with the lowest versions that pyproject.toml allows."""
    session.install("--resolution", "lowest-direct", "-e", ".[dev]")
    session.run("python", "-m", "pytest", *(session.posargs or FAST))
    if not session.posargs:
        session.run("python", "-m", "pytest", "tests/test_structure.py")


@nox.session(python=PYTHONS[0])
def mutants(session: nox.Session) -> None:
    """Put faults into a room and see its tests fail: `nox -s mutants -- media --count 20`."""
    session.install(*PINNED)
    session.run("python", "-m", "tests.mutants", *session.posargs)


@nox.session(python=PYTHONS[0])
def bench(session: nox.Session) -> None:
    """Measure: `nox -s bench -- startup`; the measurements are the modules of tests/bench."""
    session.install(*PINNED)
    name, *options = session.posargs or ["startup"]
    session.run("python", "-m", f"tests.bench.{name}", *options)


@nox.session(python=PYTHONS[0])
def docs(session: nox.Session) -> None:
    """Write the man pages and completions anew."""
    session.install("-e", ".", "-c", "constraints.txt")
    session.run("python", "-m", "pixverse_cli.manual", *session.posargs)
