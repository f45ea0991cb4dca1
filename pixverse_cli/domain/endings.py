"""One ending out of many: what a command's several tasks come to."""

from collections.abc import Sequence

from pixverse_cli.domain.errors import Charged, PartialError, PixverseError


def common_charge(charges: Sequence[Charged]) -> Charged:
    """Return what all share, else ``mixed``."""
    kinds = set(charges)
    return kinds.pop() if len(kinds) == 1 else Charged.MIXED


def combine(errors: Sequence[PixverseError], *, succeeded: int) -> PixverseError | None:
    """Make one ending out of several tasks': None if all succeeded.

    One failed task alone is its own error. Failures that share an exit code, with no
    success beside them, keep that code; anything else is ``partial``.
    """
    if not errors:
        return None
    if len(errors) == 1 and not succeeded:
        return errors[0]
    total = len(errors) + succeeded
    if not succeeded and len({error.exit_code for error in errors}) == 1:
        whole: PixverseError = type(errors[0])(
            f"none of {total} tasks came through: {errors[0].message}",
            hint=errors[0].hint,
            retryable=all(error.retryable for error in errors),
            charged=common_charge([error.charged for error in errors]),
        )
    else:
        whole = PartialError(f"{len(errors)} of {total} tasks did not come through")
    whole.causes = tuple(errors)
    return whole
