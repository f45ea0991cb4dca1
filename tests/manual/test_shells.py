"""The words that real shells offer at a TAB."""

import pytest

from pixverse_cli.domain.task import Status
from pixverse_cli.manual.kinds import MODELS
from pixverse_cli.manual.outline import outline
from pixverse_cli.sandbox.scenarios import SCENARIOS
from tests.manual.conftest import PICTURES, task_id
from tests.manual.shells import descriptions, words

TREE = outline()
ALL = list(TREE.everything)
ANY_SECOND = [str(second) for second in range(1, 16)]


@pytest.mark.parametrize(
    "command", [each for each in ALL if each.commands], ids=lambda command: command.name
)
def test_every_command_is_offered(shell, command):
    expected = {each.path[-1] for each in command.commands}
    assert expected == set(words(shell.complete(f"{command.name} ")))


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)
def test_exactly_the_options_of_the_command_are_offered(shell, command):
    expected = {word for option in command.options for word in option.all_spellings}
    offered = set(words(shell.complete(f"{command.name} -")))
    assert expected == {word for word in offered if word.startswith("-")}


def test_an_option_is_completed(shell):
    assert words(shell.complete("pixverse submit --mo")) == ["--model"]


def test_options_of_another_command_are_not_offered(shell):
    assert words(shell.complete("pixverse list --mo")) == []


