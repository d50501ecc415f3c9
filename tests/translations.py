"""What there is to say, taken from the code; `python -m tests.translations` brings the catalogues up to date."""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from frontdesk.core.render.language import CATALOGUES, DOMAIN
from frontdesk.core.render.letters import TEMPLATES

ROOT = Path(__file__).parent.parent
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
    for _path, _line, message, _comments, _context in extract_from_dir(
        str(TEMPLATES), [("**.j2", "jinja2")], keywords={"_": None}
    ):
        found.add(message)
    return found


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
