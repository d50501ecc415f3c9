"""The history of another database, as an export writes it: JSON lines."""

from __future__ import annotations

import json
from typing import Any

from frontdesk.core.domain.actors import ActorKind
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.records import PastEvent, Records

_TEXTS = (
    "actor", "role", "terminal", "operation", "subject_kind", "subject_id", "salt", "detail", "detail_digest",
)  # fmt: skip
_NUMBERS = ("id", "at", "batch")
_ACTOR_KINDS = {"", *(kind.value for kind in ActorKind)}


def records(text: str, file: str) -> Records:
    """Raises BadInput with its line where one is no event of an export."""
    lines = enumerate(text.split("\n"), 1)  # other signs that end a line may stand in a text
    return Records(history=tuple(_event(line, file, number) for number, line in lines if line.strip()))


def _event(line: str, file: str, number: int) -> PastEvent:
    try:
        kept: Any = json.loads(line)["kept"]
        texts = {name: kept[name] for name in _TEXTS}
        numbers = {name: kept[name] for name in _NUMBERS}
        undoes = kept["undoes"]
        actor_kind, on_behalf_of = kept.get("actor_kind", ""), kept.get("on_behalf_of")
        consent, meant = kept.get("consent", ""), _meant(kept.get("meant"), actor_kind)
        things = tuple((kind, id_, about == [True]) for kind, id_, *about in kept["things"])
        fine = (
            all(
                isinstance(it, str)
                for it in (*texts.values(), consent, *(part for thing in things for part in thing[:2]))
            )
            and all(type(it) is int for it in numbers.values())
            and all(it is None or type(it) is int for it in (undoes, on_behalf_of))
            and actor_kind in _ACTOR_KINDS
        )
        if texts["detail"]:
            fine = fine and isinstance(json.loads(texts["detail"]), dict)
    except (ValueError, TypeError, KeyError, RecursionError):
        fine = False
    if not fine:
        raise BadInput(file, Problem.NOT_READABLE, "event", hint="a line of events.jsonl from an export", line=number)
    return PastEvent(
        **texts,
        **numbers,
        undoes=undoes,
        things=things,
        actor_kind=actor_kind,
        on_behalf_of=on_behalf_of,
        consent=consent,
        meant=meant,
    )


def _meant(plain: Any, actor_kind: Any) -> tuple[str, str] | None:
    """Whom the name of an event from before actors had ids meant. Raises ValueError."""
    match plain:
        case None:
            return None
        case [str(kind), str(id_)] if kind in _ACTOR_KINDS - {""} and actor_kind == "":
            return kind, id_
        case _:
            raise ValueError(plain)
