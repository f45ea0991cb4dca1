"""Parsing of multipart forms by OSS's rules: in order, exact names, the file last."""

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from pixverse_cli.sandbox.uploads import Form, FormRefused

_MAX_FIELD_BYTES = 4 * 1024
_MAX_PARTS = 100


def read(content_type: str, body: bytes) -> Form:
    """Read the form.

    :raises FormRefused: malformed, not exactly one file, a text field over 4 KB, or a field
        after the file (OSS, "PostObject": the file is the last field).
    """
    media_type, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if media_type != "multipart/form-data" or not boundary:
        raise _malformed()
    return _form(_parts(boundary.encode("latin-1", "replace"), body))


def _malformed() -> FormRefused:
    message = "The body of your POST request is not well-formed multipart/form-data."
    return FormRefused(400, "MalformedPOSTRequest", message)


def _parts(boundary: bytes, body: bytes) -> list[tuple[str, bytes]]:
    decoder = MultipartDecoder(boundary, max_parts=_MAX_PARTS)
    parts: list[tuple[str, bytearray]] = []
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                parts.append((event.name or "", bytearray()))
            elif isinstance(event, Data):
                parts[-1][1].extend(event.data)
    except (ValueError, RequestEntityTooLarge) as error:  # cut short, or more than 100 parts
        raise _malformed() from error
    return [(name, bytes(data)) for name, data in parts]


def _form(parts: list[tuple[str, bytes]]) -> Form:
    names = [name for name, _ in parts]
    if names.count("file") != 1:
        message = "POST requires exactly one file upload per request."
        raise FormRefused(400, "IncorrectNumberOfFilesInPOSTRequest", message)
    texts = [(name, data) for name, data in parts if name != "file"]
    if names[-1] != "file" or any(len(data) > _MAX_FIELD_BYTES for _, data in texts):
        raise FormRefused(400, "FieldItemTooLong", "Your form field item too long.")
    fields = {name: data.decode("utf-8", "replace") for name, data in texts}
    return Form(fields=fields, file=parts[-1][1])
