"""Frozen values that cost nothing to declare.

``@dataclass`` writes and compiles the methods of each class when its module is imported: half a
millisecond for three fields, one and a half for a record. Here the methods are inherited, and
nothing is compiled. mypy checks such a class as it checks a dataclass.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, dataclass_transform

__all__ = ["Frozen", "replace"]

if TYPE_CHECKING:
    from dataclasses import replace  # mypy then checks the fields of each call
else:

    def replace(value: "Frozen", **changes: object) -> "Frozen":
        """Return a copy of a frozen value with these fields changed."""
        return type(value)(**{**vars(value), **changes})


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Frozen:
    """The base of a frozen value: a class with annotated fields, some with a default.

    It is built from keyword arguments. Two values are equal if they are of one class and all
    their fields are equal. A default is shared, so it must be a value that cannot change.
    """

    _fields: ClassVar[tuple[str, ...]]
    _defaults: ClassVar[Mapping[str, object]]

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        cls._defaults = {name: vars(cls)[name] for name in cls._fields if name in vars(cls)}

    def __init__(self, **fields: object) -> None:
        fields = {**self._defaults, **fields}
        if fields.keys() != set(self._fields):
            wrong = ", ".join(sorted(fields.keys() ^ set(self._fields)))
            raise TypeError(f"{type(self).__name__}: fields missing or unknown: {wrong}")
        self.__dict__.update(fields)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._fields)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: {name} cannot be set")
