"""How the screens look, as pictures; `pytest --snapshot-update` takes them anew where a change is meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from frontdesk.app import FrontdeskApp, Start
from frontdesk.cli.demo import fill
from frontdesk.cli.opening import Opening
from frontdesk.cli.samples import Size
from frontdesk.config import Config
from frontdesk.core.desk import open_desk
from frontdesk.core.domain.machine import Machine
from frontdesk.screens.calendar.rail import RAIL_REST
from tests.builders import Clock
from tests.screens.driving import keys, send, still

NOW = datetime(2026, 11, 24, 10, 40)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice, on a Tuesday."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    opening = Opening(database=str(path), create=True, now=f"{NOW:%Y-%m-%dT%H:%M}")
    fill(opening, Size.SMALL)
    opening.close()
    return path


PICTURES: dict[str, tuple[str, tuple[int, int], dict[str, Any]]] = {
    "day": ("", (80, 24), {}),
    "day_on_120": ("\t\t", (120, 40), {}),
    "day_on_200": ("\t", (200, 60), {}),
    "day_in_light": ("", (80, 24), {"theme": "light"}),
    "day_in_contrast": ("", (80, 24), {"theme": "contrast"}),
    "day_in_safe_colours": ("", (80, 24), {"theme": "safe"}),
    "day_in_ascii": ("\t", (80, 24), {"glyphs": "ascii"}),
    "week": ("W", (80, 24), {}),
    "month": ("M", (80, 24), {}),
    "list": ("L", (80, 24), {}),
    "panel": ("\t\n", (80, 24), {}),
    "new_appointment": ("nnoah", (80, 24), {}),
    "picker": ("/noah\nrfri pm", (80, 24), {}),
    "picker_with_a_reason": ("/noah\nr7p", (80, 24), {}),
    "cancel": ("/noah\nc8", (80, 24), {}),
    "finder": ("/noa", (80, 24), {}),
    "help": ("?", (80, 24), {}),
    "clients": ("3", (80, 24), {}),
    "card": ("/noah\n\n", (80, 24), {}),
    "client_form": ("3nJamie", (80, 24), {}),
    "day_sheet": ("P", (80, 24), {}),
    "requests": ("2", (80, 24), {}),
    "requests_on_120": ("2jjjjj", (120, 40), {}),
    "requests_in_ascii": ("2 ", (80, 24), {"glyphs": "ascii"}),
    "approve": ("2jjjjjathu 3p", (80, 24), {}),
    "approve_all": ("2A", (80, 24), {}),
    "offer": ("2jjjjjo12", (80, 24), {}),
    "bell": ("b", (80, 24), {}),
    "today": ("4", (80, 24), {}),
    "work": ("w", (80, 24), {}),
    "off": (":off\n\n", (80, 24), {}),
    "palette": (":can", (80, 24), {}),
    "pending_in_the_day": ("]]]", (80, 24), {}),
    "late_cancel": ("/noah\nc2c", (80, 24), {}),
    "outbox": ("6", (80, 24), {}),
    "outbox_in_ascii": ("6j", (80, 24), {"glyphs": "ascii"}),
    "mail": ("6\n", (80, 24), {}),
    "message": ("/noah\nm", (80, 24), {}),
    "too_small": ("", (50, 15), {}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_screen_looks_as_it_did(demo: Path, name: str, snap_compare: Callable[..., bool]) -> None:
    typed, size, config = PICTURES[name]
    machine = Machine(terminal="picture", keeps_everything=True)
    opened = partial(open_desk, str(demo), clock=Clock(NOW), machine=machine)
    app = FrontdeskApp(Start(config=Config(database=str(demo), **config), machine=machine, open=opened))

    async def draw(_: Pilot[None]) -> None:
        await send(app, keys("t"), burst=False)
        await send(app, keys(typed), burst=False)
        await still(app, 4 * RAIL_REST)

    assert snap_compare(app, terminal_size=size, run_before=draw)
