"""``python -m pixverse_cli``, and what the ``pixverse`` command starts.

What needs no parsing is answered before anything is imported.
"""

import os
import sys

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP does not exist on Windows


def run() -> None:
    """Run the program and end the process with its exit code."""
    store = os.environ.get("_PIXVERSE_TASK_IDS")
    if store:
        from pixverse_cli.commands.task_ids import offer  # noqa: PLC0415  a shell waits for it

        offer(store)
        return
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from pixverse_cli import __version__  # noqa: PLC0415  faster than any parser

        print(f"pixverse {__version__}")  # noqa: T201  no reporter is worth importing for this
        return
    _end_silently_on_signals()
    _speak_utf8()
    from pixverse_cli.main import main  # noqa: PLC0415  imports the parser

    code = main(arguments)
    _ignore_signals()
    sys.exit(code)


def _end_silently_on_signals() -> None:
    """While modules load nothing is at stake, and a traceback helps nobody."""
    import signal  # noqa: PLC0415  two thirds of the time that --version takes

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _frame: os._exit(128 + received))


def _ignore_signals() -> None:
    """Let no late signal replace the exit code: while Python ends, it restores the defaults."""
    import signal  # noqa: PLC0415  as above

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)


def _speak_utf8() -> None:
    """Start again in UTF-8 mode where the locale would garble arguments into other letters."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        python = [sys.executable, "-X", "utf8", "-P", "-m", "pixverse_cli"]
        os.execv(sys.executable, python + sys.argv[1:])  # noqa: S606  ourselves, same arguments


if __name__ == "__main__":
    run()
