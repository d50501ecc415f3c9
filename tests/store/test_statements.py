"""Every statement about people says who may see its answer, and every one goes by an index, on both engines."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core import store
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK, Actor, ActorId, ActorKind
from frontdesk.core.domain.people import Role
from frontdesk.core.store.look import Look
from frontdesk.core.store.statements import EVERYTHING, Shown, filled, shown
from tests.store.evidence import NOW, open_practice

FOLDER = Path(store.__file__).parent
PEOPLES = "client|appointment|request|mail|charge|work|event|event_detail|event_thing|notice"
"""Tables that hold what is not for everybody."""
READS = re.compile(rf'\b(?:FROM|JOIN)\s+"?(?:{PEOPLES})\b')
WRITES = re.compile(r"\s*(?:UPDATE|DELETE|INSERT)\b")
BY_THE_DESK_ITSELF = ("verify", "migrations")
"""Rooms that nobody asks for somebody: they look at everything, and answer what is wrong with it."""


class Unsaid(ast.NodeVisitor):
    """Texts that read what is not for everybody, outside of `shown` and `judged`."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._said = 0

    def visit_Call(self, node: ast.Call) -> None:
        is_said = isinstance(node.func, ast.Name) and node.func.id in ("shown", "judged")
        self._said += is_said
        self.generic_visit(node)
        self._said -= is_said

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._meet("".join(it.value if isinstance(it, ast.Constant) else "{}" for it in node.values))  # type: ignore[misc]

    def visit_Constant(self, node: ast.Constant) -> None:
        self._meet(node.value)

    def _meet(self, text: object) -> None:
        if not self._said and isinstance(text, str) and READS.search(text) and not WRITES.match(text):
            self.found.append(text)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_who_may_see_an_answer_is_said_with_the_question(path: Path) -> None:
    unsaid = Unsaid()
    unsaid.visit(ast.parse(path.read_text(encoding="utf-8")))
    assert unsaid.found == []


def test_what_is_shown_cannot_be_asked_without_saying_to_whom() -> None:
    with pytest.raises(TypeError):
        shown(lambda look: None, "SELECT * FROM client")  # type: ignore[arg-type, return-value]


def test_a_text_that_forgot_would_be_seen() -> None:
    unsaid = Unsaid()
    unsaid.visit(ast.parse('def names(look): return look.connection.execute("SELECT name FROM client")'))
    assert unsaid.found == ["SELECT name FROM client"]


def statements() -> Iterator[tuple[str, str | Shown]]:
    """All that stand in the rooms of the store, with their names."""
    for it in pkgutil.iter_modules(store.__path__):
        if it.name in BY_THE_DESK_ITSELF:
            continue
        room = importlib.import_module(f"{store.__name__}.{it.name}")
        for name, value in vars(room).items():
            for part, text in value.items() if isinstance(value, dict) else ((None, value),):
                is_text = isinstance(text, str) and re.match(r"(SELECT|UPDATE|DELETE) ", text) and " " in text
                if is_text or isinstance(text, Shown):
                    yield f"{it.name}.{name}" + (f".{part.name}" if part is not None else ""), text


STATEMENTS = dict(statements())

OF_ONE_ENGINE = {
    "sqlite": ("engine._POSTGRES_TABLES", "_NOTIFY", "postgres_tools._CUT_OFF", "server._IDENTIFIER"),
    "postgresql": ("engine._SQLITE_TABLES", "postgres_tools._CUT_OFF", "watch._NEWEST"),
}