@pytest.mark.parametrize("line", ["pixverse submit -m ", "pixverse submit a.png --model="])
def test_models_are_offered_by_both_names(shell, line):
    expected = [model.alias for model in MODELS] + [model.name for model in MODELS]
    assert expected == words(shell.complete(line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-d ", ANY_SECOND),
        ("-m v6 -d ", ANY_SECOND),
        ("-m v5.6 -d ", ["5", "8", "10"]),
        ("-mv5.6 --duration=", ["5", "8", "10"]),
        ("-qmv5.6 -d ", ["5", "8", "10"]),
        ("--model=V5.6 -d ", ["5", "8", "10"]),
        ("--model pixverse/pixverse-v5.6-it2v -d ", ["5", "8", "10"]),
        ("-m v5.6 -r 1080P -d ", ["5", "8"]),
        ("-m v5.6 --resolution=1080p a.png -d ", ["5", "8"]),
        ("-m v6 -m v5.6 -r 720P -d ", ["5", "8", "10"]),
        ("-p '-m v5.6' -d ", ANY_SECOND),
        ("-m v5.6 -d 1", ["10"]),
    ],
)
def test_durations_fit_the_model_and_resolution_on_the_line(shell, line, expected):
    assert expected == words(shell.complete(f"pixverse submit {line}"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--shot-type ", ["single", "multi"]),
        ("-m c1 --shot-type ", []),
        ("-m v5.6 --shot-type=", []),
    ],
)
def test_shot_types_are_offered_for_models_that_take_one(shell, line, expected):
    assert expected == words(shell.complete(f"pixverse submit {line}"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("submit -r ", ["360P", "540P", "720P", "1080P"]),
        ("submit -r 10", ["1080P"]),
        ("submit -r 10 -r 7", ["720P"]),
        ("motion -r ", ["360P", "540P", "720P"]),
        ("motion --resolution=7", ["720P"]),
        ("list --status ", [str(status) for status in Status]),
        ("list --status run", ["RUNNING"]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("sandbox --scenario fl", ["flaky"]),
    ],
)
def test_values_are_offered(shell, line, expected):
    assert expected == words(shell.complete(f"pixverse {line}"))


def test_every_scenario_is_offered(shell):
    assert {"help", *SCENARIOS} == set(words(shell.complete("pixverse sandbox --scenario ")))


def test_scenarios_are_offered_after_a_comma(shell):
    found = words(shell.complete("pixverse sandbox --scenario flaky,exp"))
    assert [word.removeprefix("flaky,") for word in found] == ["expired"]


@pytest.mark.parametrize("line", ["submit ", "submit -m v6 ", "submit a.png -- ", "submit ~/"])
def test_pictures_and_directories_are_offered_as_images(shell, line):
    found = {word.removeprefix("~/") for word in words(shell.complete(f"pixverse {line}"))}
    assert {*PICTURES, "sub dir"} == {name for name in found if not name.startswith(".")}


@pytest.mark.parametrize("line", ["submit -P n", "submit --output=n", "wait -o n"])
def test_all_files_are_offered_for_file_options(shell, line):
    assert words(shell.complete(f"pixverse {line}")) == ["notes.txt"]


@pytest.mark.parametrize(
    "line",
    [
        "submit -p ",
        "submit --prompt=",
        "submit --seed ",
        "wait --timeout ",
        "recover --adopt ",
        "completion bash ",
        "nonsense ",
        "auth nonsense ",
        "submit -- --mo",
    ],
)
def test_nothing_is_offered_for_free_text(shell, line):
    offered = words(shell.complete(f"pixverse {line}"))
    assert [word for word in offered if not word.startswith("-")] == []


def test_given_options_do_not_hide_others(shell):
    assert words(shell.complete("pixverse submit -m v6 -q --model=c1 --mo")) == ["--model"]


def test_a_value_that_equals_a_command_name_is_a_value(shell):
    assert words(shell.complete("pixverse submit -p list --mo")) == ["--model"]


@pytest.mark.parametrize("command", ["status", "wait", "forget"])
def test_task_ids_are_offered_newest_first(shell, command):
    expected = [task_id(3), task_id(2), task_id(1)]
    assert expected == words(shell.complete(f"pixverse {command} "))


def test_a_task_id_is_completed(shell):
    assert [task_id(2)] == words(shell.complete("pixverse wait --all 00000002"))


def test_task_ids_are_described_by_status_and_prompt(describing_shell):
    described = descriptions(describing_shell.complete("pixverse status "))
    assert described[task_id(1)] == "RUNNING The camera rises"


def test_options_are_described_by_a_line_of_help(describing_shell):
    described = descriptions(describing_shell.complete("pixverse submit --seed"))
    assert described["--seed"].startswith("0 to 2147483647;")


@pytest.mark.parametrize("dashes", ["", "-- ", "--seed 5 -- ", "--scenario fail "])
def test_a_command_after_sandbox_is_completed(shell, dashes):
    assert "pixverse" in words(shell.complete(f"pixverse sandbox {dashes}pixv"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-- pixverse subm", ["submit"]),
        ("pixverse subm", ["submit"]),
        ("-- pixverse submit -m v5.6 -d ", ["5", "8", "10"]),
        ("-- pixverse submit --model=v5.6 -r 1080P -d ", ["5", "8"]),
        ("-- pixverse sandbox -- pixverse submit --mo", ["--model"]),
    ],
)
def test_a_pixverse_command_line_after_sandbox_is_completed(shell, line, expected):
    assert expected == words(shell.complete(f"pixverse sandbox {line}"))


def test_files_are_offered_to_another_command_after_sandbox(shell):
    assert words(shell.complete("pixverse sandbox -- ./make notes")) == ["notes.txt"]


def test_no_python_is_started(shell, world):
    for line in ("", "submit --", "submit -m ", "submit a", "status ", "sandbox -- pixverse l"):
        assert shell.complete(f"pixverse {line}")
    assert world.started_programs == ""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("submit b", ["submit", "b c.JPG"]),
        ("submit --model=v5", ["submit", "--model=v5.6"]),
        ("submit --output=not", ["submit", "--output=notes.txt"]),
        ("submit -mc", ["submit", "-mc1"]),
        ("submit -r 1080p", ["submit", "-r", "1080P"]),
        ('submit "b', ["submit", "b c.JPG"]),
        ("status 00000002", ["status", task_id(2)]),
        ("sandbox --scenario=flaky,exp", ["sandbox", "--scenario=flaky,expired"]),
    ],
)
def test_completed_words_are_passed_as_if_typed(typed_shell, typed, expected):
    assert expected == typed_shell.run(f"pixverse {typed}")
