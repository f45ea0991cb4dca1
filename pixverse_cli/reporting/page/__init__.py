"""``list --html``: the records as one HTML page that needs no network and no server.

A card for each video with a player, which loads when it comes into view, by a path relative to
the page, so that the folder can be moved. Everything that came from people or from the service
is escaped, and a content security policy forbids all scripts, styles and connections but the
page's own.
"""

import base64
import hashlib
import html
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from pixverse_cli.disk.files import Kind, kind_at, open_regular, reason, write_file
from pixverse_cli.domain.catalog import CURRENCY, PRICES_AS_OF
from pixverse_cli.domain.clock import local_time
from pixverse_cli.domain.errors import UsageError
from pixverse_cli.domain.task import Record, Status
from pixverse_cli.domain.text import harmless
from pixverse_cli.reporting.command_line import submit_command
from pixverse_cli.reporting.rows import is_saved
from pixverse_cli.reporting.sentences import counted, model_name, short_id, span

_HERE = Path(__file__).parent
_MARK = '<meta name="generator" content="pixverse">'


def write_page(path: Path, records: Sequence[Record], now: datetime) -> None:
    """Write the page, over an earlier page of this program but over no other file.

    :raises UsageError: another file stands there, or it cannot be written.
    """
    try:
        kind = kind_at(path, follow=False)
        if kind is not None and not (kind is Kind.FILE and _is_page(path)):
            raise UsageError(
                f"--html {path}: {kind} that this program did not make is in the way",
                hint="give another name, or remove it",
            )
        text = page(records, path.absolute().parent, now)
        write_file(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"--html {path}: {reason(error)}") from error


def _is_page(path: Path) -> bool:
    with open_regular(path) as file:
        return _MARK.encode() in file.read(4096)


def page(records: Sequence[Record], folder: Path, now: datetime) -> str:
    """Return the page for these records, as a file in ``folder`` would show it."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    cards = "\n".join(_card(record, folder) for record in records)
    made = local_time(now).strftime("%Y-%m-%d %H:%M")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{_MARK}
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>pixverse: {len(records)} tasks</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>Videos by pixverse</h1>
<p class="faint">{made} · {_totals(records)}</p>
<form role="search">
<label>Filter by text <input id="text" type="search" autocomplete="off"></label>
<label>Status <select id="status">{"".join(_choices(records))}</select></label>
<output id="count" class="faint" for="text status"></output>
</form>
<p class="faint">Keys: / filter, Esc clear, j and k next and previous, p play</p>
</header>
<main>
{cards}
</main>
<script>{script}</script>
</body>
</html>
"""


def _policy(style: str, script: str) -> str:
    """Return a policy under which nothing runs or loads but what this page holds."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}';"
        " media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _totals(records: Sequence[Record]) -> str:
    costs = [record.actual_cost for record in records]
    known = [cost for cost in costs if cost is not None]
    told = counted(len(records), "task")
    if known:
        told += f", {sum(known)} {CURRENCY} at list prices of {PRICES_AS_OF}"
    return told


def _choices(records: Sequence[Record]) -> Iterator[str]:
    yield '<option value="">all</option>'
    present = {record.status for record in records}
    for status in Status:
        if status in present:
            yield f'<option value="{status}">{status}</option>'


def _card(record: Record, folder: Path) -> str:
    name = f"card-{record.number}"
    title = _escaped(record.title)
    if record.take > 1:
        title += f", take {record.take}"
    return f"""<article id="{name}" tabindex="-1" aria-labelledby="{name}-title" \
data-status="{record.status}" data-text="{_searchable(record)}">
{_player(record, folder, title)}
<div class="text">
<h2 id="{name}-title">{title}</h2>
{_prompt(record)}
<dl>{"".join(_facts(record))}</dl>
{_again(record)}</div>
</article>"""


def _searchable(record: Record) -> str:
    words = (record.label, record.prompt, record.task_id, record.model, record.file)
    return _escaped(" ".join(filter(None, words)).lower())


def _player(record: Record, folder: Path, title: str) -> str:
    if record.file and is_saved(record):
        source = html.escape(_link(Path(record.file), folder))
        return (
            f'<video controls preload="none" playsinline data-src="{source}"'
            f' aria-label="Video of {title}"></video>'
        )
    if record.status is Status.SUCCEEDED:
        return f'<p class="none">Not saved here: pixverse download {short_id(record)}</p>'
    return f'<p class="none">No video: {record.status}</p>'


def _link(file: Path, folder: Path) -> str:
    """Return the file's address as seen from the page: relative, so that both can be moved."""
    try:
        relative = Path(os.path.relpath(file, folder))
    except ValueError:  # another drive of Windows
        return file.as_uri()
    return quote(os.fsencode(relative.as_posix()))


def _prompt(record: Record) -> str:
    prompt = record.prompt or str(record.parameters.get("text") or "")  # of a lip sync
    if not prompt:
        return '<p class="faint">no prompt</p>'
    lines = "\n".join(_escaped(line) for line in prompt.split("\n"))
    return f'<p class="prompt">{lines}</p>'


def _facts(record: Record) -> Iterator[str]:
    yield f'<dt>status</dt><dd class="{record.status}">{record.status}</dd>'
    for name, value in _named_facts(record):
        if value:
            yield f"<dt>{name}</dt><dd>{_escaped(value)}</dd>"


def _named_facts(record: Record) -> Iterator[tuple[str, str | None]]:
    yield "task", record.task_id
    yield "error", ": ".join(filter(None, (record.error_code, record.error_message)))
    yield "model", model_name(record)
    yield "parameters", _parameters(record)
    yield "size", str(record.usage.get("size") or "").replace("*", "x")
    if record.actual_cost is not None:
        yield "cost", f"{record.actual_cost} {CURRENCY}"
    elif record.estimate is not None:
        yield "estimate", f"{record.estimate} {CURRENCY}"
    if record.submitted_at:
        yield "submitted", local_time(record.submitted_at).strftime("%Y-%m-%d %H:%M")
        if record.ended_at and record.ended_at >= record.submitted_at:
            yield "took", span((record.ended_at - record.submitted_at).total_seconds())
    yield "file", record.file


def _parameters(record: Record) -> str:
    parts = [record.resolution, f"{record.seconds:g} s" if record.seconds else None]
    shown = {"aspect_ratio": "{}", "voice": "voice {}"}
    parts += [
        pattern.format(record.parameters[name])
        for name, pattern in shown.items()
        if name in record.parameters
    ]
    parts += ["with audio"] if record.audio else []
    parts += [f"seed {record.seed}"] if record.seed is not None else []
    return ", ".join(filter(None, parts))


def _again(record: Record) -> str:
    command = submit_command(record)
    if command is None:
        return ""
    return (
        "<details><summary>Make it again</summary>"
        f"<div><pre>{html.escape(command)}</pre>"
        '<button type="button" class="copy">Copy the command</button></div></details>\n'
    )


def _escaped(text: str) -> str:
    return html.escape(harmless(text))
