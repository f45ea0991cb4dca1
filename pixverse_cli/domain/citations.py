"""References that a prompt cites by name: ``@name`` with one blank behind it.

Source: reference-to-video page, ``ref_name``: names are unique, and names and citations match
one to one; the blank also stands before a comma or a full stop, but not at the prompt's end.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pixverse_cli.domain.catalog import MAX_NAME_LENGTH, any_of

_WORD = re.compile(r"@([^\s@]+)")
_LETTERS = re.compile(r"[\w-]+")
_SHOWN = 8  # characters of the text behind a name; Chinese text may have no blank at all


class _Citation(NamedTuple):
    """One ``@word`` of a prompt.

    ``name`` is the reference that it names, None if there is none; ``rest`` is what the word
    has behind the name, ``blank`` whether a blank or the prompt's end follows the name.
    """

    word: str
    name: str | None
    rest: str
    blank: bool


def name_problems(names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the names of references."""
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{count} references are named {name!r}: give each its own name"
        if len(name) > MAX_NAME_LENGTH:
            yield (f"the name {name!r} has {len(name)} characters: use at most {MAX_NAME_LENGTH}")
        if not name.isprintable() or not re.fullmatch(r"[^\s@]+", name):
            yield f"the name {name!r} cannot be cited: use letters and digits, without blank or @"


def _citations(prompt: str, names: Sequence[str]) -> Iterator[_Citation]:
    """Yield each citation; an ``@`` behind a letter, as in an e-mail address, is none.

    Chinese has no blanks between words: a word that begins with a name lacks the blank behind
    it. But a Latin letter behind a Latin name makes it another word.
    """
    for found in _WORD.finditer(prompt):
        word = found[1]
        fitting = [name for name in names if name and word.startswith(name)]
        name = max((each for each in fitting if not _goes_on(each, word)), key=len, default=None)
        if name is not None:
            after = prompt[found.start(1) + len(name) :][:1]
            yield _Citation(word, name, word[len(name) :], blank=after in ("", " "))
        elif not _is_latin(prompt[: found.start()][-1:]):
            letters = _LETTERS.match(word)  # without the comma behind it
            yield _Citation(letters[0] if letters else word, None, "", blank=False)


def _goes_on(name: str, word: str) -> bool:
    return _is_latin(name[-1]) and _is_latin(word[len(name) :][:1])


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def citation_problems(prompt: str, names: Sequence[str]) -> Iterator[str]:
    """Yield where names and citations do not match, with the corrected text."""
    found = list(_citations(prompt, names))
    for each in dict.fromkeys(found):
        if each.name is None:
            yield _unknown(each.word[:MAX_NAME_LENGTH], names)
        elif not each.blank:
            rest = each.rest[:_SHOWN]
            yield (
                f'"@{each.name}{rest}" needs a blank behind the name: write "@{each.name} {rest}"'
            )
    cited = {each.name for each in found}
    for name in dict.fromkeys(names):
        if name and name not in cited:
            yield (
                f'does not cite the reference {name!r}: write "@{name} " where it appears,'
                " or give the reference without a name"
            )


def _unknown(word: str, names: Sequence[str]) -> str:
    known = f"write {any_of(f'@{name}' for name in dict.fromkeys(names))}, or " if names else ""
    return f'cites "@{word}", but no reference has this name: {known}name the reference {word}'
