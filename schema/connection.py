"""Paging: what every connection has in common."""

from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry.types.unset import UNSET

T = TypeVar("T")

First = Annotated[int | None, strawberry.argument(description="How many from the start, at most 100; 20 if left out.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


def paged(first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET) -> None: ...


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows the page.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before the page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first entry.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last entry.")


@strawberry.type(description="An entry of a list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The place of the entry in its list, for after and before.")
    node: T = strawberry.field(description="The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries of the page, each with its cursor.")
    nodes: list[T] = strawberry.field(description="The entries of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="How many there are on all pages together.")
