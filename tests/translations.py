"""What there is to say, taken from the code; `python -m tests.translations` brings the catalogues up to date."""

from __future__ import annotations

import ast
import inspect
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from frontdesk.core.render.language import CATALOGUES, DOMAIN
from frontdesk.core.render.letters import TEMPLATES

ROOT = Path(__file__).parent.parent
CLI = ROOT / "frontdesk" / "cli"
MARKED = {"_": 1, "later": 1, "plural": 2}
"""What marks a sentence, with how many texts; the syntax tree finds them inside f-strings too."""


def said() -> Catalog:
    """Every sentence of the program and of its letters."""
    found = Catalog(project="frontdesk", charset="utf-8")
    for path in sorted((ROOT / "frontdesk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKED:
                wanted = node.args[: MARKED[node.func.id]]
                texts = [str(it.value) for it in wanted if isinstance(it, ast.Constant)]
                if len(texts) == MARKED[node.func.id]:
                    found.add(texts[0] if len(texts) == 1 else tuple(texts))
            for text in told_beside(node, path):
                found.add(text)
    for _path, _line, message, _comments, _context in extract_from_dir(
        str(TEMPLATES), [("**.j2", "jinja2")], keywords={"_": None}
    ):
        found.add(message)
    return found


def told_beside(node: ast.AST, path: Path) -> Iterator[str]:
    """Sentences that need no mark: hints of errors, and the help of commands and of their options."""
    if isinstance(node, ast.Call):
        hints = [it.value for it in node.keywords if it.arg == "hint" or (it.arg == "help" and path.parent == CLI)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "bad":
            hints += node.args[2:3]
        if isinstance(node.func, ast.Name) and node.func.id == "saying":
            hints += node.args[:1]
        constants = (it.value for hint in hints for it in ast.walk(hint) if isinstance(it, ast.Constant))
        yield from (it for it in constants if isinstance(it, str) and re.search(r"[a-z]{2}", it))
    if isinstance(node, ast.FunctionDef) and path.parent == CLI and takes_a_context(node):
        yield inspect.cleandoc(ast.get_docstring(node) or "")


def takes_a_context(function: ast.FunctionDef) -> bool:
    """Whether it is a command: what Typer calls is handed its context."""
    return any(
        it.annotation is not None and ast.unparse(it.annotation) == "typer.Context" for it in function.args.args
    )


def kept(language: str) -> Catalog:
    """A language's catalogue as it is kept."""
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def untranslated(catalogue: Catalog) -> list[object]:
    """Sentences that a catalogue has no words for."""
    return [it.id for it in catalogue if it.id and not all(strings_of(it))]


def strings_of(message: Message) -> tuple[str, ...]:
    """One string, or one for each number."""
    told = message.string or ""
    return (told,) if isinstance(told, str) else tuple(told)


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def bring_up_to_date(language: str) -> None:
    """New sentences come in untranslated, those that nobody says any more go."""
    catalogue = kept(language)
    catalogue.update(said(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    folder = CATALOGUES / language / "LC_MESSAGES"
    catalogue.header_comment, catalogue.fuzzy = "# Words of frontdesk.", False
    catalogue.last_translator = catalogue.msgid_bugs_address = catalogue.language_team = ""
    with (folder / f"{DOMAIN}.po").open("wb") as file:
        write_po(file, catalogue, no_location=True, sort_output=True, width=110, omit_header=False)
    (folder / f"{DOMAIN}.mo").write_bytes(compiled(kept(language)))


if __name__ == "__main__":
    for folder in sorted(it for it in CATALOGUES.iterdir() if it.is_dir()):
        bring_up_to_date(folder.name)
        missing = untranslated(kept(folder.name))
        print(f"{folder.name}: {len(missing)} to translate", *missing, sep="\n  ")
