"""F. Image and text (rows 72 to 79)."""

import os
import struct
import unicodedata
import zlib

from tests.faults.case import Case, Way, parameters
from tests.faults.service import POLICY, upload_policy
from tests.faults.world import TURTLE
from tests.servers import RESET, answer

REFUSED = {"code": 2, "charged": "no", "retryable": False, "creates": 0, "store": ()}
BOUGHT = {"code": 0, "creates": 1, "store": ("PENDING",)}
NOT_STORED = {"code": 6, "charged": "no", "retryable": True, "creates": 0, "store": ()}


def png(width, height, *chunks, bits=8):
    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
    middle = b"".join(chunk(kind, data) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + middle + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def jpeg(components=3, exif=b""):
    frame = struct.pack(">HBHHB", 8 + 3 * components, 8, 40, 60, components)
    scan = b"\xff\xda\0\x08\x01\1\0\0\x3f\0" + b"data"
    return b"\xff\xd8" + exif + b"\xff\xc0" + frame + bytes(3 * components) + scan + b"\xff\xd9"


ROTATED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
EXIF = b"\xff\xe1" + (len(ROTATED) + 2).to_bytes(2) + ROTATED
ANIMATED = (
    b"RIFF\x2a\0\0\0WEBPVP8X\n\0\0\0\x02\0\0\0\x3b\0\0\x27\0\0ANIM\0\0\0\0" + b"ANMF\x04\0\0\0data"
)


def content(data, name="picture.png"):
    """Return a submit of a file with this content."""

    def submit(world):
        world.serve()
        (world.directory / name).write_bytes(data)
        return world.run_inside("submit", name, "-p", "A turtle")

    return submit


def argument(image, prepare=None):
    """Return a submit of this argument."""

    def submit(world):
        world.serve()
        if prepare:
            prepare(world.directory)
        return world.run("submit", image)

    return submit


def huge(here):
    with (here / "huge.png").open("wb") as file:
        file.write(png(10, 10))
        file.truncate(20 * 1024 * 1024 + 1)


def growing_file(world):
    """Submit a file that grows between check and upload; the new bytes must not be sent."""
    path = world.directory / "growing.webp"
    path.write_bytes(TURTLE.read_bytes())

    def grow(request):
        with path.open("ab") as file:
            file.write(b"more")
        return upload_policy(request)

    world.serve(policy=[[grow]])
    ran = world.run("submit", path)
    assert not [sent for sent in world.service.sent["upload"] if b"more" in sent]
    return ran


def sent_as_it_is(world, _ran):
    content = (world.directory / "picture.png").read_bytes()
    assert content in world.service.sent["upload"][0]


def noted(note):
    def judge(world, ran):
        sent_as_it_is(world, ran)
        assert world.way is Way.JSON or f"{note}: undocumented" in ran.stderr

    return judge


NAMES = (
    ("space", "a turtle.webp"),
    ("line break", "a\nturtle.webp"),
    ("leading dash", "./-turtle.webp"),
    ("decomposed", unicodedata.normalize("NFD", "schildkröte.webp")),
    ("not UTF-8", b"turtle-\xff.webp"),
    ("control characters", "\x1b[31mturtle\x07.webp"),
)


def file_name(name):
    """Return a submit that waits for and saves the video of an image with this name."""

    def submit(world):
        world.serve()
        (world.directory / os.fsdecode(name)).write_bytes(TURTLE.read_bytes())
        return world.run("submit", name, "--wait", "--interval", "0.2")

    return submit


def prompt(text, *options):
    """Return a submit with this prompt."""

    def submit(world):
        world.serve()
        return world.run_inside("submit", "https://example.com/a.png", "-p", text, *options)

    return submit


def prompt_file(content):
    def submit(world):
        world.serve()
        (world.directory / "prompt.txt").write_bytes(content)
        return world.run_inside("submit", "https://example.com/a.png", "-P", "prompt.txt")

    return submit


def received(text):
    def judge(world, _ran):
        assert f'"prompt": "{text}"'.encode() in world.service.sent["create"][0]

    return judge


def bad_argument(world):
    """Submit with a prompt that is not UTF-8."""
    world.serve()
    return world.run("submit", "https://example.com/a.png", "-p", b"turtle \xff")


def upload_gets(*answers):
    """Return a submit whose uploads get these answers in turn."""

    def submit(world):
        world.serve(upload=list(answers))
        return world.run_inside("submit", TURTLE)

    return submit


def oss(status, code):
    error = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{POLICY}</Message></Error>"
    return answer(error.encode(), status=status, connection="close")


def a_new_name_each_time(world, _ran):
    first, second = world.service.sent["upload"]
    keys = [
        sent.partition(b'name="key"\r\n\r\n')[2].partition(b"\r\n")[0] for sent in (first, second)
    ]
    assert keys[0] != keys[1]
    assert world.service.counts["policy"] == 2


CASES = (
    Case(72, "missing", argument("nowhere.png"), **REFUSED),
    Case(72, "directory", argument("."), **REFUSED, says="directory"),
    Case(
        72, "named pipe", argument("p", lambda here: os.mkfifo(here / "p")), **REFUSED, says="pipe"
    ),
    Case(72, "device", argument("/dev/zero"), **REFUSED, says="device"),
    Case(72, "0 bytes", content(b""), **REFUSED, says="empty"),
    Case(72, "over 20 MB", argument("huge.png", huge), **REFUSED, says="20 MB"),
    Case(72, "grows", growing_file, **REFUSED, says="changed"),
    Case(73, "wrong extension", content(jpeg(), "picture.gif"), **BOUGHT),
    *(
        Case(73, what, content(data, f"p.{name}"), **REFUSED, says=what, ways=(Way.JSON,))
        for what, name, data in (
            ("SVG", "png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
            ("HEIC", "jpg", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"),
            ("AVIF", "jpg", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1"),
            ("GIF", "jpg", b"GIF89a\1\0\1\0"),
            ("BMP", "png", b"BM" + bytes(60)),
            ("cut short", "png", png(9, 9)[:20]),
        )
    ),
    Case(74, "side 0", content(png(0, 10)), **REFUSED, says="side is 0"),
    Case(74, "side of 10 001", content(png(10_001, 10)), **REFUSED, says="10000"),
    Case(74, "100 000 square", content(png(100_000, 100_000)), **REFUSED, says="100000"),
    Case(75, "animated WEBP", content(ANIMATED), **BOUGHT, also=noted("animated")),
    Case(75, "APNG", content(png(9, 9, (b"acTL", bytes(8)))), **BOUGHT, also=noted("animated")),
    Case(75, "CMYK", content(jpeg(4)), **BOUGHT, also=noted("CMYK")),
    Case(75, "16-bit", content(png(9, 9, bits=16)), **BOUGHT, also=noted("16-bit")),
    Case(75, "rotated", content(jpeg(exif=EXIF)), **BOUGHT, also=noted("EXIF-rotated")),
    *(
        Case(76, url, argument(url), **REFUSED, says="does not accept such URLs", ways=(Way.JSON,))
        for url in ("data:image/png;base64,AAAA", "ftp://example.com/a.png", "javascript:alert(1)")
    ),
    Case(76, "file:", argument(f"file://{TURTLE}"), **BOUGHT),
    Case(
        76, "file: elsewhere", argument("file://elsewhere/a.png"), **REFUSED, says="another machine"
    ),
    Case(
        76,
        "private",
        argument("http://192.168.1.2/a.png"),
        **BOUGHT,
        says="private",
        ways=(Way.PIPE,),
    ),
    Case(
        76, "loopback", argument("http://[::1]/a.png"), **BOUGHT, says="private", ways=(Way.PIPE,)
    ),
    *(
        Case(77, f"name with {what}", file_name(name), code=0, creates=1, saved=1)
        for what, name in NAMES
    ),
    Case(78, "too long", prompt("x" * 5001), **REFUSED, says="5000|5 000"),
    Case(78, "longest allowed", prompt("\U0001f422" * 5000), **BOUGHT),
    Case(78, "too long for v5.6", prompt("x" * 2049, "-m", "v5.6"), **REFUSED, says="2048|2 048"),
    Case(78, "NUL", prompt_file(b"a\0b"), **REFUSED),
    Case(78, "BOM", prompt_file(b"\xef\xbb\xbfA turtle\r\n"), **BOUGHT, also=received("A turtle")),
    Case(
        78, "UTF-16", prompt_file("A turtle".encode("utf-16")), **BOUGHT, also=received("A turtle")
    ),
    Case(78, "CRLF", prompt_file(b"A\r\nturtle"), **BOUGHT, also=received(r"A\r\nturtle")),
    Case(78, "not UTF-8 in a file", prompt_file(b"\xff\xfeA"), **REFUSED, says="UTF-8"),
    Case(78, "not UTF-8 as an argument", bad_argument, **REFUSED),
    Case(78, "emoji", prompt("\U0001f422 \U0001f468\u200d\U0001f469"), **BOUGHT),
    *(
        Case(
            79,
            code,
            upload_gets(oss(status, code)),
            **NOT_STORED,
            says=code,
            also=a_new_name_each_time,
        )
        for status, code in (
            ("403 Forbidden", "AccessDenied"),
            ("409 Conflict", "FileAlreadyExists"),
            ("400 Bad", "EntityTooLarge"),
        )
    ),
    Case(
        79,
        "refused once",
        upload_gets(oss("403 No", "Expired"), answer()),
        **BOUGHT,
        also=a_new_name_each_time,
    ),
    Case(79, "reset", upload_gets([RESET]), **NOT_STORED, also=a_new_name_each_time),
    Case(79, "HTML", upload_gets(answer(b"<html>", status="502 Bad")), **NOT_STORED, says="HTML"),
)


@parameters(*CASES)
def test_fault(case, world):
    case.judge(world, case.provoke(world))
