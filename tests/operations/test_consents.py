"""What clients agree to before they ask: as it was worded then, kept once, told by history for ever."""

from __future__ import annotations

import pytest

from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice, ChangeSettings, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import ApplicantId, Entrance, applicant_actor, client_actor
from frontdesk.core.domain.consents import ConsentId, consent_id
from frontdesk.core.domain.errors import Refused, StoreUnusable
from frontdesk.core.domain.events.appointments import AppointmentBooked
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.objections import ConsentIsNeeded
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.requests import Applicant
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store import events
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.engine import Store
from frontdesk.core.store.values import Misshapen
from frontdesk.core.store.verify import chains
from tests.builders import PRACTICE, Clock, on
from tests.operations.mailing import a_client

TEXT = "We keep your name and phone for ten years."
PORTAL = f'[portal]\nenabled = true\nnew_clients = true\nconsent = "{TEXT}"\n'


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    desk.do(ApplyPractice(file=practice_file(PORTAL)))
    return desk


def wish(client: Client | Applicant, hour: int = 9, agreed_to: str = "") -> RequestAppointment:
    who = client if isinstance(client, Applicant) else client.id
    return RequestAppointment(
        service=ServiceId("review"), start=on(26, hour), client=who, agreed_to=ConsentId(agreed_to)
    )


def herself(desk: Desk, client: Client) -> Desk:
    return desk.acting(client_actor(client, Entrance.CODE))


def agreements(desk: Desk) -> list[str]:
    return [it.consent for it in desk.see(ShowHistory()) if it.consent]


def test_whoever_acts_for_themself_agrees_first_and_is_told_to_what(open_desk: Desk) -> None:
    clara = a_client(open_desk)
    with pytest.raises(Refused) as refused:
        herself(open_desk, clara).do(wish(clara))
    assert refused.value.objections == (ConsentIsNeeded(TEXT),)

    herself(open_desk, clara).do(wish(clara, agreed_to=consent_id(TEXT)))
    assert agreements(open_desk) == [TEXT]


def test_who_agreed_to_an_older_wording_is_asked_again(open_desk: Desk) -> None:
    clara = a_client(open_desk)
    seen = open_desk.see(ShowSetup()).revision
    open_desk.do(ChangeSettings(seen=seen, values={"portal.consent": "For five years."}))

    with pytest.raises(Refused) as refused:
        herself(open_desk, clara).do(wish(clara, agreed_to=consent_id(TEXT)))

    assert refused.value.objections == (ConsentIsNeeded("For five years."),)


def test_history_says_what_was_agreed_to_though_the_text_is_another_one_now(open_desk: Desk) -> None:
    clara = a_client(open_desk)
    herself(open_desk, clara).do(wish(clara, 9, consent_id(TEXT)))
    herself(open_desk, clara).do(wish(clara, 11, consent_id(TEXT)))
    seen = open_desk.see(ShowSetup()).revision
    open_desk.do(ChangeSettings(seen=seen, values={"portal.consent": "For five years."}))
    herself(open_desk, clara).do(wish(clara, 14, consent_id("For five years.")))

    assert agreements(open_desk) == [TEXT, TEXT, "For five years."]
    with open_desk.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM consent").scalar_one() == 2


def test_an_applicant_who_is_booked_at_once_has_agreed_too(open_desk: Desk) -> None:
    open_desk.do(ApplyPractice(file=practice_file('[booking]\napproval = "auto"\n')))
    nora = open_desk.acting(applicant_actor(ApplicantId("x1"), "nora@example.org"))

    made = nora.do(wish(Applicant(name="Nora New"), agreed_to=consent_id(TEXT)))

    assert isinstance(made, AppointmentBooked) and made.consent == TEXT
    assert agreements(open_desk) == [TEXT]


def test_staff_who_write_for_a_client_are_not_asked(open_desk: Desk) -> None:
    made = open_desk.do(wish(a_client(open_desk)))

    assert isinstance(made, RequestMade) and made.consent == ""
    assert agreements(open_desk) == []


def test_a_practice_without_a_text_asks_nobody(desk: Desk) -> None:
    desk.do(ApplyPractice(file=practice_file("[portal]\nenabled = true\n")))
    clara = a_client(desk)

    herself(desk, clara).do(wish(clara))

    assert agreements(desk) == []


@pytest.mark.parametrize("sql", ["UPDATE consent SET text = 'sell it'", "DELETE FROM consent"])
def test_what_was_agreed_to_is_kept_for_ever_and_another_text_is_damage(empty_url: str, sql: str) -> None:
    open_desk = Desk(Store(empty_url, create=True), clock=Clock())
    open_desk.do(ApplyPractice(file=practice_file(PRACTICE)))
    open_desk.do(ApplyPractice(file=practice_file(PORTAL)))
    clara = a_client(open_desk)
    made = herself(open_desk, clara).do(wish(clara, agreed_to=consent_id(TEXT)))
    with pytest.raises(Exception, match=r"for_ever|consent_is|frontdesk"), open_desk.store.writing() as connection:
        connection.execute(sql)

    with open_desk.store.writing() as connection:
        for trigger in triggers_of(connection, "consent"):
            connection.execute(f"DROP TRIGGER {trigger}" + ("" if open_desk.store.path else " ON consent"))
        connection.execute(sql)
        assert [it.row for it in chains.damage(connection, None)] == [str(made.id)]
        with pytest.raises(Misshapen):
            events.require_readable(connection)
    with pytest.raises(StoreUnusable):
        open_desk.see(ShowHistory())
    open_desk.close()


def triggers_of(connection: Connection, table: str) -> list[str]:
    if connection.is_sqlite:
        found = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
    else:
        found = f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
    return list(connection.execute(found).scalars())
