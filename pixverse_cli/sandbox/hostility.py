"""Text that attacks a terminal, a log or a rich console, added to the service's replies."""

HOSTILE = (
    "\x1b[31m\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\rERASED\n"
    "\u202egnp.exe\u2066\u200b\x9b31m[bold red][link=https://example.com]click[/link][/x]\x00\x7f"
)

_TEXTS = ("message", "orig_prompt", "request_id", "shot_type", "size")


def with_hostile_text(value: object) -> object:
    """Return a copy of a JSON value with HOSTILE appended to each of the service's texts."""
    if isinstance(value, list):
        return [with_hostile_text(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{item}{HOSTILE}" if name in _TEXTS else with_hostile_text(item)
        for name, item in value.items()
    } | {f"extra{HOSTILE}": HOSTILE}
