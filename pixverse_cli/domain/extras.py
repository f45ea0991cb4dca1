"""The commands that install the program's extras."""

_SOURCE = "git+https://github.com/pixverse-cli/pixverse-cli"


def install_command(extra: str) -> str:
    """Return the shell command that installs the program with an extra."""
    return f"pip install 'pixverse-cli[{extra}] @ {_SOURCE}'"
