"""Finding clients: one folded key a client, LIKE on a trigram index, typing errors forgiven in Python."""

from __future__ import annotations

import re
from typing import Any

from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.text import folded
from frontdesk.core.store import sight
from frontdesk.core.store.connection import Row, Values
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import EVERYTHING, Part, filled, judged

CANDIDATES = 400
"""How many clients a typing error may be looked for among; a search never ranks an unbounded match."""

LIKE_ENOUGH = 78
"""Of 100, for rapidfuzz's ratio of a word to the best word of a name."""

_NOT_WORD = re.compile(r"[^\w@.+]+")
_NOT_DIGIT = re.compile(r"\D+")


def key_of(client: Client) -> str:
    """What a search looks into: name, phone digits, e-mail, source id and contacts, folded."""
    contacts = " ".join(f"{c.name} {digits(c.phone)} {c.email}" for c in client.contacts)
    parts = (client.name, digits(client.phone), client.email, client.source_id, contacts)
    return " ".join(folded(part) for part in parts if part)


def digits(phone: str) -> str:
    return _NOT_DIGIT.sub("", phone)


def words_of(typed: str) -> list[str]:
    """The words of a search: digits of a phone number run together, the rest folded."""
    if len(digits(typed)) >= 3 and not re.search(r"[^\d\s()+/.-]", typed):
        return [digits(typed)]
    return [word for word in _NOT_WORD.split(folded(typed)) if word]


def matches(look: Look, typed: str) -> list[Part]:
    """Conditions on `client`: every word stands somewhere in the key."""
    return [_contains(look, word, place) for place, word in enumerate(words_of(typed))]


def ids(look: Look, typed: str, limit: int, everybody: bool = False) -> list[ClientId]:
    """Clients that have every word; names that begin with it first; then those with a typing error.

    Only those the actor may see, unless `everybody` is asked for.
    """
    words, may_see = words_of(typed), EVERYTHING if everybody else sight.of_clients(look)
    if not words:
        return []
    found = _exact(look, words, may_see, limit)
    if len(found) < min(limit, 5):
        found += [id_ for id_ in _misspelt(look, words, may_see, limit) if id_ not in found]
    return found[:limit]


def _exact(look: Look, words: list[str], may_see: Part, limit: int) -> list[ClientId]:
    answer = _with_words(look, words, may_see, max(limit * 5, 100))
    ranked = sorted(answer, key=lambda row: (_rank(row[1], words), row[1], row[0]))
    return [ClientId(id_) for id_, _ in ranked[:limit]]


def _rank(key: str, words: list[str]) -> int:
    """0 where the words begin words of the key, 1 where one stands inside."""
    starts = f" {key}"
    return sum(f" {word}" not in starts for word in words)


def _misspelt(look: Look, words: list[str], may_see: Part, limit: int) -> list[ClientId]:
    from rapidfuzz import fuzz, process  # only where nothing was found: not needed to open the desk

    def likeness(typed: str, key: str, **_: Any) -> float:
        """The worst of the best likenesses of each typed word to a word of the key."""
        of_key = key.split()
        return min(max(fuzz.ratio(word, other) for other in of_key) for word in typed.split())

    longest = max(words, key=len)
    if len(longest) < 4 or longest.isdigit():
        return []
    candidates: dict[int, str] = {}
    for piece in _pieces(longest):
        for id_, its_key in _with_words(look, [piece], may_see, CANDIDATES):
            candidates[id_] = its_key
    scored = process.extract(" ".join(words), candidates, scorer=likeness, score_cutoff=LIKE_ENOUGH, limit=limit)
    return [ClientId(id_) for _, _, id_ in scored]


