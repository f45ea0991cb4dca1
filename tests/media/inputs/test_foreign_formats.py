"""What a file is that stands where another one belongs, by its first bytes."""

import pytest

from pixverse_cli.media.inputs.foreign_formats import is_picture, name_of, text_name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "a PNG"),
        (b"GIF89a", "a GIF"),
        (b"BM\x36\0", "a BMP"),
        (b"II*\0\x08", "a TIFF"),
        (b"MM\0*\0", "a TIFF"),
        (b"%PDF-1.7", "a PDF"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"\0\0\1\0\2\0", "a Windows icon"),
        (b"\xff\x0a\xfa", "a JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n", "a JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "a JPEG 2000"),
        (b"PK\3\4\x14", "a ZIP archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"\x1aE\xdf\xa3\x01", "a WebM or Matroska video"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WEBP"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\xef\xbb\xbf \n{", "JSON"),
        (b"[1]", "JSON"),
        (b"<?xml?><Error/>", "an XML message"),
        (b"<?xml?><SVG>", "an SVG"),
        (b"<!DOCTYPE html>", "an HTML page"),
        (b" <HTML>", "an HTML page"),
        (b"meow <html>", None),
        (b"", None),
    ],
)
def test_a_format_is_named_by_its_first_bytes(head, name):
    assert name_of(head) == name


def iso(*brands):
    return b"\0\0\0\x20ftyp" + b"".join(brands)


@pytest.mark.parametrize(
    ("head", "name", "picture"),
    [
        (iso(b"avif", bytes(4)), "an AVIF", True),
        (iso(b"mif1", bytes(4), b"avis"), "an AVIF", True),
        *(
            (iso(brand, bytes(4)), "a HEIC", True)
            for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")
        ),
        (iso(b"isom", bytes(4), b"mp42"), "a video (MP4 or QuickTime)", False),
        (b"\0\0\0\x20moov" + b"avif", None, False),
    ],
)
def test_a_picture_that_starts_like_an_mp4_is_told_by_its_brands(head, name, picture):
    assert (name_of(head), is_picture(head)) == (name, picture)


def test_only_texts_have_the_name_of_a_text():
    assert text_name(b"GIF89a") is None
