"""A desk on each engine, with a clock that stands."""

from __future__ import annotations

from tests.operations.conftest import clock, desk

__all__ = ["clock", "desk"]
