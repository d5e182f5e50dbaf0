"""Makes a document smaller for as long as it shows what it showed: what is left is what matters."""

from collections.abc import Callable
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.resolvers.reading.reference.contract import contract

CAN_GO = (FieldNode, InlineFragmentNode, FragmentSpreadNode, ArgumentNode, ObjectFieldNode, DirectiveNode)


def reduced(text: str, still_shows: Callable[[str], bool]) -> str:
    """The smallest document that is found by taking out one thing after the other, from the outside in."""
    number = 0
    while (smaller := _without(parse(text), number)) is not None:
        shorter = print_ast(smaller)
        if _is_valid(shorter) and still_shows(shorter):
            text = shorter
        else:
            number += 1
    return text


class _Taking(Visitor):
    """Takes out what can go and has the number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def enter(self, node: Node, *_where: Any) -> Any:
        if not isinstance(node, CAN_GO):
            return None
        self.left -= 1
        return REMOVE if self.left == -1 else None

    def leave(self, node: Node, *_where: Any) -> Any:
        """What is left with nothing below it goes as well."""
        below = getattr(node, "selection_set", None)
        return REMOVE if below is not None and not below.selections else None


def _without(document: DocumentNode, number: int) -> DocumentNode | None:
    """Without what has the number in the order of the document; None where there is nothing of that number."""
    taking = _Taking(number)
    smaller = visit(document, taking)
    return _tidy(smaller) if taking.left < 0 else None


class _Using(Visitor):
    """What is used of what is defined."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter(self, node: Node, *_where: Any) -> Any:
        if isinstance(node, VariableDefinitionNode):
            return False
        if isinstance(node, FragmentSpreadNode | VariableNode):
            self.names.add(node.name.value)
        return None


class _Dropping(Visitor):
    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self.used = used

    def enter(self, node: Node, *_where: Any) -> Any:
        if isinstance(node, FragmentDefinitionNode):
            return None if node.name.value in self.used else REMOVE
        if isinstance(node, VariableDefinitionNode):
            return None if node.variable.name.value in self.used else REMOVE
        return None


def _tidy(document: DocumentNode) -> DocumentNode:
    """Without definitions that nothing uses any more."""
    while True:
        using = _Using()
        visit(document, using)
        tidy: DocumentNode = visit(document, _Dropping(using.names))
        if tidy == document:
            return document
        document = tidy


def _is_valid(text: str) -> bool:
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return False
    return not validate(contract(), document)
