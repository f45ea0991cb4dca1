"""A request as its record keeps it, and the request again from its record."""

from pixverse_cli.domain.catalog import (
    AspectRatio,
    Parameter,
    Resolution,
    Role,
    ShotType,
    find_model,
)
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Record, RecordInput


def further_parameters(request: VideoRequest) -> dict[str, object]:
    """Return the parameters that have no column of their own, as they are sent; JSON values."""
    found = {
        "aspect_ratio": request.ratio if request.model.takes(Parameter.ASPECT_RATIO) else None,
        "size": request.size,
        "text": request.text,
        "voice": request.speaker,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def request_of(record: Record) -> VideoRequest | None:
    """Return the request of a record of any kind, beside its inputs.

    None for a task that this machine did not submit, or of a model that is no longer known.
    """
    model, further = find_model(record.model), record.parameters
    if model is None or record.fingerprint is None:
        return None
    ratio = further.get("aspect_ratio")
    return VideoRequest(
        model=model,
        prompt=record.prompt,
        resolution=Resolution(record.resolution) if record.resolution else None,
        duration=record.duration,
        audio=bool(record.audio),
        watermark=bool(record.watermark),
        shot_type=ShotType(record.shot_type) if record.shot_type else None,
        seed=record.seed,
        aspect_ratio=AspectRatio(str(ratio)) if ratio else None,
        text=_text(further.get("text")),
        voice=_text(further.get("voice")),
    )


def inputs_of(record: Record) -> tuple[RecordInput, ...]:
    """Return the inputs of a record; an old one names only its image."""
    if record.inputs or record.image is None:
        return record.inputs
    return (RecordInput(Role.IMAGE, None, record.image),)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
