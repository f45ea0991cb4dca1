"""Make the README's picture of ``list --html``: ``python -m tests.bench.page_picture``.

The videos are made by the sandbox, and Chromium shows the page, in a window as wide as a laptop's.
"""

import base64
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

from pixverse_cli.sandbox import Sandbox
from tests.page.chromium import Chromium
from tests.processes import Pixverse

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".github" / "page.png"
SCENES = (
    ("lake", "The camera slowly rises above the lake", (30, 90, 140), ("-d", "5")),
    ("forest", "Fog moves between the trees", (40, 110, 70), ("-m", "c1", "-d", "8")),
    ("dunes", "Wind draws lines in the sand", (200, 150, 80), ("-r", "1080P", "-d", "5")),
    ("harbour", "Ships leave the harbour at dusk", (90, 70, 130), ("-d", "8")),
    ("peak", "Clouds open and show the peak", (120, 140, 170), ("-m", "v5.6", "-d", "5")),
)

_FOLDER = """document.querySelectorAll("dd").forEach(each => {
    each.textContent = each.textContent.replace("FOLDER", "/home/you") })"""
# a frame is painted, and the sign that a video loads is gone, a while after it was sought
_LOAD = """document.querySelectorAll("video").forEach(video => {
    video.addEventListener("seeked", () => setTimeout(() => { video.seen = true }, 1500));
    video.src = video.src || video.dataset.src; video.preload = "auto";
    video.addEventListener("loadeddata", () => { video.currentTime = 0.5 }, {once: true});
    if (video.readyState > 1) video.currentTime = 0.5; else video.load() })"""


def draw(path, colour):
    """Draw hills under a sky in shades of one colour."""
    picture = Image.new("RGB", (640, 360), tuple(min(255, part + 80) for part in colour))
    pencil = ImageDraw.Draw(picture)
    for layer in range(4):
        shade = tuple(max(0, part - 25 * layer) for part in colour)
        top = 150 + 50 * layer
        hills = [(x, top + ((x * (layer + 2)) // 9) % 61) for x in range(0, 700, 60)]
        pencil.polygon([(0, 360), *hills, (660, 360)], fill=shade)
    picture.save(path)


def main():
    with tempfile.TemporaryDirectory() as name, Sandbox(seed=7) as sandbox:
        folder = Path(name)
        pixverse = Pixverse(folder, folder, sandbox)
        for image, prompt, colour, options in SCENES:
            draw(folder / f"{image}.png", colour)
            output = f"clips/{image}.mp4"
            pixverse("submit", f"{image}.png", "-p", prompt, *options, "-o", output)
        pixverse("list", "--html", "videos.html")
        browser = Chromium(folder / "browser")
        try:
            browser.open(folder / "videos.html", width=1280, height=900)
            browser.run(_FOLDER.replace("FOLDER", name))
            browser.run(_LOAD)
            browser.wait_for("[...document.querySelectorAll('video')].every(v => v.seen)")
            shot = browser("Page.captureScreenshot", format="png")
        finally:
            browser.close()
    PICTURE.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
