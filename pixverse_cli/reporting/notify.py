"""The notification at the end of a long command: the terminal's own, and its bell."""

import sys
from collections.abc import Mapping
from contextlib import suppress

from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.streams import is_terminal

_LONG_SECONDS = 10.0  # a shorter command ends while the user still looks at it
_LONGEST = 200


def tell(text: str, environ: Mapping[str, str], seconds: float) -> None:
    """Notify through the terminal on stderr that a command of so many seconds has ended."""
    if is_wanted(environ, seconds, terminal=is_terminal(sys.stderr)):
        with suppress(OSError, ValueError):
            sys.stderr.write(notification(text, environ))
            sys.stderr.flush()


def is_wanted(environ: Mapping[str, str], seconds: float, *, terminal: bool) -> bool:
    """Return whether to tell: after a long command at a capable terminal, and never in CI."""
    in_ci = environ.get("CI", "").lower() not in ("", "0", "false")
    dumb = environ.get("TERM") == "dumb"
    return terminal and not dumb and seconds > _LONG_SECONDS and not in_ci


def notification(text: str, environ: Mapping[str, str]) -> str:
    """Return what to write to a terminal: OSC 9, OSC 777 and BEL.

    iTerm2, Windows Terminal and ConEmu know OSC 9; VTE, foot, urxvt and WezTerm know OSC 777.
    A terminal ignores those that it does not know.
    """
    shown = harmless(text)[:_LONGEST].replace(";", ",")
    sequences = [f"\x1b]9;pixverse: {shown}\x07", f"\x1b]777;notify;pixverse;{shown}\x07"]
    if environ.get("TMUX"):
        sequences = [_through_tmux(sequence) for sequence in sequences]
    return "".join((*sequences, "\x07"))


def _through_tmux(sequence: str) -> str:
    """Return a sequence that tmux passes on to the terminal outside (``allow-passthrough on``)."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
