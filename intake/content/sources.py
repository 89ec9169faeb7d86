"""Reading what rules rest on: the bibliography of a rules file, and each rule's citations of it."""

from dataclasses import dataclass

from intake.content.documents import did_you_mean
from intake.content.fields import Fields
from intake.domain.rules import Checked, Source, SourceKind

INFERENCE_TITLE = "Clinical inference of the intake project"


@dataclass(frozen=True, slots=True)
class Publication:
    """A document that rules cite, and where somebody read it."""

    title: str
    year: int | None = None
    url: str = ""


Bibliography = dict[str, Publication]


def read_bibliography(fields: Fields) -> Bibliography:
    """The publications of a rules file, by the keys that rules cite them under."""
    publications = {}
    for key, entry, line in fields.mapping("bibliography"):
        one = Fields(entry, line, f"bibliography: {key}", fields.problems)
        publications[key] = _publication(one)
        one.finish()
    return publications


def read_source(entry: object, line: int, rule: Fields, bibliography: Bibliography) -> Source:
    """One citation: of the bibliography by its key, of a document written out, or an inference."""
    fields = Fields(entry, line, f"{rule.what}: source", rule.problems)
    kind = fields.one_of("kind", SourceKind, SourceKind.INFERENCE)
    if kind is SourceKind.INFERENCE:
        if fields.text("title", INFERENCE_TITLE) != INFERENCE_TITLE:
            fields.problem("title", f'an inference is titled "{INFERENCE_TITLE}"; write that, or no title')
        if fields.has("checked"):
            fields.one_of("checked", Checked, Checked.NOT_CHECKED)
        fields.finish()
        return Source(kind, INFERENCE_TITLE, Checked.NOT_CHECKED)
    publication = _cited(fields, bibliography)
    source = Source(
        kind,
        publication.title,
        fields.one_of("checked", Checked, Checked.NOT_CHECKED),
        fields.text("section", ""),
        publication.year,
        publication.url,
    )
    if not source.url and source.checked is Checked.READ:
        fields.problem("checked", "a source that was read says where; add its 'url'", "read-without-url")
    fields.finish()
    return source


def _cited(fields: Fields, bibliography: Bibliography) -> Publication:
    if fields.has("title") or not fields.has("key"):
        fields.text("key", "")
        return _publication(fields)
    key = fields.text("key")
    if key not in bibliography:
        hint = did_you_mean(key, bibliography)
        fields.problem(
            "key",
            f'there is no "{key}" in the bibliography at the top of the file{hint or "; add it there"}',
            "unknown-source",
        )
    return bibliography.get(key, Publication(""))


def _publication(fields: Fields) -> Publication:
    year = fields.number("year")
    return Publication(fields.text("title"), int(year) if year is not None else None, fields.text("url", ""))
