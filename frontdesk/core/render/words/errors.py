"""What went wrong, and what to do about it."""

from __future__ import annotations

from frontdesk.core.domain import errors
from frontdesk.core.domain.errors import DeskError, Problem, StoreProblem
from frontdesk.core.domain.kinds import ref_of
from frontdesk.core.domain.people import Role
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.labels import KIND_WORDS, OPERATION_WORDS
from frontdesk.core.render.words.objections import joined, objection_words
from frontdesk.core.render.words.troubles import cure_words, trouble_words
from frontdesk.core.render.words.voice import Voice


def error_words(voice: Voice, error: DeskError) -> str:
    """What went wrong, with whom where several were asked for, and what to do about it."""
    return f"{error.about.client_name}: {_error(voice, error)}" if error.about is not None else _error(voice, error)


def _error(voice: Voice, error: DeskError) -> str:
    match error:
        case errors.Refused(objections):
            return joined(objection_words(voice, it) for it in objections)
        case errors.SlotTaken(conflicts, nearest):
            text = joined(objection_words(voice, it) for it in conflicts) or _("somebody else has just taken it")
            if nearest:
                near = "; ".join(voice.offer(offer) for offer in nearest)
                text += ". " + _("Free near it: {offers}").format(offers=near)
            return text
        case errors.Stale():
            return _stale(voice, error)
        case _:
            return plain_error(error)


def _stale(voice: Voice, error: errors.Stale) -> str:
    """Who changed what meanwhile."""
    parts = [*change_words(voice, error.change)][1:] if error.change is not None else []
    return _("{who} {did} {name} at {time}{what}; look at it and try again").format(
        who=error.by or _("somebody"),
        did=_(OPERATION_WORDS.get(error.operation, "changed")),
        name=error.name or error.reference,
        time=voice.time(error.at),
        what=f" ({', '.join(parts)})" if parts else "",
    )


def plain_error(error: DeskError) -> str:
    """The errors that need no practice to be told."""
    match error:
        case errors.BadInput():
            return _bad_input(error)
        case errors.NotFound(kind, reference):
            ref = ref_of(kind, reference) if reference.isdigit() else reference
            return _("there is no {kind} {ref}").format(kind=_(KIND_WORDS.get(kind, kind)), ref=ref)
        case errors.NotAllowed():
            return _not_allowed(error)
        case errors.Busy():
            return _("others were writing the whole time; nothing was saved, try again")
        case errors.StoreUnusable():
            return _store(error)
        case errors.MailRefused():
            return _mail_refused(error)
        case errors.Refused(objections):
            return "; ".join(it.code for it in objections)
        case errors.SlotTaken():
            return _("somebody else has that time")
        case errors.Stale(_kind, reference, by):
            return _("{who} changed {ref}; look at it and try again").format(who=by, ref=reference)
        case _:
            return _("that did not work")


def _not_allowed(error: errors.NotAllowed) -> str:
    """Who may not do what, and whom to ask instead."""
    if error.is_gone:
        gone = _("{who} is not here any more, and can do nothing; an admin can take them back")
        return gone.format(who=error.actor)
    told = _("{who} may not do this ({permission})").format(
        who=error.actor, permission=_(PERMISSION_WORDS.get(error.permission, error.permission))
    )
    if not error.roles:
        return told
    roles = _(" or ").join(_(ROLE_WORDS[role]) for role in error.roles)
    return told + "; " + _("ask: {roles}").format(roles=roles)


def _mail_refused(error: errors.MailRefused) -> str:
    """What the server said, and what usually helps."""
    if error.trouble is None:
        return _("mail to {address} did not leave: nobody delivered it in time").format(address=error.address)
    why = trouble_words(error.trouble)
    told = _("mail to {address} did not leave: {why}").format(address=error.address, why=why)
    return ". ".join(filter(None, (told, cure_words(error.trouble))))


