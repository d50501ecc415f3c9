"""Everything the system can do, by who does it."""

from __future__ import annotations

from frontdesk.core.queries.table import Table

OPERATIONS = Table(
    "frontdesk.core.operations",
    "OPERATIONS",
    {
        "clients": ("clients", "erasing"),
        "history": ("undo",),
        "mails": ("mails", "queue"),
        "requests": ("requests", "decisions", "holds"),
    },
)
