"""Codes to sign in with: to whom they go, how long they live, and that nobody but their reader sees one."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date

import pytest

from frontdesk.core.asks.access import EnterAccessCode, SendAccessCode
from frontdesk.core.asks.mails import ListMails, ShowMail
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.asks.transfer import ShowEverything
from frontdesk.core.desk import Desk
from frontdesk.core.domain.access import CODE_LIFE, CODE_TRIES, code_as_typed
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.errors import BadInput, NotAllowed, StoreProblem, StoreUnusable
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.render import json as shapes
from frontdesk.core.render.words.voice import Voice
from tests.builders import Clock
from tests.operations.mailing import CLARA, Post, a_client, mailing, outbox


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def ask_for_code(post: Post, address: str = CLARA, browser: str = "b1") -> str:
    """The code that was mailed; empty where none was."""
    before = len(post.to(CLARA))
    assert post.desk.acting(SYSTEM).do(SendAccessCode(address=address, browser=browser)) is None
    post.go(after=0)
    new = post.to(CLARA)[before:]
    assert len(new) <= 1
    return next((line for line in new[0].text.splitlines() if line[4:5] == "-" and len(line) == 9), "") if new else ""


def enter(post: Post, code: str, address: str = CLARA, browser: str = "b1") -> tuple[ClientId, ...]:
    return post.desk.acting(SYSTEM).do(EnterAccessCode(address=address, browser=browser, code=code))


def test_a_code_leaves_at_once_and_works_once_as_people_type_it(post: Post) -> None:
    client = a_client(post.desk)
    code = ask_for_code(post)
    assert enter(post, code, browser="another") == ()
    assert enter(post, f" {code.lower().replace('-', ' ')} ", address="Clara@Client.example") == (client.id,)
    assert enter(post, code) == ()
    assert code_as_typed("o1-il") == "0111"


def test_everybody_who_shares_an_address_is_found(post: Post) -> None:
    both = (a_client(post.desk).id, a_client(post.desk, "Clara's son", CLARA).id)
    assert enter(post, ask_for_code(post)) == both


def test_a_code_dies_with_its_time_its_tries_and_its_successor(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    first = ask_for_code(post)
    second = ask_for_code(post)
    assert enter(post, first) == ()
    assert enter(post, second) == (client.id,)
    third = ask_for_code(post)
    for _ in range(CODE_TRIES):
        assert enter(post, "00000000") == ()
    assert enter(post, third) == ()
    clock.now += 3600
    fourth = ask_for_code(post)
    clock.now += CODE_LIFE
    assert enter(post, fourth) == ()


def test_a_stranger_who_asks_kills_no_code_and_is_told_nothing(post: Post) -> None:
    client = a_client(post.desk)
    code = ask_for_code(post)
    ask_for_code(post, browser="stranger")
    for _ in range(CODE_TRIES):
        assert enter(post, "00000000", browser="stranger") == ()
    assert enter(post, code) == (client.id,)
    assert ask_for_code(post, address="nobody@client.example") == "" and outbox(post.desk)[0].recipient == CLARA
    with pytest.raises(BadInput):
        ask_for_code(post, address="no address")
    with pytest.raises(NotAllowed):
        post.desk.do(SendAccessCode(address=CLARA, browser="b1"))  # nobody at the desk asks for others


def test_many_codes_to_one_address_are_slowed_down_and_never_refused(post: Post, clock: Clock) -> None:
    a_client(post.desk)
    for _ in range(3):
        assert ask_for_code(post)
    assert ask_for_code(post) == ""
    waiting = [it for it in outbox(post.desk) if it.state is MailState.QUEUED]
    assert [it.due_at - clock.now for it in waiting] == [60]
    assert len(post.go(after=60)) == 1


def test_a_code_that_nobody_took_in_time_does_not_leave(post: Post, clock: Clock) -> None:
    a_client(post.desk)
    post.desk.acting(SYSTEM).do(SendAccessCode(address=CLARA, browser="b1"))
    assert post.go(after=CODE_LIFE) == []


def test_a_code_is_seen_by_its_reader_alone(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    a_client(post.desk)
    with caplog.at_level(logging.DEBUG):
        post.desk.acting(SYSTEM).do(SendAccessCode(address=CLARA, browser="b1"))
        voice = Voice(post.desk.see(ShowSetup()), date(2026, 11, 23))
        [mail] = post.desk.see(ListMails()).items
        shown = [json.dumps(shapes.mail(mail, voice)), str(post.desk.see(ShowMail(mail=mail.id)))]
        everything = str(post.desk.see(ShowEverything()))
        with post.desk.store.reading() as connection:
            tables = connection.execute("SELECT body, html, subject, sealed FROM mail").all()
            codes = connection.execute("SELECT digest FROM access_code").scalars()
        [leased] = post.go(after=0)
    code = next(line for line in leased.text.splitlines() if line[4:5] == "-" and len(line) == 9)
    assert mail.kind is MailKind.ACCESS_CODE and code in leased.html and code not in mail.title
    for place in (
        *shown,
        everything,
        str(tables),
        str(codes),
        caplog.text,
        str(post.desk.see(ShowMail(mail=mail.id))),
    ):
        assert code not in place and code.replace("-", "") not in place
    with post.desk.store.reading() as connection:
        assert connection.execute("SELECT sealed FROM mail").scalar_one() == ""


def digests(post: Post) -> list[str]:
    with post.desk.store.reading() as connection:
        return list(connection.execute("SELECT digest FROM access_code ORDER BY id").scalars())


@pytest.mark.parametrize("address", [CLARA, "nobody@client.example"])
@pytest.mark.parametrize(
    ("key", "problem"), [(None, StoreProblem.NO_SEAL_KEY), (bytes(32), StoreProblem.WRONG_SEAL_KEY)]
)
def test_without_the_machines_key_nobody_can_try_and_known_and_unknown_addresses_look_alike(
    post: Post, address: str, key: bytes | None, problem: StoreProblem
) -> None:
    a_client(post.desk)
    code = ask_for_code(post) or "00000000"
    thief = replace(post.desk, machine=replace(post.desk.machine, seal_key=key)).acting(SYSTEM)
    for ask in (
        SendAccessCode(address=address, browser="b1"),
        EnterAccessCode(address=address, browser="b1", code=code),
    ):
        with pytest.raises(StoreUnusable) as said:
            thief.do(ask)
        assert said.value.problem is problem
    assert enter(post, code) != ()  # and no try of theirs was counted


def test_one_code_is_kept_as_another_digest_for_each_address_and_browser(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_client(post.desk)
    a_client(post.desk, "Dora Dale", "dora@client.example")
    monkeypatch.setattr("frontdesk.core.store.codes.secrets.choice", lambda signs: "7")
    places = [(CLARA, "b1"), (CLARA, "b2"), ("dora@client.example", "b1"), ("nobody@client.example", "b1")]
    for address, browser in places:
        post.desk.acting(SYSTEM).do(SendAccessCode(address=address, browser=browser))
    kept = digests(post)
    assert len(set(kept)) == len(places) and {len(it) for it in kept} == {64}
    for at in places:
        assert enter(post, "7777-7776", *at) == () and bool(enter(post, "7777-7777", *at)) is (at != places[-1])


def test_a_code_kept_by_an_older_version_opens_nothing(post: Post) -> None:
    a_client(post.desk)
    code = ask_for_code(post)
    with post.desk.store.writing() as connection:
        connection.execute("UPDATE access_code SET digest = '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA'")
    assert enter(post, code) == ()
