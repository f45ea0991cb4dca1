"""The service's error codes and messages, as its pages and its users report them.

Sources: Model Studio's pages "Error messages", "Manage asynchronous tasks" and "Obtain a
temporary file URL", and users' notes for what is reported only after queueing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a task that was accepted ends FAILED."""

    code: str
    message: str


class Refused(Exception):  # noqa: N818  becomes a reply of the service, not a program error
    """The service refuses the call; ``after`` is its Retry-After in seconds."""

    def __init__(self, status: int, code: str, message: str, *, after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.after = after


def invalid(message: str) -> Failure:
    """Return the failure of a task whose parameters or image are not valid."""
    return Failure(code="InvalidParameter", message=message)


def throttled(*, after: int | None = None) -> Refused:
    """Return the refusal of a call above the rate limit."""
    message = "Requests rate limit exceeded, please try again later."
    return Refused(429, "Throttling.RateQuota", message, after=after)


def unresolved_image() -> Refused:
    """Return the refusal of an oss:// URL that the gateway did not resolve."""
    return Refused(
        400,
        "invalid_parameter_error",
        "InternalError.Algo.InvalidParameter: The provided URL does not appear to be valid."
        " Ensure it is correctly formatted.",
    )


def unreachable_image() -> Failure:
    """Return the failure of a task whose image could not be fetched."""
    return Failure(
        code="InvalidParameter.DataInspection",
        message="Unable to download the media resource during the data inspection process.",
    )


NO_KEY = "No API-key provided."
WRONG_KEY = "Invalid API-key provided."
NOT_ASYNC = "current user api does not support synchronous calls."
BAD_BODY = "Required body invalid, please check the request body format."
NO_MODEL = "Model not exist."
NOT_CANCELABLE = "Failed to cancel the task, please confirm if the task is in PENDING status."
OVERDUE = "Access denied, please make sure your account is in good standing."
UNSAFE_INPUT = "Input data may contain inappropriate content."
UNSAFE_OUTPUT = "Output data may contain inappropriate content."
UNAVAILABLE = "Model is unavailable, please try again later."
NOT_ACTIVATED = (
    "The product is not activated, please confirm that you have activated products"
    " and try again after activation."
)
BAD_FIELD = "Invalid field type or value. Please verify your input data."
NO_MEDIA = "input.media is an empty array. It must contain at least one item."
BAD_URL = "url error, please check url!"
NO_OBJECT = "Failed to find the requested media resource during the data inspection process."
NOT_YOUR_OBJECT = "Don't have authorization to access the media resource."


def bad_media_type(words: str) -> Failure:
    """Return the failure of a task with an input that its model does not take."""
    return invalid(f"input.media.type must be {words}")


def bad_size(value: object) -> Failure:
    """Return the failure of a task with a size or resolution that its model does not have."""
    return invalid(f"The size is not match {value}")


def bad_format(media: str) -> Failure:
    """Return the failure of a task whose image, video or audio cannot be opened."""
    text = f"The {media} format is illegal and cannot be opened, please check your {media}."
    return Failure(code=f"Invalid{media.title()}Format", message=text)


def too_heavy(media: str, limit: int) -> Failure:
    """Return the failure of a task with a file above ``limit`` bytes."""
    megabytes = limit // 1024 // 1024
    return invalid(
        f"The size of the {media} file exceeds {megabytes} MB, please check your {media}."
    )


def too_wide(media: str, pixels: int) -> Failure:
    """Return the failure of a task with a picture or video that has too long a side."""
    text = f"The width or height of the {media} exceeds {pixels} pixels, please check your {media}."
    return invalid(text)


def too_long(media: str, seconds: int) -> Failure:
    """Return the failure of a task whose video or sound is too long."""
    return invalid(f"The {media} is longer than {seconds} seconds, please check your {media}.")


def missing(name: str) -> Failure:
    """Return the failure of a task that lacks a required field."""
    return invalid(f"Required field {name} are missing or empty.")
