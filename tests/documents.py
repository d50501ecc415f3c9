"""Pages that are written from the code; `python -m tests.documents` brings them up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from frontdesk.core.render.language import speak
from frontdesk.core.render.settings import settings_page

DOCS = Path(__file__).parent.parent / "docs"
WRITTEN: dict[str, Callable[[], str]] = {"settings.md": settings_page}


def page(name: str) -> str:
    speak("en")
    return WRITTEN[name]()


if __name__ == "__main__":
    for name in WRITTEN:
        (DOCS / name).write_text(page(name), encoding="utf-8")
