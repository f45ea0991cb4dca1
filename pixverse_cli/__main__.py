"""The entry point of ``python -m pixverse_cli`` and of the ``pixverse`` command.

``--version`` and task id completion are answered before the parser is imported.
"""

import os
import sys

TYPE_CHECKING = False  # the module typing takes half as long as --version
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP does not exist on Windows


def run() -> None:
    """Run the program and end the process with its exit code."""
    store = os.environ.get("_PIXVERSE_TASK_IDS")
    if store:
        from pixverse_cli.commands.task_ids import offer  # noqa: PLC0415  a shell is waiting

        offer(store, *sys.argv[1:2])
        return
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from pixverse_cli import __version__  # noqa: PLC0415  faster than the parser

        print(f"pixverse {__version__}")  # noqa: T201  importing a reporter would be slower
        _leave(0)
    _exit_silently_on_signals()
    _restart_in_utf8_mode()
    main = _main()
    code = main(arguments)
    _ignore_signals()
    _leave(code)


def _main() -> "Callable[[Sequence[str]], int]":
    """Import the program, and return its main function.

    What is imported stays, so it is not searched for garbage, neither meanwhile nor later: that
    would take a twentieth of the time of ``status``.
    """
    import gc  # noqa: PLC0415  --version makes no garbage

    gc.disable()
    from pixverse_cli.main import main  # noqa: PLC0415  imports the parser

    gc.freeze()
    gc.enable()
    return main


def _leave(code: int) -> "NoReturn":
    """End the process without the interpreter's clean-up, which takes as long as a ``list``.

    Every command has closed what it opened. If a stream cannot be flushed, or another thread
    has not ended, Python ends the process as usual.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError, AttributeError):  # full, closed, or closed from the start
        sys.exit(code)
    threading = sys.modules.get("threading")
    if threading and any(
        not each.daemon for each in threading.enumerate() if each is not threading.main_thread()
    ):
        sys.exit(code)
    os._exit(code)


def _exit_silently_on_signals() -> None:
    """Exit without a traceback on a signal that comes while modules load: nothing was sent."""
    import signal  # noqa: PLC0415  takes two thirds of the time of --version

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _frame: os._exit(128 + received))


def _ignore_signals() -> None:
    """Keep the exit code if a signal comes now: Python restores the default handlers at its end."""
    import signal  # noqa: PLC0415  as above

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)


def _restart_in_utf8_mode() -> None:
    """Restart in UTF-8 mode where the locale would decode arguments wrongly."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        python = [sys.executable, "-X", "utf8", "-P", "-m", "pixverse_cli"]
        os.execv(sys.executable, python + sys.argv[1:])  # noqa: S606  this program, same arguments


if __name__ == "__main__":
    run()
