"""What a practice wrote itself: names, conditions, a loop over offers, a few filters; nothing else.

Jinja's sandbox keeps a template from the program, not from the memory: a few signs could fill it. So what is not
on these lists is refused when it is saved, and a name that does not exist is named then too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from frontdesk.core.domain.errors import BadInput, Problem, saying

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

LONGEST_LETTER = 50_000
PLAIN_FILTERS = frozenset(
    {"capitalize", "d", "default", "first", "join", "last", "length", "lower", "title", "trim", "upper"}
)
"""What may be done with a text: nothing that makes much out of little."""

LISTS = frozenset({"offers"})
"""Names that stand for several texts; only these are gone through, or joined."""

LOOP = ("index", "first", "last")
"""What a loop tells of itself."""

VISITS = ("it", "was")
"""Names that stand for an appointment, or for nothing."""


def require_known(field: str, source: str, values: Mapping[str, Any], visit: Sequence[str]) -> None:
    """Every name, also where the example does not come by. Raises BadInput with the nearest one that exists."""
    from jinja2 import TemplateSyntaxError, meta, nodes

    try:
        read = _guarded().parse(source)
        named = meta.find_undeclared_variables(read)
    except TemplateSyntaxError as error:
        raise BadInput(field, Problem.NOT_READABLE, "it", hint=str(error)) from None
    for complaint in _useless(read):
        raise BadInput(
            field, Problem.NOT_READABLE, "it", hint=saying("{what} has no use in a letter", what=complaint)
        )
    for name in sorted(named - set(values)):
        raise _unknown(field, name, [*values])
    for attribute in read.find_all(nodes.Getattr):
        if isinstance(attribute.node, nodes.Name):
            of, known = attribute.node.name, values.get(attribute.node.name)
            fields = visit if of in VISITS else LOOP if of == "loop" else known if isinstance(known, dict) else ()
            if attribute.attr not in fields:
                raise _unknown(field, f"{of}.{attribute.attr}", [f"{of}.{it}" for it in fields] or [*values])


def fill(field: str, source: str, values: dict[str, Any]) -> str:
    """The text, filled. Raises BadInput, naming the field it stands in."""
    from jinja2 import UndefinedError

    try:
        filled = str(_compiled(source).render(values))
        filled.encode()
        return filled[:LONGEST_LETTER]
    except UndefinedError as error:
        missing = re.search(r"'None' has no attribute '([^']+)'", str(error))
        if missing:  # an appointment that this letter does not tell of
            gone, there = VISITS if values.get(VISITS[0]) is None else VISITS[::-1]
            hint = f"{there}.{missing[1]}" if values.get(there) is not None else ", ".join(sorted(values))
            raise BadInput(field, Problem.UNKNOWN, f"{gone}.{missing[1]}", hint=hint) from None
        named = re.search(r"'([^']+)' is undefined|no attribute '([^']+)'", str(error))
        raise _unknown(field, (named[1] or named[2]) if named else str(error), [*values]) from None
    except Exception as error:  # a practice's own text may do anything wrong
        raise BadInput(field, Problem.NOT_READABLE, "it", hint=str(error)) from None


def _unknown(field: str, word: str, names: Sequence[str]) -> BadInput:
    near = difflib.get_close_matches(word, names, n=1)
    return BadInput(field, Problem.UNKNOWN, word, hint=near[0] if near else ", ".join(sorted(names)))


def _useless(read: nodes.Template) -> Iterator[str]:
    """What has no use in a letter, and could make much out of little: everything that is not named here."""
    from jinja2 import nodes

    plain = (
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr,
        nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Test, nodes.Keyword,
    )  # fmt: skip

    def walk(node: nodes.Node, in_loop: bool = False) -> Iterator[str]:
        match node:
            case nodes.For():
                if in_loop or not _is_list(node.iter) or node.recursive:
                    yield "a loop over anything but offers"
            case nodes.Filter():
                if node.name == "join" and not _is_list(node.node):
                    yield "joining anything but offers"
            case nodes.Call():
                if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
                    yield "a call"
            case nodes.Getattr():
                if not isinstance(node.node, nodes.Name):
                    yield f".{node.attr}"
            case _:
                if type(node) not in plain:
                    yield type(node).__name__.lower()
        for inner in node.iter_child_nodes():
            yield from walk(inner, in_loop or isinstance(node, nodes.For))

    yield from walk(read)


def _is_list(node: nodes.Node | None) -> bool:
    from jinja2 import nodes

    return isinstance(node, nodes.Name) and node.name in LISTS


@lru_cache(maxsize=1)
def _guarded() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import SandboxedEnvironment

    class Guarded(SandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(f"'{operator}' has no use in a letter")

    made = Guarded(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.clear()
    made.filters = {name: it for name, it in made.filters.items() if name in PLAIN_FILTERS}
    return made


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    return _guarded().from_string(source)
