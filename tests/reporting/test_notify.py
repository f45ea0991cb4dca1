"""The notification after a long command."""

import pytest

from pixverse_cli.reporting.notify import is_wanted, notification

OSC_9, OSC_777, BEL = "\x1b]9;pixverse: ", "\x1b]777;notify;pixverse;", "\x07"


@pytest.mark.parametrize(
    ("environ", "seconds", "terminal", "wanted"),
    [
        ({}, 11, True, True),
        ({}, 10, True, False),
        ({}, 11, False, False),
        ({"CI": "true"}, 11, True, False),
        ({"CI": "1"}, 11, True, False),
        ({"CI": ""}, 11, True, True),
        ({"CI": "false"}, 11, True, True),
    ],
)
def test_a_long_command_at_a_terminal_outside_ci_is_told(environ, seconds, terminal, wanted):
    assert is_wanted(environ, seconds, terminal=terminal) is wanted


def test_the_terminal_gets_both_notifications_and_the_bell():
    assert notification("done", {}) == f"{OSC_9}done{BEL}{OSC_777}done{BEL}{BEL}"


def test_inside_tmux_the_notifications_are_wrapped_and_the_bell_is_not():
    inner, outer = "\x1bPtmux;\x1b", "\x1b\\"
    shown = notification("done", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert shown == f"{inner}{OSC_9}done{BEL}{outer}{inner}{OSC_777}done{BEL}{outer}{BEL}"


@pytest.mark.parametrize("text", ["a\x07b", "a\x1b]9;b", "a\x1b\\b", "a\nb", "\x9dx", "a;b;c"])
@pytest.mark.parametrize("environ", [{}, {"TMUX": "1"}])
def test_no_text_ends_a_notification_early(text, environ):
    plain = notification("", environ)
    shown = notification(text, environ)
    for sign in "\x07\x1b\x9d;\n":
        assert shown.count(sign) == plain.count(sign)


def test_a_long_text_is_cut():
    assert len(notification("x" * 10_000, {})) < 500
