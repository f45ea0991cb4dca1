"""What is printed fits the schema that is printed."""

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


def kinds(validator, line):
    """Return the titles of the kinds that a line is of."""
    kinds = validator.schema["anyOf"]
    return [kind["title"] for kind in kinds if validator.evolve(schema=kind).is_valid(line)]


def test_every_line_of_a_run_is_of_the_kind_that_it_should_be(pixverse, tmp_path, validator):
    run = pixverse(*REQUEST, "--events", "-o", str(tmp_path / "a.mp4"), "--interval", "0.1")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    for line in lines[:-1]:
        assert "event" in kinds(validator, line), line
    assert kinds(validator, lines[-1]) == ["record"]


def test_an_error_is_of_its_kind(pixverse, validator):
    run = pixverse("submit", "no-such-file.png", "--json")
    assert kinds(validator, json.loads(run.stderr)) == ["error"]


def test_the_account_s_tasks_are_of_their_kind(pixverse, validator):
    pixverse("submit", TURTLE, "-r", "360P", "-d", "1")
    run = pixverse("list", "--remote", "--json")
    assert kinds(validator, json.loads(run.stdout)) == ["remote"]


def test_the_schema_is_printed(pixverse):
    run = pixverse("--schema")
    assert json.loads(run.stdout) == schema()
