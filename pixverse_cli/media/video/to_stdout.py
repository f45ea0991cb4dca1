"""A video for whoever reads our stdout: checked as a whole before its first byte goes out."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pixverse_cli.disk.files import chunks, reason
from pixverse_cli.domain.clock import Clock
from pixverse_cli.domain.errors import ClosedPipe
from pixverse_cli.media.video.download import TRANSFER_LIMITS, fetch
from pixverse_cli.media.video.failures import CannotWriteError
from pixverse_cli.media.video.progress import Fetched, Progress, TransferLimits


def fetch_to_stream(
    url: str, stream: BinaryIO, *, clock: Clock, limits: TransferLimits = TRANSFER_LIMITS
) -> Iterator[Progress | Fetched]:
    """Write the video at ``url`` to ``stream``; the last value is a Fetched without a path.

    :raises NotSavedError: as :func:`fetch` does; nothing has been written then.
    :raises ClosedPipe: when nobody reads the stream.
    """
    with tempfile.TemporaryDirectory(prefix="pixverse-") as folder:
        path = Path(folder, "video.mp4")
        for step in fetch(url, path, clock=clock, limits=limits):
            if isinstance(step, Fetched):
                _copy_out(path, stream)
                yield replace(step, path=None)
            elif isinstance(step, Progress):
                yield step


def _copy_out(path: Path, stream: BinaryIO) -> None:
    try:
        with path.open("rb") as file:
            stream.writelines(chunks(file))
        stream.flush()
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except OSError as error:  # what stdout leads to is full
        raise CannotWriteError(f"cannot write the video to stdout: {reason(error)}") from error
