"""What the caller confirmed: a role for every column and what the release must keep to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeVar, cast

from customerai.privacy import operators
from customerai.privacy.operators import Operator
from customerai.privacy.tabular.roles import ROLES, Role
from customerai.privacy.techniques.closeness import Distance

HierarchyKind = Literal["numeric", "age", "date", "prefix", "tree", "top", "suppress"]
HIERARCHIES: Final = ("numeric", "age", "date", "prefix", "tree", "top", "suppress")
_MOST_TREE: Final = 100_000
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "direct": frozenset({"entity", "operator"}),
    "quasi": frozenset({"hierarchy", "level"}),
    "sensitive": frozenset({"l", "l_kind", "t", "distance"}),
    "text": frozenset({"operators"}),
    "none": frozenset(),
}
_HIERARCHY_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "numeric": frozenset({"widths", "origin", "top_from"}),
    "prefix": frozenset({"keep"}),
    "top": frozenset({"keep"}),
    "tree": frozenset({"parents"}),
}
T = TypeVar("T")


class InvalidPlan(ValueError):
    """A plan cannot be followed; the message names the field and the column's place, no value."""


@dataclass(frozen=True)
class HierarchyPlan:
    """Which hierarchy a quasi-identifier climbs; None fields take the builder's defaults."""

    kind: HierarchyKind
    widths: tuple[float, ...] | None = None
    origin: float = 0.0
    top_from: float | None = None
    keep: tuple[int, ...] | None = None
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of one column.

    Attributes:
        entity: type of a direct identifier; values of one type get one stand-in in all files of a
            project.
        operator: of a direct identifier; None: the column is left out.
        operators: of free text, by entity; DEFAULT for the others.
        hierarchy: of a quasi-identifier; None: chosen by its values.
        level: of the hierarchy, when it is not searched for.
        l, t: what is asked of a sensitive column.
        distance: None: ordered where all values are numbers.
    """

    name: str
    role: Role
    entity: str = "ID"
    operator: Operator | None = None
    operators: Mapping[str, Operator] = field(default_factory=dict)
    hierarchy: HierarchyPlan | None = None
    level: int | None = None
    l: float | None = None  # noqa: E741 - the letter of l-diversity
    l_kind: Literal["distinct", "entropy"] = "distinct"
    t: float | None = None
    distance: Distance | None = None


@dataclass(frozen=True)
class TablePlan:
    """Every column, and the k that classes of quasi-identifiers must reach (None: not asked).

    Attributes:
        max_suppressed: share of the rows that may be left out.
        subject: the column that says whose a row is: the dates of one person move together.
    """

    columns: tuple[ColumnPlan, ...]
    k: int | None = None
    max_suppressed: float = 0.05
    subject: str | None = None

    def of_role(self, role: Role) -> list[ColumnPlan]:
        return [column for column in self.columns if column.role == role]

    @property
    def enforces(self) -> bool:
        """Whether something is asked that generalization must reach."""
        return self.k is not None or any(c.l is not None or c.t is not None for c in self.columns)


def plan_of(config: Mapping[str, Any], names: Sequence[str]) -> TablePlan:
    """The plan that a configuration describes.

    Args:
        config: `columns`, a list of `{"name", "role", ..}`; `k`; `max_suppressed`; `subject`. By
            role, direct: entity, operator (`{"operator": "drop"}` leaves the column out; by default
            a keyed hash); quasi: hierarchy `{"kind", ..}`, level; sensitive: l, l_kind, t,
            distance; text: operators, by entity (by default `[TYPE]`).
        names: the table's columns, each of which needs a role.

    Raises:
        InvalidPlan: a column is missing, doubled or unknown, or a field is not understood.
    """
    _known(config, {"columns", "k", "max_suppressed", "subject"}, "the plan")
    raw = _typed(config.get("columns"), list, "field 'columns' is not a list")
    columns = tuple(_column(item, place) for place, item in enumerate(raw, start=1))
    told = [column.name for column in columns]
    if len(set(told)) < len(told):
        raise InvalidPlan("a column is named twice")
    unknown = [place for place, name in enumerate(told, start=1) if name not in set(names)]
    if unknown:
        raise InvalidPlan(f"column {unknown[0]} of the plan is not in the table")
    missing = [place for place, name in enumerate(names, start=1) if name not in set(told)]
    if missing:
        raise InvalidPlan(
            f"{len(missing)} columns of the table have no role, the first is number {missing[0]}"
        )
    k = _number(config.get("k"), "k", least=1, most=1_000_000, whole=True)
    share = _number(config.get("max_suppressed", 0.05), "max_suppressed", least=0, most=1)
    subject = config.get("subject")
    if subject is not None and subject not in names:
        raise InvalidPlan("field 'subject' is not a column of the table")
    plan = TablePlan(
        columns, None if k is None else int(k), 0.0 if share is None else share, subject
    )
    if plan.enforces and not plan.of_role("quasi"):
        raise InvalidPlan("k, l or t is asked for and no column is a quasi-identifier")
    order = {name: place for place, name in enumerate(names)}
    ordered = sorted(plan.columns, key=lambda column: order[column.name])
    return replace(plan, columns=tuple(ordered))


def _column(item: object, place: int) -> ColumnPlan:
    where = f"column {place}"
    config = _typed(item, dict, f"{where} is not an object")
    name = _typed(config.get("name"), str, f"{where}: field 'name' is not a text")
    role = config.get("role")
    if role not in ROLES:
        raise InvalidPlan(f"{where}: field 'role' is not one of {', '.join(ROLES)}")
    given = {key: value for key, value in config.items() if value is not None}
    _known(given, {"name", "role", *_FIELDS[role]}, f"{where} ({role})")
    try:
        fields = _BY_ROLE[role](given)
    except (InvalidPlan, operators.InvalidOperator) as error:
        raise InvalidPlan(f"{where}: {error}") from None
    return ColumnPlan(name=name, role=cast(Role, role), **fields)


def _direct(config: Mapping[str, Any]) -> dict[str, Any]:
    entity = config.get("entity", "ID")
    if not (isinstance(entity, str) and entity.replace("_", "").isalnum() and entity.isupper()):
        raise InvalidPlan("field 'entity' is not a type such as EMAIL_ADDRESS")
    asked = _typed(
        config.get("operator", {"operator": "hash"}), dict, "field 'operator' is not an object"
    )
    if asked.get("operator") == "drop":
        _known(asked, {"operator"}, "operator 'drop'")
        return {"entity": entity, "operator": None}
    return {"entity": entity, "operator": operators.parse_operator(asked)}


def _text(config: Mapping[str, Any]) -> dict[str, Any]:
    asked = _typed(config.get("operators", {}), dict, "field 'operators' is not an object")
    parsed = {
        entity: operators.parse_operator(_typed(one, dict, "an operator is not an object"))
        for entity, one in asked.items()
    }
    parsed.setdefault("DEFAULT", operators.parse_operator({"operator": "replace"}))
    return {"operators": parsed}


def _quasi(config: Mapping[str, Any]) -> dict[str, Any]:
    level = _number(config.get("level"), "level", least=0, most=100, whole=True)
    asked = config.get("hierarchy")
    return {
        "hierarchy": None if asked is None else _hierarchy(asked),
        "level": None if level is None else int(level),
    }


def _hierarchy(asked: object) -> HierarchyPlan:
    config = _typed(asked, dict, "field 'hierarchy' is not an object")
    kind = config.get("kind")
    if kind not in HIERARCHIES:
        raise InvalidPlan(f"field 'hierarchy.kind' is not one of {', '.join(HIERARCHIES)}")
    _known(config, {"kind", *_HIERARCHY_FIELDS.get(kind, ())}, f"hierarchy '{kind}'")
    widths = config.get("widths")
    keep = config.get("keep")
    if kind == "top" and keep is None:
        raise InvalidPlan("hierarchy 'top' needs the field 'keep'")
    return HierarchyPlan(
        kind=kind,
        widths=None if widths is None else tuple(_numbers(widths, "widths", most=1e15)),
        origin=_number(config.get("origin", 0.0), "origin", least=-1e15, most=1e15) or 0.0,
        top_from=_number(config.get("top_from"), "top_from", least=-1e15, most=1e15),
        keep=None
        if keep is None
        else tuple(int(n) for n in _numbers(keep, "keep", most=1e6, whole=True)),
        parents=_parents(config.get("parents", {})),
    )


def _parents(asked: object) -> dict[str, tuple[str, ...]]:
    config = _typed(asked, dict, "field 'parents' is not an object of lists")
    if len(config) > _MOST_TREE:
        raise InvalidPlan(f"field 'parents' has more than {_MOST_TREE} entries")
    for path in config.values():
        if not isinstance(path, list) or not all(isinstance(name, str) for name in path):
            raise InvalidPlan("field 'parents' is not an object of lists of texts")
        if len(path) > 10:  # noqa: PLR2004
            raise InvalidPlan("field 'parents' has a path of more than 10 levels")
    return {value: tuple(path) for value, path in config.items()}


def _sensitive(config: Mapping[str, Any]) -> dict[str, Any]:
    kind = config.get("l_kind", "distinct")
    if kind not in ("distinct", "entropy"):
        raise InvalidPlan("field 'l_kind' is not one of distinct, entropy")
    distance = config.get("distance")
    if distance not in (None, "ordered", "equal"):
        raise InvalidPlan("field 'distance' is not one of ordered, equal")
    return {
        "l": _number(config.get("l"), "l", least=1, most=1_000_000),
        "l_kind": kind,
        "t": _number(config.get("t"), "t", least=0, most=1),
        "distance": distance,
    }


def _none(config: Mapping[str, Any]) -> dict[str, Any]:
    del config
    return {}


_BY_ROLE: Final = {
    "direct": _direct,
    "quasi": _quasi,
    "sensitive": _sensitive,
    "text": _text,
    "none": _none,
}


def _known(config: Mapping[str, Any], fields: set[str], where: str) -> None:
    if set(config) - fields:
        # Not the field's name: a caller's slip may have put a value there.
        raise InvalidPlan(f"{where} was given a field that it does not have")


def _typed(value: object, kind: type[T], message: str) -> T:
    if not isinstance(value, kind):
        raise InvalidPlan(message)
    return value


def _number(
    value: object, name: str, *, least: float, most: float, whole: bool = False
) -> float | None:
    if value is None:
        return None
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not fits or not least <= cast(float, value) <= most:
        kind = "whole number" if whole else "number"
        raise InvalidPlan(f"field '{name}' is not a {kind} in {least:g}..{most:g}")
    return cast(float, value)


def _numbers(value: object, name: str, *, most: float, whole: bool = False) -> list[float]:
    items = _typed(value, list, f"field '{name}' is not a list of numbers")
    if not 1 <= len(items) <= 20:  # noqa: PLR2004
        raise InvalidPlan(f"field '{name}' does not have 1 to 20 entries")
    found = [_number(item, name, least=0, most=most, whole=whole) for item in items]
    if None in found:
        raise InvalidPlan(f"field '{name}' is not a list of numbers")
    return cast("list[float]", found)
