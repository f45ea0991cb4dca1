"""The outline of the commands, from which pages and completions are made."""

import re
from dataclasses import replace

import pytest

from pixverse_cli.domain.catalog import Resolution
from pixverse_cli.domain.task import Status
from pixverse_cli.manual import kinds
from pixverse_cli.manual.filling import fill
from pixverse_cli.manual.kinds import MODELS, Kind
from pixverse_cli.manual.outline import first_sentence, outline

TREE = outline()
every_command = pytest.mark.parametrize(
    "command", list(TREE.everything), ids=lambda command: command.name
)


@every_command
def test_help_lists_exactly_the_options_of_the_outline(pixverse, command):
    shown = pixverse(*command.path, "--help").stdout
    tags = re.findall(r"^  (-.*?)(?:  |$)", shown, re.MULTILINE)
    listed = {word for tag in tags for word in re.findall(r"(?<![\w-])--?[\w-]+", tag)}
    assert listed == {word for option in command.options for word in option.all_spellings}


@every_command
def test_the_help_of_a_command_starts_with_one_sentence_and_examples(command):
    assert re.match(r"[A-Z].+", command.summary)
    assert command.commands or len(command.examples) >= 2


def test_short_spellings_come_first():
    submit = next(each for each in TREE.everything if each.path == ("submit",))
    model = next(option for option in submit.options if "--model" in option.spellings)
    assert (model.spellings, model.default) == (("-m", "--model"), "v6")


@every_command
def test_every_metavar_has_a_kind(command):
    for option in command.options:
        assert (kinds.kind_of(command, option) is None) == (option.metavar is None)
    for argument in command.arguments:
        assert isinstance(kinds.argument_kind(command, argument), kinds.Kind)


def test_an_unknown_metavar_is_an_error():
    option = replace(TREE.options[0], metavar="ODD")
    with pytest.raises(LookupError, match="'ODD'"):
        kinds.kind_of(TREE, option)


def test_durations_are_those_of_the_catalogue():
    found = {
        (model.alias, resolution): seconds for (model, resolution), seconds in kinds.durations()
    }
    for model in MODELS:
        for resolution in Resolution:
            seconds = found.get((model.alias, resolution)) or found[model.alias, None]
            assert seconds == model.durations[resolution]


def test_every_status_has_a_description():
    assert list(kinds.words(Kind.STATUS)) == list(Status)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", "One"),
        ("Only v5.6 and up.", "Only v5.6 and up"),
        ("No full stop", "No full stop"),
        ("", ""),
    ],
)
def test_a_sentence_ends_at_a_full_stop_before_a_space(text, expected):
    assert expected == first_sentence(text)


@pytest.mark.parametrize("values", [{}, {"a": "1", "b": "2"}])
def test_placeholders_and_values_must_match(values):
    with pytest.raises(LookupError, match="placeholders and values differ"):
        fill("x @a@ y", values)
