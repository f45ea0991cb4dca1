"""Annotations in GitHub Actions."""

from pixverse_cli.domain.errors import AuthError, PartialError, TaskFailedError
from pixverse_cli.reporting.github import annotate


def test_each_of_several_failures_becomes_an_annotation_with_its_image(capsys):
    causes = (
        TaskFailedError("the task failed", image="海龟.png", task_id="0385dc79-5ff8"),
        AuthError("no permission for 坏.png", image="坏.png"),
    )
    annotate(PartialError("2 of 3 tasks did not succeed", causes=causes))
    assert capsys.readouterr().err.splitlines() == [
        "::error title=pixverse task-failed::海龟.png 0385dc79: the task failed",
        "::error title=pixverse auth::no permission for 坏.png",
    ]


def test_a_single_failure_needs_no_name(capsys):
    annotate(TaskFailedError("the task failed", image="海龟.png", task_id="0385dc79-5ff8"))
    assert capsys.readouterr().err == "::error title=pixverse task-failed::the task failed\n"


def test_only_as_many_annotations_as_github_shows_are_written(capsys):
    causes = tuple(TaskFailedError("the task failed", image=f"{n}.png") for n in range(40))
    annotate(PartialError("40 of 41 tasks did not succeed", causes=causes))
    assert len(capsys.readouterr().err.splitlines()) == 10
