"""Dataclasses that are cheap to define and to create.

A build defines some fifty of them at its start and creates millions. The standard `dataclass`
compiles each method by itself, and sets the attributes of frozen instances by name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool, eq: bool = True) -> Callable[[type], type]:
        """Return the decorator, as `dataclasses.dataclass` does."""

        def define(cls: type) -> type:
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
            fields = dataclasses.fields(made)
            made.__init__ = _init(made, fields, frozen=frozen)
            made.__repr__ = _repr
            if eq:
                _add_comparison(made, [field.name for field in fields if field.compare], frozen)
            if frozen:
                made.__setattr__ = made.__delattr__ = _refuse
                made.__reduce__ = _reduce
            return made

        return define


def _init(cls: type, fields: Sequence[Field[Any]], *, frozen: bool) -> Callable[..., None]:
    """Compile `__init__`; that of a frozen class calls the setters of the slots."""
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters, body = ["self"], []
    for field in fields:
        name, default = field.name, f"default_{field.name}"
        if field.default_factory is not MISSING:
            names[default] = field.default_factory
            parameters.append(f"{name}=MISSING")
            body.append(f"if {name} is MISSING: {name} = {default}()")
        elif field.default is not MISSING:
            names[default] = field.default
            parameters.append(f"{name}={default}")
        else:
            parameters.append(name)
        names[f"set_{name}"] = getattr(cls, name).__set__
        body.append(f"set_{name}(self, {name})" if frozen else f"self.{name} = {name}")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body), names)  # noqa: S102
    method: Callable[..., None] = names["__init__"]
    return method


def _add_comparison(cls: Any, names: Sequence[str], frozen: bool) -> None:  # noqa: FBT001
    values = attrgetter(*names)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is cls else NotImplemented

    cls.__eq__ = equal
    cls.__hash__ = (lambda self: hash(values(self))) if frozen else None


def _repr(self: Any) -> str:
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(f'{n}={getattr(self, n)!r}' for n in shown)})"


def _reduce(self: Any) -> tuple[type, tuple[Any, ...]]:
    """Return what copies and pickles are created from."""
    return type(self), tuple([getattr(self, field.name) for field in dataclasses.fields(self)])


def _refuse(_self: object, name: str, _value: object = None) -> NoReturn:
    message = f"cannot assign to field {name!r}"
    raise FrozenInstanceError(message)
