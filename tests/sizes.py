"""How much the big proofs prove: small in everyday runs, whole by `./run test --full`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

FULL = "FRONTDESK_FULL_PROOFS"
"""Set by the option `--full`, before any test module is read, for all processes of a run."""


def size(everyday: T, full: T) -> T:
    """How often, or how much."""
    return full if os.environ.get(FULL) else everyday
