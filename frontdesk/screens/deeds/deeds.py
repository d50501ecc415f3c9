"""What all deeds have: the screen they were begun from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from frontdesk.screens.desk_screen import MainScreen


class Deeds:
    """Begun by keys of a screen, in its name: its dialogues, its order of deeds, its foot for what came of them."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
