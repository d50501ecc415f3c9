"""Who acts is told by kind and id: names change, names are shared, and decide nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from frontdesk.core.asks.appointments import (
    CancelAppointment,
    CancelAsClient,
    EditAppointment,
    ListPickedUp,
    PickUpAppointment,
    ShowAppointment,
)
from frontdesk.core.asks.clients import AddClient, EditClient, FindClients, MergeClients, NewClient, ShowClient
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.mails import WriteAsClient, WriteMessage
from frontdesk.core.asks.requests import (
    ApproveRequest,
    EditRequest,
    OfferedTime,
    OfferTimes,
    RequestAppointment,
    RequestRescheduling,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import (
    DESK,
    ActorId,
    ActorKind,
    ApplicantId,
    Entrance,
    applicant_actor,
    client_actor,
    staff_actor,
)
from frontdesk.core.domain.appointments import Side
from frontdesk.core.domain.errors import NotAllowed, NotFound, Refused, Stale
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.objections import (
    CannotBeUndone,
    KnownAlready,
    LastAdmin,
    NothingToUndo,
    TooManyPending,
)
from frontdesk.core.domain.people import Client, ClientId, ClientKind, Contact, Role, StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.requests import Applicant
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.errors import error_words, plain_error
from frontdesk.core.render.words.history import who_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import as_staff, booked, on

ADMIN = '[[staff]]\nid = "ada"\nname = "Ada Admin"\nroles = ["admin"]\n'
MANAGER = '[[staff]]\nid = "mo"\nname = "Mo Manager"\nroles = ["manager"]\n'
OPEN_PORTAL = "[portal]\nenabled = true\nnew_clients = true\n"
REVIEW = ServiceId("review")


def apply(desk: Desk, text_: str) -> None:
    desk.do(ApplyPractice(file=practice_file(text_)))


def as_client(desk: Desk, client: Client, entrance: Entrance = Entrance.CODE) -> Desk:
    if not desk.see(ShowSetup()).practice.portal.enabled:
        apply(desk, "[portal]\nenabled = true\n")
    return desk.acting(client_actor(client, entrance))


def last(desk: Desk) -> HistoryLine:
    return desk.see(ShowHistory())[-1]


def asked(desk: Desk, start: datetime, client: ClientId | Applicant) -> RequestMade:
    made = desk.do(RequestAppointment(service=REVIEW, start=start, client=client))
    assert isinstance(made, RequestMade)
    return made


# ---- staff


def test_a_renamed_practitioner_keeps_her_clients_her_undo_and_her_read_marks(desk: Desk) -> None:
    ann = as_staff(desk, "ann")
    made = ann.do(AddClient(client=NewClient(name="Clara Client"))).client
    ann.do(PickUpAppointment(appointment=booked(desk, on(24, 9)).appointment.id))

    apply(desk, '[[staff]]\nid = "ann"\nname = "Ann Archer-Cole"\n')
    renamed = as_staff(desk, "ann")

    assert renamed.actor.name == "Ann Archer-Cole"
    assert renamed.see(ShowClient(client=made.id)).client.name == "Clara Client"
    assert len(renamed.see(ListPickedUp())) == 1
    assert renamed.do(Undo()).of_operation == "add_client"


def test_a_second_person_of_the_same_name_gets_nothing_of_the_first(desk: Desk) -> None:
    apply(desk, '[[staff]]\nid = "ann-2"\nname = "Ann Archer"\nroles = ["practitioner"]\nservices = ["review"]\n')
    first, second = as_staff(desk, "ann"), as_staff(desk, "ann-2")
    theirs = first.do(AddClient(client=NewClient(name="Clara Client"))).client

    assert second.see(FindClients(text="clara")) == ()
    with pytest.raises(NotAllowed):
        second.see(ShowClient(client=theirs.id))
    with pytest.raises(Refused) as refused:
        second.do(Undo())
    assert refused.value.objections == (NothingToUndo(),)
    assert second.see(ShowHistory()) == ()


def test_somebody_called_desk_or_system_sees_and_undoes_only_their_own(desk: Desk) -> None:
    for id_ in ("desk", "system"):
        apply(desk, f'[[staff]]\nid = "{id_}"\nname = "{id_}"\nroles = ["practitioner"]\nservices = ["massage"]\n')
    desk.do(AddClient(client=NewClient(name="Clara Client")))

    for id_ in ("desk", "system"):
        odd = as_staff(desk, id_)
        assert odd.see(ShowHistory()) == ()
        with pytest.raises(Refused):
            odd.do(Undo())


def test_an_archived_person_can_do_nothing_in_a_terminal_that_is_still_open(desk: Desk) -> None:
    rita = as_staff(desk, "rita")
    booked(rita, on(24, 9))

    apply(desk, '[[staff]]\nid = "rita"\nname = "Rita Reception"\narchived = true\n')

    for act in (lambda: booked(rita, on(24, 10)), lambda: rita.see(ShowHistory()), lambda: rita.do(Undo())):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.is_gone
    assert plain_error(refused.value) == (
        "Rita Reception is not here any more, and can do nothing; an admin can take them back"
    )


def test_a_role_that_was_taken_away_counts_at_once(desk: Desk) -> None:
    apply(desk, MANAGER)
    mo = as_staff(desk, "mo")
    apply(mo, "[booking]\nhorizon = 90\n")

    apply(desk, '[[staff]]\nid = "mo"\nname = "Mo Manager"\nroles = ["viewer"]\n')

    with pytest.raises(NotAllowed):
        apply(mo, "[booking]\nhorizon = 91\n")


@pytest.mark.parametrize("change", ("archived = true", 'roles = ["manager"]'))
def test_the_last_admin_stays(desk: Desk, change: str) -> None:
    apply(desk, ADMIN)

    with pytest.raises(Refused) as refused:
        apply(desk, f'[[staff]]\nid = "ada"\nname = "Ada Admin"\n{change}\n')

    assert refused.value.objections == (LastAdmin("Ada Admin"),)
    assert desk.see(ShowSetup()).staff[StaffId("ada")].roles == (Role.ADMIN,)


def test_an_admin_beside_another_may_go(desk: Desk) -> None:
    apply(desk, ADMIN + ADMIN.replace("ada", "eve").replace("Ada", "Eve"))

    apply(desk, '[[staff]]\nid = "ada"\nname = "Ada Admin"\narchived = true\n')

    with pytest.raises(Refused):
        apply(desk, '[[staff]]\nid = "eve"\nname = "Eve Admin"\narchived = true\n')


@pytest.mark.parametrize(
    "change",
    (
        '[[staff]]\nid = "ada"\nname = "Ada Admin"\narchived = true\n',
        '[[staff]]\nid = "ann"\nname = "Another"\n',
        '[[staff]]\nid = "mo"\nname = "Mo Manager"\nroles = ["admin"]\n',
        '[[staff]]\nid = "new"\nname = "New Person"\n',
    ),
)
def test_only_an_admin_changes_who_works_here(desk: Desk, change: str) -> None:
    apply(desk, ADMIN + MANAGER)

    with pytest.raises(NotAllowed) as refused:
        apply(as_staff(desk, "mo"), change)

    assert refused.value.roles == (Role.ADMIN,)
    assert plain_error(refused.value) == "Mo Manager may not do this (manage staff); ask: admin"


def test_a_manager_changes_hours_and_services_of_others(desk: Desk) -> None:
    apply(desk, MANAGER)

    apply(as_staff(desk, "mo"), '[[staff]]\nid = "bob"\nname = "Bob Brown"\nservices = ["review"]\n')

    assert desk.see(ShowSetup()).staff[StaffId("bob")].services == ("review",)


@pytest.mark.covers("2-05")
def test_a_refusal_names_the_roles_that_may(desk: Desk) -> None:
    with pytest.raises(NotAllowed) as refused:
        apply(as_staff(desk, "rita"), OPEN_PORTAL)

    assert refused.value.roles == (Role.ADMIN, Role.MANAGER)
    assert plain_error(refused.value) == ("Rita Reception may not do this (change settings); ask: admin or manager")


def test_undoing_what_only_an_admin_may_change_wants_an_admin(desk: Desk) -> None:
    apply(desk, ADMIN + MANAGER)
    changed = as_staff(desk, "ada")
    apply(changed, '[[staff]]\nid = "ann"\nname = "Ann Renamed"\n')
    event = last(desk).id

    with pytest.raises(NotAllowed):
        as_staff(desk, "mo").do(Undo(event=event))
    as_staff(desk, "ada").do(Undo(event=event))

    assert desk.see(ShowSetup()).staff[StaffId("ann")].name == "Ann Archer"


def test_history_keeps_the_name_that_was_shown_and_the_row_only_the_id(desk: Desk) -> None:
    booked(as_staff(desk, "ann"), on(24, 9))
    apply(desk, '[[staff]]\nid = "ann"\nname = "Ann Archer-Cole"\n')

    line = desk.see(ShowHistory())[-2]

    assert (line.who, line.actor_name) == (ActorId(ActorKind.STAFF, "ann"), "Ann Archer")
    with desk.store.reading() as connection:
        row = connection.execute(f"SELECT * FROM event WHERE id = {line.id}").one()
    assert (row.actor_kind, row.actor) == ("staff", "ann")
    assert "Archer" not in " ".join(str(value) for value in row)


def test_the_access_log_holds_the_id(desk: Desk) -> None:
    client = booked(desk, on(24, 9)).client
    as_staff(desk, "rita").see(ShowClient(client=client.id))

    with desk.store.reading() as connection:
        logged = connection.execute("SELECT actor_kind, actor, client_id FROM access_log").all()

    assert [tuple(it) for it in logged] == [("staff", "rita", client.id)]


# ---- clients


def test_a_client_cancels_their_own_and_history_says_the_client_did(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    clara = as_client(desk, made.client, Entrance.LINK)

    clara.do(CancelAsClient(appointment=made.appointment.id, seen=None, text="ill"))

    line = last(desk)
    assert (line.who, line.actor_name) == (ActorId(ActorKind.CLIENT, str(made.client.id)), "Clara Client")
    assert (line.on_behalf_of, line.by) == (None, Side.CLIENT)
    assert who_words(Voice(desk.see(ShowSetup())), line) == "Clara Client"


def test_what_a_client_did_is_not_taken_back_for_them(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    as_client(desk, made.client).do(CancelAsClient(appointment=made.appointment.id, seen=None))

    with pytest.raises(Refused) as refused:
        desk.do(Undo(event=last(desk).id))

    assert refused.value.objections == (CannotBeUndone("cancel"),)


def test_staff_who_write_for_a_client_are_the_actor_and_undo_it(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    rita = as_staff(desk, "rita")
    rita.do(CancelAsClient(appointment=made.appointment.id, seen=None))

    line = last(desk)
    assert (line.who, line.on_behalf_of) == (ActorId(ActorKind.STAFF, "rita"), made.client.id)
    assert who_words(Voice(desk.see(ShowSetup())), line) == "Rita Reception for Clara Client"
    assert rita.do(Undo()).of_operation == "cancel"


def test_a_cancel_by_the_practice_is_for_nobody(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    desk.do(CancelAppointment(appointment=made.appointment.id, seen=None, reason=ReasonId("staff_ill")))

    assert (last(desk).on_behalf_of, who_words(Voice(desk.see(ShowSetup())), last(desk))) == (None, "desk")


def test_a_client_touches_nothing_of_another(desk: Desk) -> None:
    mine, other = booked(desk, on(25, 9)), booked(desk, on(25, 10), client="Otto Other")
    request = asked(desk, on(25, 11), other.client.id).request
    clara = as_client(desk, mine.client)
    theirs = other.appointment.id

    for ask in (
        CancelAsClient(appointment=theirs, seen=None),
        RequestRescheduling(appointment=theirs, start=on(26, 9)),
        RequestAppointment(service=REVIEW, start=on(26, 9), client=other.client.id),
        RequestAppointment(service=REVIEW, start=on(26, 9), client=Applicant(name="Nora New")),
        EditRequest(request=request.id, description="mine now"),
        WithdrawRequest(request=request.id),
        WriteAsClient(client=other.client.id, text="hello"),
    ):
        with pytest.raises((NotAllowed, NotFound)) as refused:
            clara.do(ask)
        assert "Otto" not in plain_error(refused.value)


def test_a_client_has_none_of_the_powers_of_staff(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    clara = as_client(desk, made.client)

    for ask in (
        EditAppointment(appointment=made.appointment.id, seen=None, internal_note="x"),
        CancelAppointment(appointment=made.appointment.id, seen=None, reason=ReasonId("other"), text="x"),
        EditClient(client=made.client.id, seen=None, name="x"),
        Undo(event=EventId(1)),
    ):
        with pytest.raises(NotAllowed):
            clara.do(ask)
    for question in (ShowHistory(), ShowSetup(), FindClients(text="cl")):
        with pytest.raises(NotAllowed):
            clara.see(question)


def test_the_portal_says_what_clients_may_and_binds_no_staff(desk: Desk) -> None:
    apply(desk, '[portal]\nenabled = true\nmay = ["request"]\n')
    made = booked(desk, on(25, 9))
    clara = as_client(desk, made.client)
    cancel = CancelAsClient(appointment=made.appointment.id, seen=None)

    with pytest.raises(NotAllowed) as refused:
        clara.do(cancel)
    assert Role.RECEPTIONIST in refused.value.roles
    with pytest.raises(NotAllowed):
        clara.do(RequestRescheduling(appointment=made.appointment.id, start=on(26, 9)))
    with pytest.raises(NotAllowed):
        clara.do(WriteAsClient(client=made.client.id, text="hello"))
    asked(clara, on(26, 9), made.client.id)

    as_staff(desk, "rita").do(cancel)


def test_a_request_can_be_withdrawn_although_no_more_may_be_asked(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    clara = as_client(desk, made.client)
    request = asked(clara, on(26, 9), made.client.id).request
    apply(desk, "[portal]\nmay = []\n")

    with pytest.raises(NotAllowed):
        clara.do(EditRequest(request=request.id, start=on(26, 10)))
    clara.do(EditRequest(request=request.id, description="in the morning"))
    clara.do(WithdrawRequest(request=request.id))

    assert last(desk).operation == "withdraw"


def test_a_client_whose_record_was_merged_is_the_one_it_became(desk: Desk) -> None:
    kept, dropped = booked(desk, on(25, 9)), booked(desk, on(25, 10), client="C. Client")
    desk.do(MergeClients(keep=kept.client.id, drop=dropped.client.id))

    as_client(desk, dropped.client).do(CancelAsClient(appointment=dropped.appointment.id, seen=None))

    assert last(desk).who == ActorId(ActorKind.CLIENT, str(kept.client.id))


def test_a_contact_who_speaks_for_a_company_no_more_can_do_nothing(desk: Desk) -> None:
    firm = desk.do(
        AddClient(
            client=NewClient(
                name="Kessler Ltd",
                kind=ClientKind.COMPANY,
                contacts=(Contact(name="Ina Kessler", email="ina@example.org"), Contact(name="Bo Kessler")),
            )
        )
    ).client
    ina, bo = firm.contacts
    made = booked(desk, on(25, 9), client=firm.id)
    apply(desk, OPEN_PORTAL)
    speaking = desk.acting(client_actor(firm, Entrance.CODE, ina.id))
    asked(speaking, on(26, 9), firm.id)
    assert last(desk).actor_name == "Ina Kessler"

    desk.do(EditClient(client=firm.id, seen=None, contacts=(replace(bo, phone="020 7946 0001"),)))

    with pytest.raises(NotAllowed) as refused:
        speaking.do(CancelAsClient(appointment=made.appointment.id, seen=None))
    assert refused.value.is_gone


def test_contacts_keep_their_ids_and_give_them_to_nobody(desk: Desk) -> None:
    firm = desk.do(AddClient(client=NewClient(name="Kessler Ltd", contacts=(Contact(name="Ina"),)))).client
    ina = firm.contacts[0]

    both = desk.do(EditClient(client=firm.id, seen=None, contacts=(Contact(name="Bo"), Contact(name="Ina")))).client
    assert [it.name for it in both.contacts] == ["Bo", "Ina"]
    assert both.contacts[1].id == ina.id

    desk.do(EditClient(client=firm.id, seen=None, contacts=()))
    new = desk.do(EditClient(client=firm.id, seen=None, contacts=(Contact(name="Eve"),))).client.contacts[0]
    assert new.id not in {"", ina.id, both.contacts[0].id}


# ---- applicants


def an_applicant(desk: Desk, id_: str = "x1") -> Desk:
    return desk.acting(applicant_actor(ApplicantId(id_), "nora@example.org"))


@pytest.mark.covers("2-06")
def test_new_clients_ask_only_where_the_practice_lets_them(desk: Desk) -> None:
    nora = Applicant(name="Nora New", email="nora@example.org")
    with pytest.raises(NotAllowed):
        asked(an_applicant(desk), on(26, 9), nora)
    asked(as_staff(desk, "rita"), on(26, 10), nora)  # staff who write it down are not bound

    apply(desk, OPEN_PORTAL)

    made = asked(an_applicant(desk), on(26, 9), nora)
    assert made.request.applicant is not None and made.request.applicant.id == "x1"


def test_who_an_applicant_is_comes_from_how_they_came_in_never_from_what_they_say(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL)
    claimed = Applicant(name="Nora New", email="other@example.org", id=ApplicantId("somebody else"))

    made = asked(an_applicant(desk), on(26, 9), claimed)

    assert made.request.applicant == Applicant(name="Nora New", email="nora@example.org", id=ApplicantId("x1"))


def test_an_applicant_sees_to_their_own_request_and_to_no_other(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL)
    nora, other = an_applicant(desk), an_applicant(desk, "x2")
    request = asked(nora, on(26, 9), Applicant(name="Nora New")).request

    for ask in (EditRequest(request=request.id, description="mine"), WithdrawRequest(request=request.id)):
        with pytest.raises(NotFound):
            other.do(ask)
    with pytest.raises(Refused) as refused:
        asked(nora, on(26, 10), Applicant(name="Nora New"))
    assert refused.value.objections == (TooManyPending(1),)
    nora.do(EditRequest(request=request.id, start=on(26, 10)))
    nora.do(WithdrawRequest(request=request.id))
    asked(nora, on(26, 11), Applicant(name="Nora New"))


def test_an_applicant_who_was_booked_at_once_is_a_client_from_then_on(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL + '[booking]\napproval = "auto"\n')
    nora = an_applicant(desk)
    asking = RequestAppointment(service=REVIEW, start=on(26, 9), client=Applicant(name="Nora New"))
    assert isinstance(nora.do(asking), AppointmentBooked)

    with pytest.raises(Refused) as refused:
        nora.do(replace(asking, start=on(26, 11)))

    assert refused.value.objections == (TooManyPending(1),)


def test_a_client_is_not_told_why_somebody_is_away(desk: Desk) -> None:
    made = booked(desk, on(24, 9))
    off = TakeTimeOff(staff=StaffId("ann"), start=on(25, 0), end=on(26, 0), reason="surgery")
    desk.do(off)
    asking = RequestAppointment(service=REVIEW, start=on(25, 9), client=made.client.id, practitioner=StaffId("ann"))

    with pytest.raises(Refused) as refused:
        as_client(desk, made.client).do(asking)
    with pytest.raises(Refused) as told:
        as_staff(desk, "rita").do(asking)

    voice = Voice(desk.see(ShowSetup()))
    assert "surgery" not in error_words(voice, refused.value)
    assert "surgery" in error_words(voice, told.value)


def test_what_is_the_teams_alone_is_answered_to_no_client(desk: Desk) -> None:
    secret = "owes us money"
    clara = desk.do(AddClient(client=NewClient(name="Clara Client", note=secret))).client
    apply(desk, "[portal]\nenabled = true\nnew_clients = true\n[policy]\nreschedule_needs_approval = false\n")
    first, second, third = (booked(desk, on(25, hour), client=clara.id).appointment for hour in (9, 11, 14))
    for it in (first, second, third):
        desk.do(EditAppointment(appointment=it.id, seen=None, internal_note=secret))
    herself = as_client(desk, clara)

    moved = herself.do(RequestRescheduling(appointment=first.id, start=on(26, 9)))
    apply(desk, "[policy]\nreschedule_needs_approval = true\n")
    answers = [
        moved,
        herself.do(RequestRescheduling(appointment=second.id, start=on(26, 11))),
        herself.do(CancelAsClient(appointment=third.id, seen=None)),
        herself.do(RequestAppointment(service=REVIEW, start=on(26, 15), client=clara.id)),
    ]

    assert isinstance(moved, AppointmentRescheduled)
    assert not [it for it in answers if secret in repr(it)]
    assert secret in repr(desk.see(ShowAppointment(appointment=first.id)))  # it is kept all the same


def test_the_portal_lets_nobody_in_while_it_is_off(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    clara = as_client(desk, made.client)
    apply(desk, "[portal]\nenabled = false\nnew_clients = true\n")

    with pytest.raises(NotAllowed):
        clara.do(CancelAsClient(appointment=made.appointment.id, seen=None))
    with pytest.raises(NotAllowed):
        asked(an_applicant(desk), on(26, 9), Applicant(name="Nora New"))


def test_a_client_whose_screen_is_old_learns_nothing_of_who_works_on_it(desk: Desk) -> None:
    made = booked(desk, on(25, 9))
    rita = as_staff(desk, "rita")
    rita.do(EditAppointment(appointment=made.appointment.id, seen=None, internal_note="owes money"))

    with pytest.raises(Stale) as refused:
        as_client(desk, made.client).do(
            CancelAsClient(appointment=made.appointment.id, seen=made.appointment.revision)
        )

    assert (refused.value.by, refused.value.name, refused.value.change) == ("", "", None)
    assert "money" not in error_words(Voice(desk.see(ShowSetup())), refused.value)


def test_a_message_is_taken_back_only_by_who_has_power_over_what_it_is_about(desk: Desk) -> None:
    mailed = desk.do(AddClient(client=NewClient(name="Clara Client", email="clara@example.org"))).client
    made = booked(desk, on(25, 9), practitioner="ann", client=mailed.id)
    apply(desk, '[[staff]]\nid = "bob"\nname = "Bob Brown"\nroles = ["practitioner"]\n')
    written = desk.do(WriteMessage(client=made.client.id, appointment=made.appointment.id, text="We run late"))

    for who in ("vic", "bob"):
        with pytest.raises(NotAllowed):
            as_staff(desk, who).do(Undo(event=written.id))


def test_undo_leaves_the_last_admin(desk: Desk) -> None:
    apply(desk, ADMIN)
    ada = as_staff(desk, "ada")
    apply(ada, ADMIN.replace("ada", "eve").replace("Ada", "Eve"))
    made = last(desk).id
    apply(ada, '[[staff]]\nid = "ada"\nname = "Ada Admin"\narchived = true\n')

    with pytest.raises(Refused) as refused:
        desk.do(Undo(event=made))

    assert refused.value.objections == (LastAdmin("Eve Admin"),)


def test_an_applicant_asks_for_no_client(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL)
    client = booked(desk, on(25, 9)).client

    with pytest.raises(NotFound):
        asked(an_applicant(desk), on(26, 9), client.id)


def test_what_an_applicant_asked_belongs_to_the_client_they_became(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL)
    request = asked(an_applicant(desk), on(26, 9), Applicant(name="Nora New")).request

    made = desk.do(ApproveRequest(request=request.id, seen=None, practitioner=StaffId("ann")))

    lines = desk.see(ShowHistory(client=made.client.id))
    assert [(it.operation, it.who) for it in lines] == [
        ("request", ActorId(ActorKind.APPLICANT, "x1")),
        ("approve", DESK.who),
    ]


def test_an_applicant_chooses_no_record_and_learns_of_none(desk: Desk) -> None:
    apply(desk, OPEN_PORTAL)
    known = desk.do(AddClient(client=NewClient(name="Nora Known", email="nora@example.org"))).client
    nora = an_applicant(desk)
    request = asked(nora, on(26, 9), Applicant(name="Nora New", email="nora@example.org")).request
    desk.do(OfferTimes(request=request.id, seen=None, times=(OfferedTime(start=on(26, 11)),)))

    for more in ({"client": known.id}, {"new_client": True}):
        with pytest.raises(NotAllowed):
            nora.do(TakeOffer(request=request.id, choice=1, **more))
    with pytest.raises(Refused) as refused:
        nora.do(TakeOffer(request=request.id, choice=1))

    assert refused.value.objections == (KnownAlready((), ()),)
    assert "Known" not in error_words(Voice(desk.see(ShowSetup())), refused.value)


def test_staff_actors_are_who_they_are_now(desk: Desk) -> None:
    person = desk.see(ShowSetup()).staff[StaffId("vic")]
    pretending = desk.acting(replace(staff_actor(person), roles=(Role.ADMIN,), name="Somebody"))

    with pytest.raises(NotAllowed) as refused:
        pretending.do(AddClient(client=NewClient(name="X")))

    assert refused.value.actor == "Vic Viewer"
