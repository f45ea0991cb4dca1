"""Files shipped beside the package: in the source tree, or below an environment's share/."""

import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from pixverse_cli.disk.files import is_file
from pixverse_cli.domain.errors import UnexpectedError

SOURCE = Path(__file__).parent.parent.parent


def shipped(
    what: str,
    in_source: str,
    below_share: str,
    *,
    source: Path = SOURCE,
    prefixes: Iterable[Path] | None = None,
) -> Path:
    """Return a file's path: in the source tree if there is one, else where it is installed.

    ``what`` names the file in the error's sentence.

    :raises UnexpectedError: it is not in any of these places.
    """
    below = _prefixes() if prefixes is None else prefixes
    places = [source / in_source, *(prefix / "share" / below_share for prefix in below)]
    for place in places:
        if is_file(place):
            return place
    raise UnexpectedError(
        f"found no {what} in {', '.join(map(str, places))}",
        hint="install pixverse-cli again",
    )


def _prefixes() -> Iterator[Path]:
    """Yield the prefixes under which pip installs data files: this environment's, this user's."""
    yield Path(sysconfig.get_path("data"))
    yield Path(sysconfig.get_path("data", sysconfig.get_preferred_scheme("user")))