WHOLE = {
    "actors._PAST": "names that older events knew people by: none, or a handful",
    "appointments._EVERYTHING": "an export",
    "appointments._HOLDING": "a check of everything",
    "appointments._LISTED": "its conditions are asked for, and tested where they are",
    "appointments._NAMED": "the beginning of others",
    "appointments._NAMING": "of what is archived, which happens seldom",
    "appointments._OF_SOURCE": "",
    "appointments._PRICED": "ends with the first",
    "charges._LINES": "its conditions are asked for",
    "charges._ALL": "an export",
    "clients._ALIKE": "its conditions are asked for",
    "clients._ALL": "an export",
    "clients._ANY": "ends with the first",
    "clients._NUMBERS": "an import locks all",
    "events._BY_CLIENTS": "an erasing, which happens seldom",
    "events._ALL_DETAILS": "a check of everything",
    "events._EACH": "a check of everything",
    "events._KEPT": "an export",
    "events._THINGS": "an export",
    "events._LINES": "its conditions are asked for",
    "events._SHOWN_LINES": "its conditions are asked for",
    "mails._ALL": "an export",
    "mails._IN_STATES": "the newest of all, until a page is full",
    "mails._OF_STATE": "the beginning of others",
    "mails._OVER": "the beginning of others",
    "mails._WHICH": "its conditions are asked for",
    "mail_log._ENTRIES": "a check of everything",
    "mail_queue._FOR_SENDING": "the beginning of others",
    "requests._LINES.CLIENT": "by a name that stands elsewhere",
    "requests._ALL": "an export",
    "requests._COUNT_OF": "its conditions are asked for",
    "requests._NAMING": "of what is archived, which happens seldom",
    "work._ALL": "an export",
    "search._WITHOUT_INDEX": "letters too few for the index: ends with the first page",
}
"""Those that look at whole tables, each with why it may."""


def everybody() -> tuple[Actor, ...]:
    """Who sees everything, and who sees their own."""
    own = Actor(who=ActorId(ActorKind.STAFF, "ann"), name="Ann", roles=(Role.PRACTITIONER,))
    return DESK, own


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    is_sqlite = request.param == "sqlite"
    url = str(tmp_path_factory.mktemp("plans") / "a.db") if is_sqlite else request.getfixturevalue("server").free()
    opened = open_practice(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - WHOLE.keys()))
def test_every_statement_goes_by_an_index(desk: Desk, name: str) -> None:
    statement = STATEMENTS[name]
    others = OF_ONE_ENGINE["sqlite" if desk.store.path else "postgresql"]
    if name.endswith(others) or (not desk.store.path and "client_search" in str(statement)):
        pytest.skip("of the other engine")
    for actor in everybody():
        with desk.store.reading() as connection:
            look = Look(store=desk.store, connection=connection, actor=actor, now=NOW)
            seen = statement.sight(look) if isinstance(statement, Shown) else EVERYTHING
            text, values = filled(statement.text if isinstance(statement, Shown) else statement, seen=seen, values={})
            plan = plan_of(look, text, values)
        assert not [step for step in plan if is_whole(step, text)], plan


def plan_of(look: Look, text: str, values: Any) -> list[str]:
    """As for values that are not known yet."""
    names = set(re.findall(r"(?<![:\w]):([a-z_]\w*)", text))
    lists = set(re.findall(r"\bIN :([a-z_]\w*)", text))
    given = {name: [1] if name in lists else None for name in names}
    if look.is_sqlite:
        return [row[3] for row in look.connection.execute(f"EXPLAIN QUERY PLAN {text}", {**given, **values})]
    look.connection.answer_at_once()
    run = look.connection.driven.execute
    for setting in ("enable_seqscan = off", "plan_cache_mode = force_generic_plan"):
        run(f"SET LOCAL {setting}")
    numbered = re.sub(r"\bIN :([a-z_]\w*)", r"= ANY(:\1)", re.sub(r"NOT IN :([a-z_]\w*)", r"<> ALL(:\1)", text))
    places = {name: place for place, name in enumerate(sorted(names), 1)}
    numbered = re.sub(r"(?<![:\w]):([a-z_]\w*)", lambda it: f"${places[it[1]]}", numbered)
    run(f"PREPARE it AS {numbered}")
    nothing = ", ".join("NULL" for _ in places)
    found = [row[0].strip() for row in run(f"EXPLAIN EXECUTE it{f'({nothing})' if places else ''}")]
    run("DEALLOCATE it")
    return found


def is_whole(step: str, text: str) -> bool:
    """Whether a step looks at all of what is not for everybody; an order that an index has ends with the limit."""
    scan = re.match(r"(?:SCAN|(?:-> +)?Seq Scan on) (\w+)\b(.*)", step)
    if scan is None or (
        text.rstrip().endswith(("LIMIT 1", "LIMIT :limit")) and "WHERE" not in text.partition(scan[1])[2]
    ):
        return False
    names = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN) (\w+) (\w+)", text)}
    is_ordered = " USING " in scan[2] and "LIMIT" in text
    table = str(names.get(scan[1], scan[1]))
    return re.fullmatch(f"{PEOPLES}|claim|mail_log", table) is not None and not is_ordered
