"""Whose screen a card is shown on, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Dress(StrEnum):
    """The screens that a card can be dressed for."""

    DESKTOP = "desktop"
    ANDROID = "android"
    ANDROID_OLD = "android-old"


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: whose it is, by day or by night, and the app's zoom (1 is none)."""

    dress: Dress = Dress.DESKTOP
    night: bool = False
    zoom: float = 1.0
