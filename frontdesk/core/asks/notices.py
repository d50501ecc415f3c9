"""Asks and questions about what somebody is to be told, and what waits for somebody."""

from __future__ import annotations

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.notices import NoticeId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.views import BellLine, Glance


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNotices(Question[tuple[BellLine, ...]]):
    """The bell: what the actor is to be told, the newest first."""

    needs = Permission.SEE_CALENDAR
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(Ask[None]):
    """These notices, or all there are, are known to the actor. Records nothing."""

    needs = Permission.SEE_CALENDAR
    notices: tuple[NoticeId, ...] = ()
    """None named: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGlance(Question[Glance]):
    """What every screen's header shows: requests that wait, who is late, what is unread, the work list."""

    needs = Permission.SEE_CALENDAR
