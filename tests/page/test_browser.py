"""The page in a real browser: it plays, filters, fits, and has names for who does not see it."""

import shutil
from pathlib import Path

import pytest

from tests.inside import Inside
from tests.page.chromium import BROWSER, Chromium

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium")

TURTLE = Path(__file__).parents[1] / "data" / "turtle.webp"
PROMPTS = ("A turtle rises", "一只海龟慢慢升起", "</script><script>alert(1)</script>")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Chromium(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def page(home, tmp_path, sandbox):
    """Return a page of three videos of the sandbox, in a folder that was moved since."""
    made = tmp_path / "made"
    made.mkdir()
    pixverse = Inside(home, made, sandbox)
    for number, prompt in enumerate(PROMPTS):
        options = ("-p", prompt, "-r", "360P", "-d", "1", "-o", f"clips/{number}.mp4")
        (made / "clips").mkdir(exist_ok=True)
        assert pixverse("submit", TURTLE, *options).code == 0
    assert pixverse("list", "--html", "videos.html").code == 0
    shutil.move(made, tmp_path / "moved")
    return tmp_path / "moved" / "videos.html"


def test_a_video_plays(browser, page):
    browser.open(page)
    browser.wait_for("[...document.querySelectorAll('video')].every((v) => v.readyState > 0)")
    browser.run("document.querySelector('video').play()")
    browser.wait_for("document.querySelector('video').currentTime > 0.1")
    elsewhere = [url for url in browser.requests if not url.startswith(("file:", "data:"))]
    assert elsewhere == []


def test_text_and_status_filter_the_cards(browser, page):
    browser.open(page)
    shown = "[...document.querySelectorAll('article:not([hidden])')].length"
    assert browser.run(shown) == 3
    browser.press("/")
    browser("Input.insertText", text="海龟")
    assert (browser.run(shown), browser.run("count.textContent")) == (1, "1 of 3")
    browser.press("Escape")
    assert browser.run(shown) == 3


def test_the_keyboard_reaches_every_card(browser, page):
    browser.open(page)
    for _ in range(3):
        browser.press("j")
    assert browser.run("document.activeElement === cards[2]")
    browser.press("k")
    assert browser.run("document.activeElement === cards[1]")


@pytest.mark.parametrize("width", [400, 1600])
def test_it_fits_narrow_and_wide_windows(browser, page, width):
    browser.open(page, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width
    columns = "new Set(cards.map((card) => card.getBoundingClientRect().left)).size"
    assert browser.run(columns) == (1 if width == 400 else 3)
    size = "parseFloat(getComputedStyle(document.querySelector('.prompt')).fontSize)"
    assert browser.run(size) >= 16


def test_hostile_text_does_not_run(browser, page):
    browser.open(page)
    assert "alert(1)" in browser.run("document.body.innerText")
    assert browser.run("document.scripts.length") == 1


def test_a_screen_reader_is_told_what_there_is(browser, page):
    browser.open(page)
    assert browser.names("heading")[0] == "Videos by pixverse"
    assert len([name for name in browser.names("article") if "turtle.webp" in name]) == 3
    assert "Filter by text" in browser.names("searchbox")
    assert "Status" in browser.names("combobox")


def test_a_page_of_many_videos_is_filtered_without_delay(browser, page):
    text = page.read_text(encoding="utf-8")
    card = text[text.index("<article") : text.index("</article>") + len("</article>")]
    page.write_text(text.replace(card, card * 400, 1), encoding="utf-8")
    browser.open(page)
    assert browser.run("cards.length") == 402
    loaded = browser.run("cards.filter((card) => card.querySelector('video').src).length")
    assert loaded < 60  # only what is near the window
    browser.run("text.value = 'nothing has this'; filter()")
    assert browser.run("count.textContent") == "0 of 402"
