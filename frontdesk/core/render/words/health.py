"""What was found wrong with a database or its machine, and what to do about it."""

from __future__ import annotations

from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.health import Ailment, Finding
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice

AILMENT_WORDS: dict[Ailment, str] = {
    Ailment.DAMAGED: later("damage: {where}"),
    Ailment.NOT_WRITABLE: later(
        "{where} cannot be written to: nothing is saved; check its rights, and room on its disk"
    ),
    Ailment.NEWER: later("{where} is of a newer frontdesk: it is only read here; update this program"),
    Ailment.READ_BY_OTHERS: later("{where} may be read by others on this machine: chmod go= {where}"),
    Ailment.NO_KEY: later(
        "the sealing key {where} is missing: links in waiting mails cannot be opened; copy it back"
    ),
    Ailment.OTHER_KEY: later("the sealing key {where} is not this database's; copy back the one it was made with"),
    Ailment.NEVER_SEALED: later("there is no sealing key at {where}: mails leave without links until there is one"),
    Ailment.NOT_DELIVERED: later("nobody delivers mails: keep frontdesk deliver running ({since})"),
    Ailment.NOT_SWEPT: later("nobody writes down what has ended: run frontdesk sweep by a timer ({since})"),
    Ailment.NOT_COPIED: later("no copy was made lately: frontdesk backup ({since}) {where}"),
    Ailment.NOT_ELSEWHERE: later("no copy lies on another disk: frontdesk backup --to FOLDER ({since})"),
    Ailment.NOT_REHEARSED: later("no copy was put back on trial lately: frontdesk restore --rehearse ({since})"),
}

WRONG_WORDS: dict[Wrong, str] = {
    Wrong.UNREADABLE: later("cannot be read"),
    Wrong.REFERENCE: later("points at what is not there"),
    Wrong.GUARD_MISSING: later("this guard of the database is gone"),
    Wrong.GUARD_CHANGED: later("this guard of the database is not as it was made"),
    Wrong.CHANGED: later("was changed"),
    Wrong.MISSING: later("is gone"),
    Wrong.INSERTED: later("was put in by nobody on record"),
    Wrong.CUT_SHORT: later("the newest entries are gone"),
    Wrong.STAMPED_ANEW: later("was written anew"),
    Wrong.NOT_IN_COPY: later(
        "is not what the head says: if that is from before the restore, it came after the copy was made;"
        " if it is from after it, this was written anew"
    ),
    Wrong.CLAIM_MISSING: later("its time is not kept for it"),
    Wrong.CLAIM_STRAY: later("keeps a time for nothing"),
    Wrong.OVERLAP: later("two have one time"),
    Wrong.SUM: later("does not add up"),
}


def finding_words(voice: Voice, it: Finding) -> str:
    if it.damage is not None:
        return _(AILMENT_WORDS[it.ailment]).format(where=damage_words(it.damage))
    since = _("never") if it.since is None else _("last {when}").format(when=voice.moment(it.since))
    return _(AILMENT_WORDS[it.ailment]).format(where=it.where, since=since).strip()


def damage_words(it: Damage) -> str:
    named = " ".join(filter(None, (it.what, it.row)))
    return f"{named}: {_(WRONG_WORDS[it.wrong])}" + (f" ({it.detail})" if it.detail else "")
