"""JSON documents as texts to be made safe and put together again; the structure stays.

Every string and every number is a text of its own. A number in which something was hidden becomes
a string that begins with `number:`, so that the way back makes it a number again. Keys are the
names of fields: they are texts too, to be hidden only where what was found in them is proven (an
e-mail address, a card), since "Paris" or "name" as a key names a field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Kind = Literal["key", "string", "number"]

_NUMBER: Final = "number:"
_MOST_DEPTH: Final = 100


class NestedTooDeep(ValueError):
    """A document of more than a hundred levels."""


@dataclass(frozen=True)
class Leaf:
    """One text of a document; `key` leaves are hidden by stricter rules."""

    kind: Kind
    text: str


def leaves(document: Json) -> list[Leaf]:
    """The texts of a document, in an order that `rebuilt` expects again.

    Raises:
        NestedTooDeep: the document has more than a hundred levels.
    """
    return list(_leaves(document, 0))


def rebuilt(document: Json, texts: Sequence[str]) -> Json:
    """The document with its texts replaced, one for each leaf in order.

    Raises:
        ValueError: there are not as many texts as leaves, or two keys have become one.
    """
    row = iter(texts)
    new = _rebuilt(document, lambda _leaf: next(row))
    if next(row, None) is not None:
        raise ValueError("there are more texts than leaves")
    return new


def restored(document: Json, restore: Callable[[str], str]) -> Json:
    """The document with `restore` applied to keys and strings; hidden numbers are numbers again."""

    def change(leaf: Leaf) -> str:
        return leaf.text if leaf.kind == "number" else restore(leaf.text)

    return _rebuilt(document, change, numbers_back=True)


def _leaves(node: Json, depth: int) -> Iterator[Leaf]:
    if depth > _MOST_DEPTH:
        raise NestedTooDeep("the document has more than a hundred levels")
    if isinstance(node, dict):
        for key, value in node.items():
            yield Leaf("key", key)
            yield from _leaves(value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, depth + 1)
    elif isinstance(node, str):
        yield Leaf("string", node)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield Leaf("number", json.dumps(node))


def _rebuilt(node: Json, change: Callable[[Leaf], str], *, numbers_back: bool = False) -> Json:
    if isinstance(node, dict):
        new: dict[str, Json] = {}
        for key, value in node.items():
            name = change(Leaf("key", key))
            new[name] = _rebuilt(value, change, numbers_back=numbers_back)
        if len(new) != len(node):
            raise ValueError("two keys have become one")
        return new
    if isinstance(node, list):
        return [_rebuilt(value, change, numbers_back=numbers_back) for value in node]
    if isinstance(node, str):
        if numbers_back:
            return _unmarked(node, change)
        text = change(Leaf("string", node))
        # A user's own string that begins like a hidden number gets one more colon.
        return _NUMBER + ":" + text.removeprefix(_NUMBER) if text.startswith(_NUMBER) else text
    if isinstance(node, int | float) and not isinstance(node, bool):
        old = json.dumps(node)
        text = change(Leaf("number", old))
        return node if text == old else _NUMBER + text
    return node


def _unmarked(node: str, change: Callable[[Leaf], str]) -> Json:
    if node.startswith(_NUMBER + ":"):
        return change(Leaf("string", _NUMBER + node.removeprefix(_NUMBER + ":")))
    text = change(Leaf("string", node))
    if not node.startswith(_NUMBER):
        return text
    try:
        value = json.loads(text.removeprefix(_NUMBER))
    except ValueError:
        return text
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text
