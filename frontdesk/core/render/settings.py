"""The page of all settings, from their table: `docs/settings.md` is what this writes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from frontdesk.core.domain.machine_settings import ROWS
from frontdesk.core.domain.permissions import roles_with
from frontdesk.core.domain.settings import CHOSEN_ONCE, ENTRIES, Form, Setting
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _

HEAD = (
    later("Every key of a practice file, with what holds where nobody chose."),
    later("`frontdesk practice set KEY=VALUE` chooses one, `frontdesk practice apply FILE` many."),
    later("A key of a part that is not built yet is kept, and does nothing."),
)


MACHINE_HEAD = (
    later("What a machine is told, in `config.toml` of the user's config folder or the file that `--config` names."),
    later("Each key but those of `[keys]` has a variable that wins: `smtp.host` is `FRONTDESK_SMTP_HOST`."),
)


def settings_page() -> str:
    """Markdown: a table of keys for each table of the file."""
    machine = [_("The config file of a machine"), *(_(it) for it in MACHINE_HEAD)]
    page = ["# " + _("Settings"), "", *(_(it) for it in HEAD), "", *_tables()]
    return "\n".join([*page, "# " + machine[0], "", *machine[1:], "", *_machine_tables()]) + "\n"


def _tables() -> Iterator[str]:
    for table in dict.fromkeys(row.table for row in (*CHOSEN_ONCE, *ENTRIES)):
        rows = [row for row in (*CHOSEN_ONCE, *ENTRIES) if row.table == table]
        listed = rows[0] not in CHOSEN_ONCE and not table.endswith(".policy")
        yield f"## `[[{table}]]`" if listed else f"## `[{table}]`"
        yield ""
        heads = (_("key"), _("what it is"), _("how it is written"), _("begins as"), _("changed by"), _("touches"))
        yield f"| {' | '.join(heads)} |"
        yield "|---" * len(heads) + "|"
        yield from (f"| {' | '.join(_cells(row))} |" for row in rows)
        yield ""


def _machine_tables() -> Iterator[str]:
    heads = (_("key"), _("what it is"), _("how it is written"), _("begins as"))
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in ROWS:
        _key, what, written, begins, _who, _touches = _cells(row)
        yield f"| `{row.path}` | {what} | {written} | {begins} |"


def _cells(row: Setting) -> tuple[str, ...]:
    what = f"**{_(row.label)}.** {_(row.help)}"
    if row.part is not None:
        what += " *" + _("Does nothing yet: {part}.").format(part=_(row.part.value)) + "*"
    touches = ", ".join(_(it.value) for it in row.touches)
    who = ", ".join(role.value for role in roles_with(row.who))
    return f"`{row.key}`", what, _written(row), _begins(row), who, touches


def _written(row: Setting) -> str:
    told = _(row.form.value)
    if row.choices:
        told += ": " + ", ".join(f"`{it}`" for it in row.choices)
    if row.low is not None and row.high is not None:
        told += f", {row.low}–{row.high}"
    return f"{told} {_(row.unit.value)}" if row.unit is not None else told


def _begins(row: Setting) -> str:
    if row.required:
        return _("required")
    return "–" if row.default in (None, "", [], {}) or row.form is Form.TABLE else f"`{json.dumps(row.default)}`"
