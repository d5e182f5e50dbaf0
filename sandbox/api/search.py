"""Stripe's search language (https://docs.stripe.com/search): fields, metadata, AND or OR, negation, substrings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.api.parameters import Integer, Shape, Text
from sandbox.api.views import view

SHAPE: Shape = {"query": Text(required=True), "limit": Integer(low=1, high=100), "page": Text()}
CLAUSE = re.compile(
    r"""\s*(?P<negated>-)?(?P<name>[\w.]+)(\[(?P<quote>["'])(?P<key>(\\.|(?!(?P=quote)).)*)(?P=quote)\])?"""
    r"""(?P<operator>:|~|<=|>=|<|>)(?P<value>"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|[\w.+-]+)\s*"""
)
MOST_CLAUSES = 10
JOINT = re.compile(r"(AND|OR)\b", re.IGNORECASE)

Test = Callable[[Object], bool]


@dataclass(frozen=True)
class Fields:
    """What can be searched for on a kind: query name to path in the object."""

    text: Mapping[str, str] = field(default_factory=dict)
    numeric: Mapping[str, str] = field(default_factory=dict)


def search(call: Call, kind: str, fields: Fields) -> Object:
    """One page of what matches, newest first; `page` is the token of the page before."""
    matches = parse(call.params["query"], fields, call.url.split("/")[2])
    start = page_number(call.params.get("page"))
    limit = call.params.get("limit", 10)
    table = call.state.table(kind)
    rows = (table.rows.peek(key[2]) for key in reversed(table.keys()))
    found = [row for row in rows if matches(row)]
    more = len(found) > start + limit
    shown: Object = {
        "object": "search_result",
        "data": [view(call.state, row) for row in found[start : start + limit]],
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
        "url": call.url,
    }
    return shown | {"total_count": len(found)} if "total_count" in call.expand else shown


def page_number(token: str | None) -> int:
    """Where a page begins."""
    if token is None:
        return 0
    if not re.fullmatch(r"page_\d{1,9}", token):
        raise invalid("Invalid page token. Use the `next_page` of an earlier answer to the same query.", "page")
    return int(token[5:])


def parse(query: str, fields: Fields, resource: str) -> Test:
    """A query as a test of rows. Raises ApiError 400 for what Stripe would not understand either."""
    tests: list[Test] = []
    joints: set[str] = set()
    place = 0
    while True:
        clause = CLAUSE.match(query, place)
        if clause is None:
            raise not_understood()
        tests.append(test_of(clause, fields, resource))
        if len(tests) > MOST_CLAUSES:
            raise invalid(f"A search query can have at most {MOST_CLAUSES} clauses.", "query")
        place = clause.end()
        if place == len(query):
            break
        joint = JOINT.match(query, place)
        joints.add(joint[1].upper() if joint else "AND")
        place = joint.end() if joint else place
    if len(joints) > 1:
        raise invalid("We were unable to parse your search query. AND and OR cannot be combined in one query.", "query")
    together = any if "OR" in joints else all
    return lambda row: together(test(row) for test in tests)


def not_understood() -> ApiError:
    """A query with a syntax error."""
    return invalid(
        'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for'
        ' metadata or key:"value" to query for other fields.',
        "query",
    )


def test_of(clause: re.Match[str], fields: Fields, resource: str) -> Test:
    """One clause as a test."""
    name, key, operator = clause["name"], clause["key"], clause["operator"]
    value = clause["value"]
    if value[0] in "\"'":
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if name == "metadata" and key is not None:
        test = text_test(lambda row: (row.get("metadata") or {}).get(key), operator, value, clause["value"] == "null")
    elif name in fields.text and key is None:
        path = fields.text[name]
        test = text_test(lambda row: reach(row, path), operator, value, clause["value"] == "null")
    elif name in fields.numeric and key is None:
        test = number_test(fields.numeric[name], operator, value)
    else:
        raise invalid(
            f"Field `{name}` is an unsupported search field for resource `{resource}`. See"
            f" http://stripe.com/docs/search#query-fields-for-{resource.replace('_', '-')} for a list of supported"
            " fields.",
            "query",
        )
    return (lambda row: not test(row)) if clause["negated"] else test


def text_test(get: Callable[[Object], Any], operator: str, value: str, is_null: bool) -> Test:
    """Equality without regard to case, or a substring of at least three characters."""
    wanted = value.lower()
    if operator == ":":
        if is_null:
            return lambda row: get(row) is None
        return lambda row: str(get(row)).lower() == wanted if get(row) is not None else False
    if operator == "~":
        if len(value) < 3:
            raise invalid("The substring of a `~` search must have at least 3 characters.", "query")
        return lambda row: wanted in str(get(row) or "").lower()
    raise invalid(f"The operator {operator} is only for numeric fields.", "query")


def number_test(path: str, operator: str, value: str) -> Test:
    """Comparison of numbers."""
    if not re.fullmatch(r"-?\d+", value):
        raise invalid(f"Invalid number in the search query: {value}", "query")
    wanted = int(value)
    compare: dict[str, Callable[[int], bool]] = {
        ":": lambda number: number == wanted,
        "<": lambda number: number < wanted,
        "<=": lambda number: number <= wanted,
        ">": lambda number: number > wanted,
        ">=": lambda number: number >= wanted,
    }
    if operator not in compare:
        raise invalid("The operator ~ is only for text fields.", "query")

    def test(row: Object) -> bool:
        number = reach(row, path)
        return number is not None and compare[operator](number)

    return test


def reach(row: Object, path: str) -> Any:
    """A value at a dotted path."""
    here: Any = row
    for name in path.split("."):
        here = here.get(name) if isinstance(here, dict) else None
    return here
