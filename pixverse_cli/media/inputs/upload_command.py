"""The user's own command that uploads a local file and prints its public URL."""

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from pixverse_cli.disk.files import with_home
from pixverse_cli.domain.errors import UsageError

_TIMEOUT = 600.0
_MOST_BYTES = 65_536  # of what it prints
_KEY_VARIABLES = ("DASHSCOPE_API_KEY", "DASHSCOPE_API_KEY_FILE_PATH")
_ONE_URL = re.compile(r"https?://[!-~]+")
_RULE = "it must print one http(s) URL and nothing else, and exit 0"


def run_upload_command(command: str, path: Path, seconds: float) -> str:
    """Run ``command PATH`` without a shell and without the key, and return the URL it prints.

    It is ended after ``seconds``, or after ten minutes. Its output goes to a file, not a pipe: a
    program that it has started itself may keep a pipe open for long.

    :raises UsageError: it cannot be run, fails, or prints something else; nothing was charged.
    """
    limit = min(_TIMEOUT, seconds)
    environ = {name: value for name, value in os.environ.items() if name not in _KEY_VARIABLES}
    try:
        program, *words = shlex.split(command)
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603  the command is the user's own option
                [with_home(program), *words, str(path.absolute())],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                timeout=limit,
                check=False,
            )
            output.seek(0)
            printed = output.read(_MOST_BYTES + 1)
    except subprocess.TimeoutExpired as error:
        raise _refused(command, f"it has not ended within {limit:.3g} seconds") from error
    except (OSError, ValueError) as error:  # no such program, no word at all, unbalanced quotes
        raise _refused(command, str(error)) from error
    if done.returncode:
        raise _refused(command, f"it exited {done.returncode}")
    if len(printed) > _MOST_BYTES:
        raise _refused(command, f"it printed more than {_MOST_BYTES} bytes")
    return _url(command, printed.decode(errors="replace").strip())


def _url(command: str, printed: str) -> str:
    if _ONE_URL.fullmatch(printed):
        return printed
    raise _refused(command, f"it printed {printed[:80]!r}")


def _refused(command: str, why: str) -> UsageError:
    return UsageError(f"--upload-command {command}: {why}", hint=_RULE)
