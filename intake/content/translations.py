"""The questionnaire in another language: the same ids, choices and conditions, in other words.

A question is translated whole or not at all. Where one of its texts has no translation, because there never
was one or because the English changed since, the question stays in English and says so (``left_in``).
Published instruments are translated only from their publisher's own translation, and what is signed only
in the one wording that was reviewed (ux_spec.md 14).
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from threading import Lock

from intake.content.catalogues import Translation
from intake.domain.fingerprint import fingerprint
from intake.domain.languages import SOURCE
from intake.domain.questionnaire import (
    Choice,
    Consent,
    CrisisLine,
    Kind,
    Page,
    Part,
    Question,
    Questionnaire,
    SafetyPage,
)

# Words of ours that stand on the page of an instrument, by place. Everything else there is published.
OWN_ON_PUBLISHED_PAGES = frozenset(
    {
        "peg.title",
        "trauma.title",
        "phq9.intro",
        "gad7.intro",
        "asq.title",
        "asq.intro",
        "audit_c_1.title",
        "audit_c_2.title",
        "audit_c_2.intro",
        "alcohol_withdrawal",
    }
)
# Questions that are named to the patient by their label: where a number or a date is to be checked.
_NAMED = frozenset({Kind.NUMBER, Kind.READING, Kind.DATE})
_MOST_KEPT = 8
_EMERGENCY = "tel:911"


@dataclass(frozen=True, slots=True)
class Message:
    """One text patients read: its place, the English, and the page of its published instrument, if any."""

    place: str
    text: str
    published_on: str = ""

    @property
    def kind(self) -> str:
        """What stands there: "ask", "hint", "choice", …"""
        return self.place.rpartition(".")[2]


def messages_of(questionnaire: Questionnaire) -> Iterator[Message]:
    """Every text of the questionnaire that patients read, in the order asked.

    The line that names an instrument, its authors and its license stays as it is published.
    """
    yield Message("form.title", questionnaire.title)
    for part in questionnaire.parts:
        yield Message(f"{part.id}.part", part.title)
        for page in part.pages:
            yield from _of_page(page)
            for question in page.questions:
                yield from _of_question(question, page)
    for shown in questionnaire.safety_pages:
        yield from _of_safety_page(shown)
    for line in questionnaire.crisis_lines:
        yield Message(f"{line.id}.say", line.say)
        yield Message(f"{line.id}.about", line.about)
    yield from _of_consent(questionnaire.consent)


def translated(questionnaire: Questionnaire, translation: Translation) -> Questionnaire:
    """The questionnaire in this translation, of the same edition; worked out once for each."""
    key = (questionnaire.edition, id(translation))
    with _working:
        found = _kept.get(key) if questionnaire.edition else None
        if found is None or found[0] is not translation:
            found = (translation, _translated(questionnaire, translation))
            _kept[key] = found
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
    return found[1]


_kept: OrderedDict[tuple[str, int], tuple[Translation, Questionnaire]] = OrderedDict()
_working = Lock()


def consent_fingerprint(consent: Consent, translation: Translation) -> str | None:
    """Names the one wording of the consent in both languages; None while it is not all translated.

    Whoever reviewed it writes this down in ``about.yaml``; with any change of either text it is another.
    """
    messages = tuple(_of_consent(consent))
    said = [translation.of(one.place, one.text) for one in messages]
    if any(one is None for one in said):
        return None
    return fingerprint([[one.text for one in messages], said])


def _translated(questionnaire: Questionnaire, translation: Translation) -> Questionnaire:
    title = translation.of("form.title", questionnaire.title)
    return replace(
        questionnaire,
        title=title or questionnaire.title,
        title_left_in="" if title else SOURCE,
        parts=tuple(_part(part, translation) for part in questionnaire.parts),
        safety_pages=tuple(_safety_page(shown, translation) for shown in questionnaire.safety_pages),
        consent=_consent(questionnaire.consent, translation),
    )


def _part(part: Part, translation: Translation) -> Part:
    title = translation.of(f"{part.id}.part", part.title)
    return replace(
        part,
        title=title or part.title,
        pages=tuple(_page(page, translation) for page in part.pages),
        left_in="" if title else SOURCE,
    )


def _page(page: Page, translation: Translation) -> Page:
    questions = tuple(_question(one, page, translation) for one in page.questions)
    said = {one.place: _shown(one, translation) for one in _of_page(page)}
    title, intro = (said.get(f"{page.id}.{name}", "") for name in ("title", "intro"))
    return replace(
        page,
        questions=questions,
        title=page.title if title is None else title,
        intro=page.intro if intro is None else intro,
        left_in=SOURCE if title is None else "",
        intro_left_in=SOURCE if intro is None else "",
    )


def _question(question: Question, page: Page, translation: Translation) -> Question:
    said = _said(_of_question(question, page), translation)
    if said is None:
        return replace(question, left_in=SOURCE)

    def at(name: str, text: str) -> str:
        return said.get(f"{question.id}.{name}", text)

    return replace(
        question,
        ask=at("ask", question.ask),
        label=at("ask" if question.label == question.ask else "label", question.label),
        hint=at("hint", question.hint),
        why=at("why", question.why),
        each=at("each", question.each),
        choices=tuple(replace(one, say=at(f"{one.id}.choice", one.say)) for one in question.choices),
        part_labels=tuple(at(f"{n}.box", one) for n, one in enumerate(question.part_labels)),
    )


def _safety_page(shown: SafetyPage, translation: Translation) -> SafetyPage:
    lines = tuple(_line(line, translation) for line in _in_order(shown.lines, translation))
    said = _said(_of_safety_page(shown), translation)
    if said is None:
        return replace(shown, lines=lines, left_in=SOURCE)
    paragraphs = tuple(said[f"{shown.id}.{n}.paragraph"] for n, _ in enumerate(shown.paragraphs))
    return replace(shown, title=said[f"{shown.id}.title"], paragraphs=paragraphs, lines=lines)


def _in_order(lines: tuple[CrisisLine, ...], translation: Translation) -> tuple[CrisisLine, ...]:
    """The lines at which the language is spoken before the others; an emergency number that leads stays."""
    leads = sum(1 for _ in takewhile(lambda line: line.link == _EMERGENCY, lines))
    rest = sorted(lines[leads:], key=lambda line: line.id not in translation.about.lines_first)
    return (*lines[:leads], *rest)


def _line(line: CrisisLine, translation: Translation) -> CrisisLine:
    say, about = (
        translation.of(f"{line.id}.{name}", text) for name, text in (("say", line.say), ("about", line.about))
    )
    if say is None or about is None:
        # As the clinic wrote it: whole, so that a number and what is said of it never part.
        return replace(line, left_in=SOURCE)
    return replace(line, say=say, about=about)


def _consent(consent: Consent, translation: Translation) -> Consent:
    said = _said(_of_consent(consent), translation)
    reviewed = translation.consent_reviewed
    if said is None or not reviewed or reviewed != consent_fingerprint(consent, translation):
        return replace(consent, left_in=SOURCE)
    points = tuple(said[f"consent.{n}.point"] for n, _ in enumerate(consent.points))
    return replace(consent, title=said["consent.title"], points=points, agree=said["consent.agree"])


def _said(messages: Iterator[Message], translation: Translation) -> dict[str, str] | None:
    """The translation of every message, by place; None when one is missing or may not be shown."""
    found: dict[str, str] = {}
    for message in messages:
        said = _shown(message, translation)
        if said is None:
            return None
        found[message.place] = said
    return found


def _shown(message: Message, translation: Translation) -> str | None:
    """The translation of one message; None when there is none, or when only its publisher's may be shown."""
    if message.published_on and message.published_on not in translation.official:
        return None
    return translation.of(message.place, message.text)


