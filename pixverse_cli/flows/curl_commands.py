"""A request as curl commands for a POSIX shell: one for each upload, and the create call.

The key comes from the shell's environment. The upload is that of Model Studio's page on
temporary files: a GET for the permission, then a form post; its answer is read with sed,
because a shell cannot read JSON.
"""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from urllib.parse import urlencode

from pixverse_cli.dashscope import wire
from pixverse_cli.domain.plan import InputFile, Order
from pixverse_cli.media.inputs.image import STDIN_LABEL

_KEY = '-H "Authorization: Bearer $DASHSCOPE_API_KEY"'
_FIELD = r"""field() { printf %s "$policy" | sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p'; }"""
# the form's fields, and what the permission calls them
_FORM = {
    "OSSAccessKeyId": "oss_access_key_id",
    "Signature": "signature",
    "policy": "policy",
    "x-oss-object-acl": "x_oss_object_acl",
    "x-oss-forbid-overwrite": "x_oss_forbid_overwrite",
}


def curl_commands(orders: Sequence[Order], base_url: str) -> Iterator[str]:
    """Yield the commands: each file is uploaded once, into a variable ``image_N`` of the shell."""
    variables: dict[tuple[str, str], str] = {}
    for order in orders:
        for file in filter(None, (each.file for each in order.inputs)):
            place = (file.sha256, order.request.model.name)
            if place not in variables:
                variables[place] = f"image_{len(variables) + 1}"
                yield f"{variables[place]}=$({_upload(order, file, base_url)})"
        yield _create(order, variables, base_url)


def _upload(order: Order, file: InputFile, base_url: str) -> str:
    if order.upload_command:
        return f"{order.upload_command} {shlex.quote(str(file.path.absolute()))}"
    query = urlencode({"action": "getPolicy", "model": order.request.model.name})
    name = f"{file.sha256[:16]}{PurePath(file.label).suffix if file.label.isascii() else ''}"
    fields = " ".join(f'--form-string {name}="$(field {theirs})"' for name, theirs in _FORM.items())
    post = (
        f"curl -sS --fail {fields} --form-string success_action_status=200"
        f' --form-string key="$key" -F {_file(file)} "$(field upload_host)"'
    )
    return "; ".join(
        (
            f"policy=$(curl -sS --fail {_KEY} {shlex.quote(f'{base_url}/uploads?{query}')})",
            _FIELD,
            f'key="$(field upload_dir)/$(date +%s)-"{shlex.quote(name)}',
            f'{post} && echo "oss://$key"',
        )
    )


def _file(file: InputFile) -> str:
    """Return curl's field of the file, which must be the last; its name is quoted for curl."""
    if file.label == STDIN_LABEL:
        return "'file=@-'"
    escaped = file.label.replace("\\", "\\\\").replace('"', '\\"')
    return shlex.quote(f'file=@"{escaped}"')


def _create(order: Order, variables: dict[tuple[str, str], str], base_url: str) -> str:
    model = order.request.model.name
    marks = {each.file.sha256: f"oss://<{each.file.sha256}>" for each in order.inputs if each.file}
    media = [
        (each, marks[each.file.sha256] if each.file else each.url or "") for each in order.inputs
    ]
    body = wire.encode(wire.create_body(order.request, media))
    headers = [f"{name}: {value}" for name, value in wire.create_headers(body).items()]
    quoted = shlex.quote(body.decode())
    for sha256, mark in marks.items():  # :? ends the shell if the upload has failed
        quoted = quoted.replace(mark, f"'\"${{{variables[sha256, model]}:?}}\"'")
    return " ".join(
        (
            "curl -sS",
            shlex.quote(base_url + wire.CREATE_PATH),
            _KEY,
            *(f"-H {shlex.quote(header)}" for header in headers),
            f"--data-raw {quoted}",
        )
    )
