"""Whatever patients read is a message: found in the catalogues, and so said in their language."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import nodes

from intake import resources
from intake.content.messages import environment, in_code, in_template, patient_templates

TEMPLATES = patient_templates()
# What the process says at a console is for whoever runs the clinic's copy.
PATIENT_CODE = sorted(
    one
    for one in (Path(resources.__file__).parent / "web" / "patient").glob("*.py")
    if one.stem != "__main__"
)
# What a template reads to a person outside of the text: in these attributes.
_READ = re.compile(
    r'\b(?:aria-label|alt|title|placeholder|data-(?:list|found|none|picked))="([^"\x00]*[A-Za-z][^"]*)"'
)
_HOLE = "\x00"
# A sentence or a word of a button, and not a name of something.
_SENTENCE = re.compile(r"[A-Z][a-z']* [a-z]|^[A-Z][a-z]+$")
_LETTER = re.compile(r"[A-Za-z]{2,}")
# Words that are the same in every language.
_NAMES = frozenset({"Lax"})
# The id of a form, which a page tells its frame.
_IDS = frozenset({"answers"})


def unsaid_in_template(source):
    """The words of a template that would stand in English on every page."""
    tree = environment().parse(source)
    words = "".join(
        piece.data if isinstance(piece, nodes.TemplateData) else _HOLE
        for output in tree.find_all(nodes.Output)
        for piece in output.nodes
    )
    text = re.sub(r"<[^>]*>", _HOLE, re.sub(r"&[a-z]+;", "", words))
    # A piece with =" is half of a tag that is put together.
    found = [one.strip() for one in text.split(_HOLE) if _LETTER.search(one) and '="' not in one]
    found = [one for one in found if one not in _IDS]
    found += _READ.findall(words)
    for output in tree.find_all(nodes.Output):
        for piece in output.nodes:
            found += [const for const in _constants(piece) if _SENTENCE.search(const)]
    return found


def _constants(node):
    """The texts an expression may put on a page: not what is looked up, compared or said."""
    match node:
        case nodes.Const(value=str() as text):
            return [text]
        case nodes.CondExpr():
            return [one for part in (node.expr1, node.expr2) if part is not None for one in _constants(part)]
        case nodes.Concat() | nodes.Or() | nodes.And():
            return [one for part in node.iter_child_nodes() for one in _constants(part)]
        case nodes.Call(node=nodes.Name(name=name)) if name not in ("gettext", "ngettext", "_"):
            return [one for keyword in node.kwargs for one in _constants(keyword.value)]
    return []


def unsaid_in_code(source):
    """The sentences of a module that are said by no voice."""
    tree = ast.parse(source)
    quiet = {id(node) for one in ast.walk(tree) if _is_said(one) for node in ast.walk(one)}
    quiet |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in quiet
        and _SENTENCE.search(node.value)
        and node.value not in _NAMES
    ]


def _is_said(node):
    if not isinstance(node, ast.Call):
        return (
            isinstance(node, ast.Raise) and getattr(getattr(node.exc, "func", None), "id", "") == "ValueError"
        )
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in ("say", "say_many", "mark", "compile", "Blueprint", "TypeVar")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_word_of_a_patients_page_is_a_message(path):
    assert unsaid_in_template(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", PATIENT_CODE, ids=lambda path: path.stem)
def test_every_sentence_in_the_code_of_patients_pages_is_a_message(path):
    assert unsaid_in_code(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Keep going</p>", "Keep going"),
        ("<p>{{ name }}, call us</p>", ", call us"),
        ('<a aria-label="Help here">{% trans %}Help{% endtrans %}</a>', "Help here"),
        ('<p>{{ "Answer" if open else "Change" }}</p>', "Answer"),
        ('{{ field(name, data_list="Names of medicines") }}', "Names of medicines"),
    ],
)
def test_a_word_outside_of_a_message_is_found(source, words):
    assert words in unsaid_in_template(source)


def test_a_sentence_outside_of_a_message_is_found_in_code():
    assert unsaid_in_code('raise Wrong("Check the year")') == ["Check the year"]
    assert unsaid_in_code('note = f"You typed {one}."') == ["You typed "]
    assert unsaid_in_code('raise Wrong(say("Check the year"))') == []


def test_messages_are_found_where_they_are_said():
    template = "{% trans %}Keep going{% endtrans %}{{ _('Names') }}{% trans count=n %}1 day{% pluralize %}{{ count }} days{% endtrans %}"  # fmt: skip # noqa: E501
    code = 'say("One")\nvoice.say_many("%(n)s a", "%(n)s b", 2)\nmark("Two")\nsay(unknown)'

    assert set(in_template(template)) == {"Keep going", "Names", ("1 day", "%(count)s days")}
    assert set(in_code(code)) == {"One", "Two", ("%(n)s a", "%(n)s b")}


def test_the_frame_and_everything_the_pages_are_put_together_from_is_looked_at():
    names = {path.relative_to(resources.TEMPLATES).as_posix() for path in TEMPLATES}

    assert {"layout.html", "components/summary.html", "patient/page.html", "errors/404.html"} < names
    assert not any(name.startswith("clinic/") for name in names)