def _of_page(page: Page) -> Iterator[Message]:
    for name, text in (("title", page.title), ("intro", page.intro)):
        if text:
            place = f"{page.id}.{name}"
            published = bool(page.attribution) and place not in OWN_ON_PUBLISHED_PAGES
            yield Message(place, text, page.id if published else "")


def _of_question(question: Question, page: Page) -> Iterator[Message]:
    published = bool(page.attribution) and question.id not in OWN_ON_PUBLISHED_PAGES
    for place, text in _texts_of(question):
        yield Message(place, text, page.id if published else "")


def _texts_of(question: Question) -> Iterator[tuple[str, str]]:
    yield f"{question.id}.ask", question.ask
    if (question.kind in _NAMED or question.needed) and question.label != question.ask:
        yield f"{question.id}.label", question.label
    if question.hint:
        yield f"{question.id}.hint", question.hint
    if question.each:
        yield f"{question.id}.each", question.each
    if question.why:
        yield f"{question.id}.why", question.why
    yield from ((f"{question.id}.{number}.box", label) for number, label in enumerate(question.part_labels))
    yield from ((f"{question.id}.{one.id}.choice", one.say) for one in question.choices if _is_words(one))


def _is_words(choice: Choice) -> bool:
    return not choice.say.isdecimal()


def _of_safety_page(shown: SafetyPage) -> Iterator[Message]:
    yield Message(f"{shown.id}.title", shown.title)
    for number, paragraph in enumerate(shown.paragraphs):
        yield Message(f"{shown.id}.{number}.paragraph", paragraph)


def _of_consent(consent: Consent) -> Iterator[Message]:
    yield Message("consent.title", consent.title)
    for number, point in enumerate(consent.points):
        yield Message(f"consent.{number}.point", point)
    yield Message("consent.agree", consent.agree)
