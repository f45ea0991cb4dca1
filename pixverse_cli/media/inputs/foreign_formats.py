"""Names of formats that stand where another one belongs, for error messages."""

_STARTS = (
    (b"\xff\xd8\xff", "a JPEG"),
    (b"\x89PNG", "a PNG"),
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\1\0", "a Windows icon"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1aE\xdf\xa3", "a WebM or Matroska video"),
)
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")


def name_of(head: bytes) -> str | None:
    """Return "a GIF", "an SVG", … for a file's first 1 024 bytes; None for an unknown format."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[4:8] == b"ftyp":
        return _iso_name(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "a WEBP"
    return text_name(head)


def is_picture(head: bytes) -> bool:
    """Return whether a file that starts like an MP4 is a picture: AVIF or HEIC."""
    return head[4:8] == b"ftyp" and not _iso_name(head).startswith("a video")


def _iso_name(head: bytes) -> str:
    brands = head[8 : 8 + 56]
    if b"avif" in brands or b"avis" in brands:
        return "an AVIF"
    if any(brand in brands for brand in _HEIC):
        return "a HEIC"
    return "a video (MP4 or QuickTime)"


def text_name(head: bytes) -> str | None:
    """Return "an HTML page", "an SVG", "an XML message", "JSON", or None for anything else."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"{", b"[")):
        return "JSON"
    if not text.startswith(b"<"):
        return None
    if b"<svg" in text:
        return "an SVG"
    return "an HTML page" if b"<html" in text or b"<!doctype html" in text else "an XML message"
