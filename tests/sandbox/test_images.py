"""Which input images are accepted, and how a task fails with other images."""

import http.server
import struct
import threading
import zlib

import pytest
from PIL import Image

from .caller import PICTURE

BAD_IMAGE = ("InvalidImageFormat", "illegal")
NOT_FETCHED = ("InvalidParameter.DataInspection", "Unable to download")


def fails_with(caller, url, expected):
    output = caller.ended(caller.accepted(url=url))["output"]
    code, text = expected
    assert (output["task_status"], output["code"]) == ("FAILED", code)
    assert text in output["message"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_jpeg_png_and_webp_work_with_any_file_name(call, encoded, kind):
    caller = call()
    caller.made(url=caller.upload(encoded(kind), name="image.txt"))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_fail(call, encoded, kind):
    caller = call()
    fails_with(caller, caller.upload(encoded(kind), name="image.png"), BAD_IMAGE)


@pytest.mark.parametrize("length", [0, 20, 3000])
def test_a_damaged_image_fails(call, encoded, length):
    caller = call()
    fails_with(caller, caller.upload(encoded()[:length]), BAD_IMAGE)


def header_only_png(width, height):
    """Return a PNG of a few bytes whose header gives this size."""

    def chunk(kind, data):
        code = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + code

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_001, 10), (10, 10_001), (100_000, 100_000)])
def test_a_side_over_10000_pixels_fails_before_any_pixel_is_decoded(call, size):
    caller = call()
    fails_with(caller, caller.upload(header_only_png(*size)), ("InvalidParameter", "10000"))


def test_an_image_over_twenty_megabytes_fails(call, encoded):
    caller = call()
    heavy = encoded("JPEG") + bytes(20 * 1024 * 1024)
    fails_with(caller, caller.upload(heavy), ("InvalidParameter", "20 MB"))


@pytest.fixture
def web(encoded):
    """Serve one picture on loopback; every other path is 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status = {"/image.png?v=1": 200}.get(self.path, 404)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(encoded(size=(640, 320)))

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_image_on_this_machine_is_fetched(call, web):
    assert call().made(url=f"{web}/image.png?v=1")["usage"]["size"] == "96*48"


def test_an_image_that_does_not_exist_fails(call, web):
    fails_with(call(), f"{web}/missing.png", NOT_FETCHED)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x.png", "http://[::1]:1/", "https://localhost:1/x", "http://localhost:x"],
)
def test_an_image_host_that_does_not_answer_fails(call, url):
    fails_with(call(), url, NOT_FETCHED)


def test_a_placeholder_replaces_images_on_the_internet(call):
    assert call().made(url=PICTURE)["usage"]["size"] == "96*48"


def test_an_image_with_transparency_or_a_palette_works(call, tmp_path):
    caller = call()
    for mode in ("RGBA", "P", "1", "I;16", "CMYK"):
        path = tmp_path / f"{mode[0]}.{'jpg' if mode == 'CMYK' else 'png'}"
        Image.new(mode, (64, 64)).save(path)
        caller.made(url=caller.upload(path.read_bytes(), name=path.name))
