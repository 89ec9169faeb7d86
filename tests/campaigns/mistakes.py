"""Mistakes made by rule in the text of a module: what each would be, and where. Nothing is run here.

The operators are mutmut's (``mutmut.mutation.mutators``), and the few that it has none for. The rest of
mutmut is not used: it changes no function with a decorator and nothing outside of functions, and here these
are the pages, the properties and the limits; and it writes each changed function beside the right one into
the module, which tests that read the modules would stumble over.

Left alone are words (docstrings, annotations, messages, what is logged), imports, and what is a ``TypeError``
at once, which any test would notice: an argument that is None. An argument with a name is left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

_LONGEST_SHOWN = 80
# Names, keys and words of protocols; with a space in it, it is for people.
_FOR_A_PROGRAM = re.compile(r"\S+")
# It changes how large an object is, and nothing else.
_OF_SIZE_ALONE = frozenset({"slots"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """In ``file``, from byte ``start`` to ``end``, ``before`` becomes ``after``.

    ``lines`` are those of the statement it is in. ``in_function`` says that only what a function does is
    changed, and nothing that is done when the module is read.
    """

    file: str
    start: int
    end: int
    lines: tuple[int, ...]
    before: str
    after: str
    operator: str
    in_function: bool

    @property
    def name(self) -> str:
        """How a report names it."""
        return f"{self.file}:{self.lines[0]} ({self.operator}): {_short(self.before)} -> {_short(self.after)}"

    def made(self, source: str) -> str:
        """The text with the mistake in it."""
        text = source.encode()
        assert text[self.start : self.end].decode() == self.before, self.name
        return (text[: self.start] + self.after.encode() + text[self.end :]).decode()


def _short(code: str) -> str:
    words = " ".join(code.split())
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}..."


# What stands there, and what stands there instead.
_Change = tuple[cst.CSTNode, str]
_Operator = Callable[[cst.CSTNode], Iterable[_Change]]


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _of_mutmut(operator: Callable[..., Iterable[cst.CSTNode]], *kinds: type) -> _Operator:
    def changes(node: cst.CSTNode) -> Iterator[_Change]:
        if isinstance(node, kinds):
            for instead in operator(node):
                yield node, _code(instead)

    changes.__name__ = operator.__name__.removeprefix("operator_")
    return changes


def statement_removed(node: cst.CSTNode) -> Iterator[_Change]:
    """A call nothing is made of, a refusal, or a removal: it does not happen."""
    if isinstance(node, cst.Raise | cst.Del) or m.matches(node, m.Expr(value=m.Call())):
        yield node, "pass"


def none_returned(node: cst.CSTNode) -> Iterator[_Change]:
    """None is handed back."""
    if isinstance(node, cst.Return) and node.value and not m.matches(node.value, m.Name("None")):
        yield node, "return None"


def other_way(node: cst.CSTNode) -> Iterator[_Change]:
    """What is done on a condition is done without it, and not with it."""
    if isinstance(node, cst.If | cst.While | cst.CompIf) and not m.matches(
        node.test, m.UnaryOperation(operator=m.Not())
    ):
        yield node.test, f"(not ({_code(node.test)}))"


def default_taken(node: cst.CSTNode) -> Iterator[_Change]:
    """An argument that has a name is left out."""
    if isinstance(node, cst.Call):
        for one in node.args:
            if one.keyword is not None and one.keyword.value not in _OF_SIZE_ALONE:
                rest = [other for other in node.args if other is not one]
                last = [rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)] if rest else []
                yield node, _code(node.with_changes(args=[*rest[:-1], *last]))


def decorator_removed(node: cst.CSTNode) -> Iterator[_Change]:
    """A function or a class without a decorator of it."""
    if isinstance(node, cst.Decorator):
        yield node, ""


def case_removed(node: cst.CSTNode) -> Iterator[_Change]:
    """One case of several is not looked for."""
    if isinstance(node, cst.Match) and len(node.cases) > 1:
        for case in node.cases:
            yield case, ""


def word_changed(node: cst.CSTNode) -> Iterator[_Change]:
    """A word for a program is another one."""
    if not isinstance(node, cst.SimpleString) or not isinstance(node.evaluated_value, str):
        return
    if _FOR_A_PROGRAM.fullmatch(node.evaluated_value):
        yield from ((node, _code(one)) for one in list(mutators.operator_string(node))[:1])


_OPERATORS: tuple[_Operator, ...] = (
    _of_mutmut(mutators.operator_number, cst.BaseNumber),
    _of_mutmut(mutators.operator_name, cst.Name),
    _of_mutmut(mutators.operator_assignment, cst.Assign, cst.AnnAssign),
    _of_mutmut(mutators.operator_augmented_assignment, cst.AugAssign),
    _of_mutmut(mutators.operator_remove_unary_ops, cst.UnaryOperation),
    _of_mutmut(mutators.operator_symmetric_string_methods_swap, cst.Call),
    _of_mutmut(mutators.operator_unsymmetrical_string_methods_swap, cst.Call),
    _of_mutmut(mutators.operator_lambda, cst.Lambda),
    _of_mutmut(mutators.operator_keywords, cst.CSTNode),
    _of_mutmut(mutators.operator_swap_op, cst.CSTNode),
    _of_mutmut(mutators.operator_if_exp, cst.IfExp),
    statement_removed,
    none_returned,
    other_way,
    default_taken,
    decorator_removed,
    case_removed,
    word_changed,
)
_LOGGED = m.Call(func=m.Attribute(value=m.OneOf(m.Name("log"), m.Name("_LOG"), m.Name("_log"))))
_LEFT_ALONE = (
    m.Annotation()
    | m.Import()
    | m.ImportFrom()
    | m.FormattedString()
    | m.ConcatenatedString()
    | m.Expr(value=m.SimpleString())
    # A field without a value is its annotation alone; what is cast is only said to be something.
    | m.AnnAssign(value=None)
    | m.Arg(keyword=m.Name("slots"))
    | m.Call(func=m.Name("cast"))
    | _LOGGED
    | m.Expr(value=_LOGGED)
    | m.Assign(targets=[m.AssignTarget(target=m.OneOf(m.Name("__all__"), m.Name("__tablename__")))])
)


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ByteSpanPositionProvider)

    def __init__(self, file: str) -> None:
        super().__init__()
        self.found: list[Mistake] = []
        self.text = b""
        self._file = file
        self._statements: list[cst.CSTNode] = []
        self._functions = self._refusals = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, _LEFT_ALONE):
            return False
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self._statements.append(node)
        for operator in _OPERATORS:
            # What a refusal says is a message.
            if not (self._refusals and operator is word_changed):
                self.found += (self._mistake(operator, *change) for change in operator(node))
        self._refusals += isinstance(node, cst.Raise)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._statements and self._statements[-1] is original_node:
            self._statements.pop()
        # What is left alone is left, too.
        self._refusals -= isinstance(original_node, cst.Raise)

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        self._functions += isinstance(node, cst.FunctionDef) and attribute == "body"

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        self._functions -= isinstance(original_node, cst.FunctionDef) and attribute == "body"

    def _mistake(self, operator: _Operator, node: cst.CSTNode, after: str) -> Mistake:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        place = self.get_metadata(PositionProvider, node)
        around = self.get_metadata(PositionProvider, self._statements[-1])
        # Of a statement with others in it, only its head.
        until = around.end if isinstance(self._statements[-1], cst.SimpleStatementLine) else place.end
        end = span.start + span.length
        return Mistake(
            self._file,
            span.start,
            end,
            tuple(dict.fromkeys((place.start.line, *range(around.start.line, until.line + 1)))),
            self.text[span.start : end].decode(),
            after,
            operator.__name__,
            self._functions > 0,
        )


def mistakes(file: str, source: str) -> list[Mistake]:
    """Every mistake there is to make in a module, that leaves it Python; none of them twice."""
    finder = _Finder(file)
    finder.text = source.encode()
    MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True).visit(finder)
    return [one for one in dict.fromkeys(finder.found) if _is_python(one.made(source), file)]


def _is_python(source: str, file: str) -> bool:
    try:
        compile(source, file, "exec")
    except SyntaxError:
        return False
    return True
