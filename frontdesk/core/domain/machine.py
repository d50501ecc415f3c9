"""What the core is told by the machine it runs on; the desk gets it by constructor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    terminal: str = ""
    """Names this run of the program: undo's "this session", and who changed what from where."""