ROLE_WORDS: dict[Role, str] = {
    Role.ADMIN: later("admin"),
    Role.MANAGER: later("manager"),
    Role.PRACTITIONER: later("practitioner"),
    Role.RECEPTIONIST: later("receptionist"),
    Role.VIEWER: later("viewer"),
}

PERMISSION_WORDS: dict[str, str] = {
    "see_calendar": later("see the calendar"),
    "see_clients": later("see clients"),
    "change_appointments": later("change appointments"),
    "change_clients": later("change clients"),
    "override_rules": later("override rules"),
    "decide_requests": later("decide requests"),
    "change_time_off": later("change time off"),
    "change_settings": later("change settings"),
    "manage_staff": later("manage staff"),
    "move_data": later("import and export"),
    "deliver_mails": later("deliver mails"),
    "keep_time": later("write down what ended"),
    "sign_in": later("sign clients in"),
    "request": later("ask for appointments"),
    "answer": later("answer for a request"),
    "reschedule": later("move appointments as clients do"),
    "cancel": later("cancel as clients do"),
    "write": later("write as clients do"),
}

_PROBLEM_WORDS: dict[Problem, str] = {
    Problem.MISSING: later("{field} is missing"),
    Problem.UNKNOWN: later("{field}: there is no “{value}”"),
    Problem.AMBIGUOUS: later("{field}: “{value}” could be several"),
    Problem.NOT_A_TIME: later("{field}: “{value}” is no date and time, such as 2026-11-24T15:30"),
    Problem.NOT_A_DATE: later("{field}: “{value}” is no date, such as 2026-11-24"),
    Problem.NOT_A_ZONE: later("{field}: “{value}” is no time zone, such as Europe/Berlin"),
    Problem.NOT_A_LOCALE: later("{field}: “{value}” is no language, such as en or de_AT"),
    Problem.NOT_A_COUNTRY: later("{field}: “{value}” is no country by its two letters, such as AT"),
    Problem.NOT_A_CURRENCY: later("{field}: “{value}” is no currency by its three letters, such as EUR"),
    Problem.NOT_A_NUMBER: later("{field}: “{value}” is no whole number"),
    Problem.NOT_AN_AMOUNT: later("{field}: “{value}” is no amount (25.00) or percentage (50%)"),
    Problem.NOT_AN_EMAIL: later("{field}: “{value}” is no e-mail address"),
    Problem.NOT_A_PHONE: later("{field}: “{value}” is no phone number"),
    Problem.NOT_A_CHOICE: later("{field}: “{value}” is none of the choices"),
    Problem.OUT_OF_RANGE: later("{field}: {value} is out of range"),
    Problem.ENDS_BEFORE_IT_STARTS: later("{field}: it ends before it starts"),
    Problem.OVERLAPS: later("{field}: {value} overlaps another range"),
    Problem.TWICE: later("{field}: “{value}” stands there twice"),
    Problem.NOT_READABLE: later("{field}: {value} cannot be read"),
    Problem.NOT_WRITABLE: later("{field}: {value} cannot be written; nothing was done"),
    Problem.NOT_A_FILE: later("{field}: there is no file {value}"),
    Problem.EXISTS_ALREADY: later("{field}: {value} exists already"),
    Problem.EXCLUDES_ANOTHER: later("{field} cannot be given with {value}"),
}

