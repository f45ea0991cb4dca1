"""Running a command against the sandbox, as ``pixverse sandbox -- COMMAND`` does."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from pixverse_cli.domain.errors import UnexpectedError, UsageError
from pixverse_cli.sandbox.service import Sandbox

_REPLACED = ("DASHSCOPE_", "PIXVERSE_STATE_DIR", "PIXVERSE_CONFIG_DIR")


def run(command: Sequence[str], sandbox: Sandbox, environ: Mapping[str, str]) -> int:
    """Run the command with the sandbox's key and an empty store; return its exit code.

    The user's own key is not in the command's environment. If a signal ended the command, the
    code is 128 + the signal's number, as in shells.

    :raises UsageError: the command does not exist or may not be run.
    :raises UnexpectedError: there is no folder for its store.
    """
    with _folder() as directory:
        inherited = {
            name: value for name, value in environ.items() if not name.startswith(_REPLACED)
        }
        own = {"PIXVERSE_STATE_DIR": directory, "PIXVERSE_CONFIG_DIR": directory}
        try:
            child = subprocess.Popen(command, env=inherited | own | sandbox.environment)  # noqa: S603  the user's own command
        except OSError as error:
            raise UsageError(f"{command[0]}: {error.strerror}") from error
        return _wait(child)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix="pixverse-sandbox-", ignore_cleanup_errors=True)
    except OSError as error:  # no temporary directory can be written
        raise UnexpectedError(
            f"the sandbox cannot make a folder for the command's store: {error.strerror}",
            hint="set TMPDIR to a directory that can be written",
        ) from error


def _wait(child: "subprocess.Popen[bytes]") -> int:
    """Wait for the child; Ctrl-C reaches it from the terminal, other signals are passed on."""

    def pass_on(number: int, _frame: object) -> None:
        if number != signal.SIGINT or os.name != "posix" or not _shares_terminal():
            child.send_signal(number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, pass_on)
    code = child.wait()
    return 128 - code if code < 0 else code


def _shares_terminal() -> bool:
    """Whether this process group is the terminal's foreground group, which Ctrl-C signals."""
    try:
        with open("/dev/tty", "rb") as terminal:  # noqa: PTH123  a device, not a file to read
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
