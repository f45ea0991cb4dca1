"""The temporary store: upload policies and the uploaded objects.

Policies: Model Studio's page "Obtain a temporary file URL" and recorded traffic. Form
rules: OSS's pages on PostObject and its errors.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pixverse_cli.domain.catalog import Model
from pixverse_cli.domain.clock import Clock, rfc3339

_POLICY_LIFE = timedelta(seconds=300)
_OBJECT_LIFE = timedelta(hours=48)
MAX_FILE_MB = 250  # of any model
BUCKET = "dashscope-file-mgr"

_MEGABYTE = 1024 * 1024
_USUAL_FILE_MB = 100  # as in the sample of the page
_KEY_ID = "LTAI5tSandboxSandboxSand"
_REQUIRED = ("key", "policy", "OSSAccessKeyId", "Signature")


class FormRefused(Exception):  # noqa: N818  becomes a reply of the store, not a program error
    """The store refuses the form; the reply is XML."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A posted form: its text fields by their exact names, and its one file."""

    fields: Mapping[str, str]
    file: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An uploaded file, bound to the model that its policy named."""

    model: str
    data: bytes
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    model: str
    directory: str
    expires_at: datetime
    signature: str
    max_bytes: int


def expired() -> FormRefused:
    """Return the refusal of a form whose policy has expired."""
    return FormRefused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")


class UploadStore:
    """The granted policies and the stored objects; thread-safe."""

    def __init__(self, *, clock: Clock, secret: str) -> None:
        self._clock = clock
        self._secret = secret.encode()
        self._lock = threading.Lock()
        self._grants: dict[str, _Grant] = {}
        self._objects: dict[str, StoredObject] = {}

    def grant(self, model: Model, *, request_id: str, host: str) -> dict[str, object]:
        """Return the ``data`` of a getPolicy answer; each call names a new directory."""
        now = self._clock.now()
        account = hashlib.md5(self._secret, usedforsecurity=False).hexdigest()
        directory = f"dashscope-instant/{account}/{now:%Y-%m-%d}/{request_id}"
        megabytes = _most_megabytes(model)
        policy = _policy(directory, now + _POLICY_LIFE, megabytes * _MEGABYTE)
        signature = self._signature(policy)
        self._grants[policy] = _Grant(
            model=model.name,
            directory=directory,
            expires_at=now + _POLICY_LIFE,
            signature=signature,
            max_bytes=megabytes * _MEGABYTE,
        )
        return {
            "policy": policy,
            "signature": signature,
            "upload_dir": directory,
            "upload_host": host,
            "expire_in_seconds": int(_POLICY_LIFE.total_seconds()),
            "max_file_size_mb": megabytes,
            "capacity_limit_mb": 999999999,
            "oss_access_key_id": _KEY_ID,
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }

    def _signature(self, policy: str) -> str:
        digest = hmac.new(self._secret, policy.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def store(self, form: Form) -> None:
        """Store the file of a form.

        :raises FormRefused: the form breaks a rule of PostObject or of its policy.
        """
        fields = form.fields
        _check_presence(fields)
        grant = self._checked_grant(fields)
        _check_conditions(fields, grant, len(form.file))
        new = StoredObject(model=grant.model, data=form.file, stored_at=self._clock.now())
        with self._lock:
            if self._objects.setdefault(fields["key"], new) is not new:
                message = "The object you specified already exists and can not be overwritten."
                raise FormRefused(409, "FileAlreadyExists", message)

    def _checked_grant(self, fields: Mapping[str, str]) -> _Grant:
        if fields["OSSAccessKeyId"] != _KEY_ID:
            message = "The OSS Access Key Id you provided does not exist in our records."
            raise FormRefused(403, "InvalidAccessKeyId", message)
        grant = self._grants.get(fields["policy"])
        if grant is None or grant.signature != fields["Signature"]:
            message = (
                "The request signature we calculated does not match the signature you provided."
                " Check your key and signing method."
            )
            raise FormRefused(403, "SignatureDoesNotMatch", message)
        if self._clock.now() >= grant.expires_at:
            raise expired()
        return grant

    def find(self, url: str) -> StoredObject | None:
        """Return the object of an ``oss://`` URL; None if it is unknown or has expired."""
        found = self._objects.get(url.removeprefix("oss://"))
        if found is None or self._clock.now() - found.stored_at >= _OBJECT_LIFE:
            return None
        return found


def _most_megabytes(model: Model) -> int:
    """Return the largest file that may be uploaded for a model, in MB.

    Invented: "depends on the model" is all that is known.
    """
    largest = max((rule.limits.max_bytes for rule in model.inputs), default=0)
    return max(_USUAL_FILE_MB, largest // _MEGABYTE)


def _policy(directory: str, expires_at: datetime, max_bytes: int) -> str:
    document = {
        "expiration": rfc3339(expires_at),
        "conditions": [
            ["content-length-range", 0, max_bytes],
            ["starts-with", "$key", directory],
            {"bucket": BUCKET},
            {"x-oss-object-acl": "private"},
            {"x-oss-forbid-overwrite": "true"},
        ],
    }
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def _check_presence(fields: Mapping[str, str]) -> None:
    for name in _REQUIRED:
        if not fields.get(name):
            message = (
                f"Bucket POST must contain a field named '{name}'."
                " If it is specified, please check the order of the fields."
            )
            raise FormRefused(400, "InvalidArgument", message)


def _check_conditions(fields: Mapping[str, str], grant: _Grant, size: int) -> None:
    if size > grant.max_bytes:
        raise too_large()
    if not fields["key"].startswith(grant.directory):
        raise _unmet(["starts-with", "$key", grant.directory])
    for name, value in (("x-oss-object-acl", "private"), ("x-oss-forbid-overwrite", "true")):
        if fields.get(name) != value:
            raise _unmet(["eq", f"${name}", value])


def _unmet(condition: list[str]) -> FormRefused:
    message = f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}"
    return FormRefused(403, "AccessDenied", message)


def too_large() -> FormRefused:
    """Return the refusal of a file above the policy's content-length-range."""
    message = "Your proposed upload exceeds the maximum allowed size."
    return FormRefused(400, "EntityTooLarge", message)
