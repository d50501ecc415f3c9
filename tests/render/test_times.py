"""How times are written."""

from __future__ import annotations

from babel import Locale, localedata

from frontdesk.core.render import clocks


def test_by_which_clock_people_read_is_what_cldr_says() -> None:
    known = {it for it in localedata.locale_identifiers() if "_" in it}
    twelve = {it for it in known if "a" in Locale.parse(it).time_formats["short"].pattern}
    assert twelve == clocks.TWELVE_HOURS
    assert known - twelve == clocks.TWENTY_FOUR_HOURS
