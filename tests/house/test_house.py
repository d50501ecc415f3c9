"""The house itself: floors, what is imported when, and that every word has its deed."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import frontdesk
from frontdesk.cli.main import COMMANDS, command_of
from frontdesk.core import asks, operations, queries
from frontdesk.core.asks.access import EnterAccessCode, SendAccessCode
from frontdesk.core.asks.appointments import CancelAsClient
from frontdesk.core.asks.clients import EraseClient, LogOpening
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.core.asks.mails import ReportMail, TakeMails, WriteAsClient, WriteReminders, WriteTestMail
from frontdesk.core.asks.replies import ReceiveReply
from frontdesk.core.asks.requests import OfRequest, RecordEnd, RequestAppointment, RequestRescheduling, SweepExpired
from frontdesk.core.asks.settings import ApplyPractice, ChangeSettings
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.asks.upkeep import ReportDuty, StartAgain, TakeDuty
from frontdesk.core.operations.table import OPERATIONS
from frontdesk.core.queries.table import QUERIES
from frontdesk.verbs import EVERYWHERE, Verb, verbs_of
from tests.builders import open_test_desk

ROOT = Path(frontdesk.__file__).parent.parent
STANDARD = frozenset(sys.stdlib_module_names) | {"dateutil", "frontdesk"}

BY_COMMAND = {ApplyPractice, ChangeSettings, EraseClient, ImportRecords, ReceiveReply, WriteTestMail}
"""Asks that take a file, prove the machine, or are for ever: they have a command, no key."""

BY_CLIENTS = {
    RequestAppointment,
    RequestRescheduling,
    CancelAsClient,
    WriteAsClient,
    SendAccessCode,
    EnterAccessCode,
}
"""What clients do themselves; staff ask for most of it with commands."""

BY_ITSELF = {LogOpening, RecordEnd, SweepExpired, HoldSlot, ReleaseSlot, TakeMails, ReportMail, WriteReminders}
BY_ITSELF |= {TakeDuty, ReportDuty, StartAgain}
"""What happens as time passes, while a picker is open, and while mails are delivered."""


def everything(kind: type[Any]) -> set[type[Any]]:
    """Every ask or question the core knows, as its modules name it."""
    modules = [importlib.import_module(f"{asks.__name__}.{it.name}") for it in pkgutil.iter_modules(asks.__path__)]
    named = (it for module in modules for it in vars(module).values() if isinstance(it, type))
    return {it for it in named if issubclass(it, kind) and it not in (kind, OfRequest)}


def modules_after(code: str) -> set[str]:
    """The modules a fresh Python has loaded after running some code."""
    report = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_floors_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(command), "--no-cache"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_every_ask_has_its_operation_and_every_question_its_query() -> None:
    for table, floor, all_of_them in ((OPERATIONS, operations, Ask), (QUERIES, queries, Question)):
        told = {asked: answer for room in rooms_of(floor) for asked, answer in getattr(room, table.name, {}).items()}
        assert set(told) == everything(all_of_them)
        assert {asked: table[asked] for asked in told} == told, "each is found by the noun that it stands under"


def rooms_of(floor: ModuleType) -> Iterator[ModuleType]:
    for it in pkgutil.iter_modules(floor.__path__):
        if it.name != "table":
            yield importlib.import_module(f"{floor.__name__}.{it.name}")


def test_an_ask_without_a_permission_cannot_be_defined() -> None:
    with pytest.raises(TypeError):
        type("Nameless", (Ask,), {})


def test_every_ask_that_hands_can_make_has_a_verb() -> None:
    reached = {ask for verb in Verb for ask in verb.value.asks}
    assert reached == everything(Ask) - BY_COMMAND - BY_CLIENTS - BY_ITSELF


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_has_a_label_and_help_and_a_key_or_a_palette_word(verb: Verb) -> None:
    assert verb.value.label
    assert verb.value.help
    assert verb.value.where


@pytest.mark.parametrize("screen", EVERYWHERE)
def test_no_two_verbs_of_a_screen_share_a_key(screen: str) -> None:
    keys = [key for verb in verbs_of(screen) for key in verb.value.keys.split(",") if key]
    assert len(keys) == len(set(keys))
    assert not {key for key in keys if key in ("shift+enter", "ctrl+enter", "ctrl+i", "ctrl+h") or "alt+" in key}


def test_the_core_starts_without_textual_and_typer() -> None:
    assert not modules_after("import frontdesk.core.desk") & {"textual", "typer"}


def test_the_version_is_told_without_sqlmodel_and_textual() -> None:
    code = "import sys; sys.argv = ['frontdesk', '--version']\nfrom frontdesk.__main__ import main; main()"
    assert not modules_after(code) & {"sqlmodel", "sqlalchemy", "textual", "typer", "pydantic"}


def test_every_command_stands_under_its_noun() -> None:
    everything = command_of(()).commands
    assert sorted(everything) == sorted(name for names in COMMANDS.values() for name in names.split())
    for names in COMMANDS.values():
        for name in names.split():
            alone = command_of((name,)).commands
            assert list(alone) == [name]


@pytest.mark.parametrize("words", [["day"], ["client", "find", "clara"], ["requests"], ["outbox"], ["history"]])
def test_a_command_that_looks_needs_no_sqlalchemy_and_nothing_that_writes(tmp_path: Path, words: list[str]) -> None:
    open_test_desk(tmp_path / "practice.db").close()
    code = (
        f"import sys; sys.argv = ['frontdesk', '--db', {str(tmp_path / 'practice.db')!r}, *{words!r}]\n"
        "from frontdesk.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert 'frontdesk.core.operations.recording' not in sys.modules\n"
        "assert 'frontdesk.core.store.rows' not in sys.modules"
    )
    heavy = {"sqlmodel", "sqlalchemy", "alembic", "asyncio", "textual", "icalendar", "cryptography", "psycopg"}
    assert not modules_after(code) & heavy


def test_the_first_frame_is_painted_without_the_store() -> None:
    loaded = modules_after("import frontdesk.app")
    heavy = {
        "sqlmodel",
        "sqlalchemy",
        "pydantic",
        "alembic",
        "icalendar",
        "babel",
        "typer",
        "tomlkit",
        "phonenumbers",
    }
    assert not loaded & heavy


@pytest.mark.parametrize("path", sorted((ROOT / "frontdesk/core/domain").glob("*.py")), ids=lambda path: path.name)
def test_the_domain_stands_on_the_standard_library_and_dateutil(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert imported <= STANDARD


def test_nobody_but_the_door_reads_the_clock() -> None:
    reads = re.compile(r"\btime\.time\(|datetime\.now\(|date\.today\(|utcnow\(")
    allowed = {"core/desk.py", "app.py", "cli/opening.py", "cli/samples.py"}
    found = {
        str(path.relative_to(ROOT / "frontdesk"))
        for path in (ROOT / "frontdesk").rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
    }
    assert found <= allowed


def test_the_readme_names_the_commands_ci_runs() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    alone = {line.strip() for line in lines}
    assert {"./run", "./run test"} <= alone
    assert "./run test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_no_file_names_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
    registry = re.compile("pypi" + r"\.org|files\.python" + "hosted|registry" + r"\.npmjs|deb" + r"\.debian\.org")
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if path.suffix in (".lock", ".toml", ".md", ".sh", ".py", "") and path.is_file():
            assert not registry.search(path.read_text(encoding="utf-8", errors="replace")), name


def test_the_wheel_starts_on_its_own(tmp_path: Path) -> None:
    """Built, unpacked somewhere else, it brings its data and answers."""
    build = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    wheel = tmp_path / done.stdout.split()[-1]
    target = tmp_path / "installed"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(target)], check=True)
    assert (target / "frontdesk/data/demo/practice.toml").exists()
    environment = {**os.environ, "PYTHONPATH": str(target), "HOME": str(tmp_path)}
    made = subprocess.run(
        [sys.executable, "-c", _RUN, "demo", "--keep", str(tmp_path / "demo.db")],
        capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "demo.db").exists()


_RUN = "from frontdesk.__main__ import main; main()"


def test_no_test_module_imports_another() -> None:
    """What several share lies in a module of its own."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "tests").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(from|import) tests\.(\w+\.)*test_", line)
    ]
    assert found == []


def test_the_program_needs_nothing_of_its_tests() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "frontdesk").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(from|import) (tests|benchmarks)\b", line)
    ]
    assert found == []