_STORE_WORDS: dict[StoreProblem, str] = {
    StoreProblem.MISSING: later("there is no database at {where}; make one with: frontdesk init"),
    StoreProblem.NO_FOLDER: later(
        "the folder for {where} does not exist; make a practice there with: frontdesk init"
    ),
    StoreProblem.NOT_A_DATABASE: later("{where} is not a frontdesk database; choose another with --db"),
    StoreProblem.EMPTY: later("the database {where} has no practice yet; make one with: frontdesk init"),
    StoreProblem.UNREADABLE: later("{where} may not be read by this user; check its rights"),
    StoreProblem.READ_ONLY: later("the database {where} cannot be written to; nothing was saved; check its rights"),
    StoreProblem.FULL: later("the disk of {where} is full; nothing was saved; make room and try again"),
    StoreProblem.DISK_FAULT: later("the disk of {where} failed; nothing was saved; look after the disk"),
    StoreProblem.NEWER: later("the database {where} is of a newer frontdesk; update this program"),
    StoreProblem.OLDER: later(
        "the database {where} is of an older frontdesk; bring it to this one, with a copy, by: frontdesk upgrade"
    ),
    StoreProblem.DAMAGED: later("the database {where} is damaged; restore a backup"),
    StoreProblem.MISSHAPEN: later(
        "the database {where} keeps something this program cannot read ({detail});"
        " nothing was changed; update this program, or restore a backup"
    ),
    StoreProblem.NETWORK_DISK: later("{where} lies on a network disk, where SQLite loses data; use PostgreSQL"),
    StoreProblem.UNREACHABLE: later(
        "the database {where} cannot be reached; check that it runs, the address, its name, user and password"
    ),
    StoreProblem.NO_SEAL_KEY: later(
        "the sealing key {where} is missing; copy it from the machine where the practice was made;"
        " if there never was one, run: frontdesk practice apply"
    ),
    StoreProblem.WRONG_SEAL_KEY: later(
        "the sealing key {where} is not the one of this database; copy it from the machine where it was made"
    ),
    StoreProblem.REPLACED: later(
        "the database {where} was replaced while frontdesk was running; nothing was saved; close it and open it again"
    ),
    StoreProblem.REMOVED: later(
        "the database {where} was moved away or removed while frontdesk was running; nothing was saved;"
        " put it back, close frontdesk and open it again"
    ),
    StoreProblem.RESTORED: later(
        "the database {where} goes on from a copy since just now: what you see is what is there;"
        " what you were about to save was not saved"
    ),
    StoreProblem.STRAY_WAL: later(
        "{where} was put where another database was open: what lies beside it with -wal belongs to that one;"
        " close every frontdesk, and put a copy in its place by: frontdesk restore"
    ),
    StoreProblem.NOT_A_DRILL: later(
        "{where} is a real practice, and under --now it is only read; nothing was saved;"
        " a practice for drills is made by: frontdesk demo --keep FILE"
    ),
    StoreProblem.CLOCK_IS_BACK: later(
        "the clock says {where} (UTC), but the newest event is of {detail}; nothing was saved;"
        " set this machine's clock right"
    ),
    StoreProblem.UNCERTAIN: later(
        "the server of {where} did not answer: this may or may not be saved; look before you try again"
    ),
    StoreProblem.NOT_COPIED: later("no copy could be made at {where} ({detail}); nothing was changed"),
    StoreProblem.BAD_BACKUP: later("the copy {where} cannot be used: {detail}"),
    StoreProblem.NOT_RESTORED: later("nothing was restored, {where} is as it was: {detail}"),
    StoreProblem.EXISTS: later("there is a practice at {where} already; choose another place with --db"),
}


def in_few_words(problem: StoreProblem) -> str:
    """Why nothing can be saved, for a header."""
    match problem:
        case StoreProblem.REPLACED:
            return _("database replaced")
        case StoreProblem.REMOVED:
            return _("database removed")
        case _:
            return _("no database")


def _bad_input(error: errors.BadInput) -> str:
    text = _(_PROBLEM_WORDS[error.problem]).format(field=error.field, value=error.value)
    if error.line is not None:
        text = _("line {n}: {text}").format(n=error.line, text=text)
    return f"{text} ({_hint(error.hint)})" if error.hint else text


def _hint(hint: str | errors.Hint) -> str:
    if isinstance(hint, errors.Hint):
        return _(hint.text).format(**hint.values)
    return _(hint)


def _store(error: errors.StoreUnusable) -> str:
    detail = _hint(error.detail) if error.detail else ""
    return _(_STORE_WORDS[error.problem]).format(where=error.where, detail=detail)
