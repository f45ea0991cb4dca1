"""The JSON Schema of records, errors and events, generated from their types."""

from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

from pixverse_cli.reporting import types
from pixverse_cli.reporting.shapes import SCHEMA

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
_TOP = {
    "record": types.RecordJson,
    "error": types.ErrorJson,
    "event": types.EventJson,
    "remote": types.RemoteJson,
    "spending": types.SpendingJson,
    "receipt": types.ReceiptJson,
    "preview": types.PreviewJson,
    "planned": types.PlannedJson,
    "model": types.ModelJson,
    "check": types.CheckJson,
    "key": types.KeyJson,
}

Schema = dict[str, Any]


def schema() -> Schema:
    """Return one schema for every line that ``--json`` and ``--events`` print."""
    defined: dict[str, Schema] = {}
    kinds = [{"title": name, **_object(shape, defined)} for name, shape in _TOP.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "anyOf": kinds,
        "$defs": defined,
    }


def _object(shape: type, defined: dict[str, Schema]) -> Schema:
    """Describe a TypedDict; keys may be added later, so unknown ones are allowed."""
    hints = get_type_hints(shape, include_extras=True)
    required = sorted(getattr(shape, "__required_keys__", ()))
    described: Schema = {
        "type": "object",
        "description": (shape.__doc__ or "").partition("\n\n")[0],
        "required": required,
        "properties": {name: _type(hint, defined) for name, hint in hints.items()},
    }
    if shape is types.RecordJson:
        described["not"] = {"required": ["event"]}
    return described


def _type(hint: Any, defined: dict[str, Schema]) -> Schema:  # noqa: ANN401  any annotation
    if get_origin(hint) is NotRequired:
        return _type(get_args(hint)[0], defined)
    if get_origin(hint) is UnionType:
        return {"anyOf": [_type(part, defined) for part in get_args(hint)]}
    if get_origin(hint) is list:
        return {"type": "array", "items": _type(get_args(hint)[0], defined)}
    if hint is object:
        return {"type": "object"}
    if get_origin(hint) is dict:
        return {"type": "object"}
    if is_typeddict(hint):
        return _reference(hint, defined)
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {"type": _PLAIN[hint]}


def _reference(shape: type, defined: dict[str, Schema]) -> Schema:
    if shape.__name__ not in defined:
        defined[shape.__name__] = {}  # a type may refer to itself
        defined[shape.__name__] = _object(shape, defined)
    return {"$ref": f"#/$defs/{shape.__name__}"}
