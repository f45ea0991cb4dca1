"""The small faults that can be put into a module; each one replaces a part of its text."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

_OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_CODE_WORD = re.compile(r"[\w./-]+")  # a key, a code or a wire name; not a sentence


class Mutation(NamedTuple):
    """``source[start:end]``, in bytes, is replaced by ``text``; it starts in ``line``."""

    line: int
    start: int
    end: int
    text: bytes

    def apply(self, source: bytes) -> bytes:
        """Return the source with this fault."""
        return source[: self.start] + self.text + source[self.end :]


def mutations(source: bytes) -> list[Mutation]:
    """Return all faults of a module, except those that would be syntax errors."""
    lengths = [len(line) for line in source.split(b"\n")]
    line_starts = [sum(lengths[:number]) + number for number in range(len(lengths))]
    found = []
    for node, changed in _faults(ast.parse(source)):
        start = line_starts[node.lineno - 1] + node.col_offset
        end = line_starts[node.end_lineno - 1] + node.end_col_offset
        mutation = Mutation(node.lineno, start, end, changed.encode())
        if _compiles(mutation.apply(source)):
            found.append(mutation)
    return found


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _faults(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield a node and the text that replaces it."""
    for node in _executed(tree):
        if isinstance(node, ast.stmt):
            yield from ((node, text) for text in _statement_faults(node))
        elif isinstance(node, ast.expr):
            yield from ((node, text) for text in _expression_faults(node))
        for test in _conditions(node):
            yield test, _in_parentheses(ast.UnaryOp(ast.Not(), test))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes except those that have no effect or cannot be replaced.

    These are annotations, decorators, docstrings, blocks and variables for type checkers, and the
    contents of f-strings, whose positions Python 3.11 does not know.
    """
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST) and not _has_no_effect(child):
                yield child
                yield from _executed(child)


def _has_no_effect(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "TypeVar"
    return isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom))


def _statement_faults(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "pass"
        case ast.Return(value=None | ast.Constant(value=None | False | True)):
            pass  # the same, or read as the same; True and False become each other
        case ast.Return():
            yield "return None"


def _expression_faults(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                ops = [*node.ops[:index], _OPPOSITES[type(operator)](), *node.ops[index + 1 :]]
                yield _in_parentheses(ast.Compare(node.left, ops, node.comparators))
        case ast.BoolOp():
            yield _in_parentheses(ast.BoolOp(_OPPOSITES[type(node.op)](), node.values))
        case ast.BinOp() if type(node.op) in _OPPOSITES:
            yield _in_parentheses(ast.BinOp(node.left, _OPPOSITES[type(node.op)](), node.right))
        case ast.UnaryOp(op=ast.Not()):
            yield _in_parentheses(node.operand)
        case ast.Constant():
            yield from _constant_faults(node.value)
        case ast.Call():
            for index in range(len(node.keywords)):
                others = [*node.keywords[:index], *node.keywords[index + 1 :]]
                yield ast.unparse(ast.Call(node.func, node.args, others))


def _in_parentheses(node: ast.expr) -> str:
    """Return the text of an expression in parentheses, which is valid in every context."""
    return f"({ast.unparse(node)})"


def _constant_faults(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, (int, float)):
        yield repr(value + 1)
    elif isinstance(value, str) and _CODE_WORD.fullmatch(value):
        yield repr(f"{value}XX")


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.If() | ast.While() | ast.IfExp():
            yield node.test
        case ast.comprehension():
            yield from node.ifs
        case ast.match_case(guard=ast.expr() as guard):
            yield guard
