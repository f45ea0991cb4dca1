"""The request that a record was made for, from the columns of the store."""

from pixverse_cli.domain.catalog import Kind, Resolution, Role, ShotType, find_model
from pixverse_cli.domain.request import VideoRequest
from pixverse_cli.domain.task import Record, RecordInput


def request_of(record: Record) -> VideoRequest | None:
    """Return the request of a record; None if this version cannot tell it.

    The request of a task that another machine submitted is not in this store.
    """
    model = find_model(record.model)
    if record.fingerprint is None or model is None or model.kind is not Kind.IMAGE_TO_VIDEO:
        return None
    try:
        return VideoRequest(
            model=model,
            prompt=record.prompt,
            resolution=Resolution(record.resolution) if record.resolution else None,
            duration=record.duration,
            audio=bool(record.audio),
            watermark=bool(record.watermark),
            shot_type=ShotType(record.shot_type) if record.shot_type else None,
            seed=record.seed,
        )
    except ValueError:  # a resolution or shot type that this version does not know
        return None


def inputs_of(record: Record) -> tuple[RecordInput, ...]:
    """Return the inputs of a record; an old one names only its image."""
    if record.inputs or record.image is None:
        return record.inputs
    return (RecordInput(Role.IMAGE, None, record.image),)
