"""A voice to speak with: the practice of the tests, on their Monday."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.render.words.voice import Voice
from tests.builders import MON_8, open_test_desk


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    desk = open_test_desk(tmp_path_factory.mktemp("voice") / "practice.db")
    setup = desk.see(ShowSetup())
    desk.close()
    return Voice(setup, MON_8.date())