def _pieces(word: str) -> list[str]:
    """Pieces of at least three letters of which one survives a single error anywhere in the word."""
    third = max(3, len(word) // 2)
    return sorted({word[:third], word[-third:], word[1 : 1 + third]})


def learn(tx: Tx, *keys: str) -> None:
    """The signs of keys that are about to be kept."""
    signs = set().union(*keys)
    new = signs - set(_signs(tx)) if signs else signs
    if new:
        tx.connection.execute(_LEARN, [{"sign": it} for it in sorted(new)])


def _signs(look: Look) -> list[str]:
    return look.connection.execute("SELECT sign FROM search_sign").scalars()


_LEARN = "INSERT INTO search_sign (sign) VALUES (:sign) ON CONFLICT (sign) DO NOTHING"


def _with_words(look: Look, words: list[str], may_see: Part, limit: int) -> list[Row]:
    """Active clients whose key has every word; through the trigram index, row by row, so that a limit ends it."""
    indexed = [word for word in words if _has_trigrams(word)]
    pairs = [] if indexed else [word for word in words if len(word) == 2]
    plain = [word for word in words if word not in pairs and not (look.is_sqlite and word in indexed)]
    where = [_stands_in(word, n) for n, word in enumerate(plain)]
    values = {"limit": limit}
    if pairs and not _signs(look):
        return []  # nobody is there
    if not look.is_sqlite:
        where += [_has_pair(look, word, n) for n, word in enumerate(pairs)]
        return _found(look, _WITHOUT_INDEX, may_see, where, values)
    if indexed:
        where += [
            Part(f"client_search.search_key LIKE :like_{n}", {f"like_{n}": f"%{it}%"}) for n, it in enumerate(indexed)
        ]
    elif pairs:
        asked = " AND ".join(f"({' OR '.join(map(_quoted, _around(look, word)))})" for word in pairs)
        where.append(Part("client_search MATCH :pairs", {"pairs": asked}))
    found = _found(look, _WITH_WORDS if indexed or pairs else _WITHOUT_INDEX, may_see, where, values)
    if pairs and len(words) == 1:  # a key of two signs is in no index of three
        found += _found(look, _WITHOUT_INDEX, may_see, [Part("client.search_key = :key", {"key": words[0]})], values)
    return found


def _found(look: Look, text: str, may_see: Part, where: list[Part], values: Values) -> list[Row]:
    return look.connection.execute(*filled(text, seen=may_see, where=where, values=values)).all()


def _around(look: Look, pair: str) -> list[str]:
    """All that two signs can stand in: with one before them, and with one after."""
    return [word for sign in _signs(look) for word in (sign + pair, pair + sign)]


def _quoted(word: str) -> str:
    """A phrase of FTS5: https://sqlite.org/fts5.html#fts5_strings."""
    return '"' + word.replace('"', '""') + '"'


def _has_pair(look: Look, pair: str, place: int) -> Part:
    """On PostgreSQL, whose index is of three signs too."""
    name = f"pair_{place}"
    patterns = [_pattern(it) for it in _around(look, pair)]
    stands = f"(client.search_key LIKE ANY(:{name}) OR client.search_key = :is_{name})"
    return Part(stands, {name: patterns, f"is_{name}": pair})


_WITH_WORDS = judged(
    # a sum is no key: SQLite must not ask the index once for every client
    "SELECT client.id, client.search_key FROM client JOIN client_search ON client_search.rowid + 0 = client.id"
    " WHERE client.life = 'active' AND {seen} AND {where} LIMIT :limit"
)
_WITHOUT_INDEX = judged(
    "SELECT client.id, client.search_key FROM client WHERE client.life = 'active' AND {seen} AND {where} LIMIT :limit"
)


def _has_trigrams(word: str) -> bool:
    return len(word) >= 3 and not re.search(r"[%_\\]", word)


def _contains(look: Look, word: str, place: int) -> Part:
    """Through the trigram index where the word is long enough for one, else by looking at every key."""
    if look.is_sqlite and _has_trigrams(word):
        name = f"has_{place}"
        found = f"client.id IN (SELECT rowid FROM client_search WHERE search_key LIKE :{name})"
        return Part(found, {name: f"%{word}%"})
    return _stands_in(word, place)


def _stands_in(word: str, place: int) -> Part:
    name = f"word_{place}"
    return Part(f"client.search_key LIKE :{name} ESCAPE '\\'", {name: _pattern(word)})


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
