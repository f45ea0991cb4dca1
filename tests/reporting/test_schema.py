"""The program's JSON output matches its printed schema."""

import json
from pathlib import Path

import jsonschema
import pytest

from pixverse_cli.reporting.schema import schema

TURTLE = str(Path(__file__).parents[1] / "data" / "turtle.webp")
REQUEST = ("submit", TURTLE, "-p", "hi", "-r", "360P", "-d", "1", "--wait")


@pytest.fixture(scope="module")
def validator():
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def kinds_of(validator, line):
    """Return the titles of the schema's kinds that a line matches."""
    known = validator.schema["anyOf"]
    return [kind["title"] for kind in known if validator.evolve(schema=kind).is_valid(line)]


def test_every_line_of_a_run_matches_the_schema(pixverse, tmp_path, validator):
    run = pixverse(*REQUEST, "--events", "-o", str(tmp_path / "a.mp4"), "--interval", "0.1")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    for line in lines[:-1]:
        assert "event" in kinds_of(validator, line), line
    assert kinds_of(validator, lines[-1]) == ["record"]


def test_an_error_matches_the_schema(pixverse, validator):
    run = pixverse("submit", "no-such-file.png", "--json")
    assert kinds_of(validator, json.loads(run.stderr)) == ["error"]


def test_remote_tasks_match_the_schema_and_are_records(pixverse, validator):
    pixverse("submit", TURTLE, "-r", "360P", "-d", "1")
    run = pixverse("list", "--remote", "--json")
    assert kinds_of(validator, json.loads(run.stdout)) == ["record", "remote"]


def test_spending_matches_the_schema(pixverse, validator):
    pixverse("submit", TURTLE, "-r", "360P", "-d", "1")
    run = pixverse("cost", "--sandbox", "--json")
    assert kinds_of(validator, json.loads(run.stdout)) == ["spending"]


MANIFEST = f"""
[[video]]
image = "{TURTLE}"
output = "a.mp4"
[[video]]
image = "no-such-file.png"
output = "b.mp4"
"""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("submit", TURTLE, "--dry-run"), "preview"),
        (("upscale", "https://example.com/v.mp4", "--dry-run"), "preview"),
        (("batch", "m.toml", "--dry-run"), "planned"),
        (("models",), "model"),
        (("doctor",), "check"),
        (("auth", "status"), "key"),
        (("auth", "login", "--no-check"), "key"),
    ],
)
def test_other_lines_match_the_schema(pixverse, tmp_path, validator, words, kind):
    (tmp_path / "m.toml").write_text(MANIFEST)
    run = pixverse(*words, "--json", stdin="sk-a-key-for-the-sandbox")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert lines
    assert all(kind in kinds_of(validator, line) for line in lines)


def test_the_option_schema_prints_the_schema(pixverse):
    run = pixverse("--schema")
    assert json.loads(run.stdout) == schema()
