"""Looking after the database itself."""

from __future__ import annotations

from datetime import UTC, datetime

from frontdesk.core.desk import system_clock
from frontdesk.core.store import migrate
from frontdesk.core.store.migrate import Upgraded

__all__ = ["Upgraded", "upgrade"]


def upgrade(url: str, folder: str = "") -> Upgraded:
    """Bring a database to this program's version: copied, migrated, checked, or left as it was.

    The copy lies beside a file, for PostgreSQL in the folder one is in, or in `folder`. Raises StoreUnusable.
    """
    now = datetime.fromtimestamp(system_clock(), UTC)
    return migrate.upgrade(url, f"{now:%Y%m%d-%H%M%S}", folder)
