"""The drivers' errors as the store's own; only the door meets them."""

from __future__ import annotations


class Overlap(Exception):
    """The database refused a claim that overlaps another one."""


class Contention(Exception):
    """Others held what this transaction wanted, or changed what it was judged by; the same again may succeed."""
