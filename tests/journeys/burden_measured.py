"""How much the form asks of a person: its pages and words as Chromium shows them, written to docs/burden.md.

Run it with ``make burden``. Nothing a patient sees depends on a rule, so none are loaded for it.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Browser, Locator, sync_playwright

from browser import _FLAGS, _NAMES, _environment
from copies import make_copy
from intake.content.library import Library
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.content.rules import parse_rulebook
from intake.demo.people import Person, people
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Page
from intake.resources import MEDICINES, QUESTIONNAIRE, ROOT
from intake.services.paths import asked_on, pages_asked
from intake.web.patient.site import create_patient_site
from journeys.as_a_patient import Patient
from journeys.chromium import Chromium
from journeys.healthy import Healthy, healthy
from journeys.served import Form, Served
from web.looking import served
from web.patient.test_reading_level import (
    ASKED,
    GRADED,
    HIGHEST,
    LONGEST,
    PUBLISHED,
    grade,
    own_words,
    sentences,
)

DOCUMENT = ROOT / "docs" / "burden.md"
WIDTH = 390
MOST_PAGES, MOST_MINUTES, AIM = 45, 15, 12

# The model of minutes. Reading: the average silent reading rate of adults for English non-fiction
# (Brysbaert 2019, Journal of Memory and Language 109, 104047: 190 studies; abstract read). The seconds are
# assumed: nobody has watched a patient fill in this form.
WORDS_A_MINUTE = 238
SECONDS_A_CHOICE, SECONDS_A_BOX, SECONDS_A_PAGE = 2, 6, 1

# The words somebody can see. `frame` are those that are the same on every page, `small` the line that names
# an instrument, and `said` every other piece of text with its words: "Yes" and "Choose all that fit." are
# read once.
_COUNT = """main => {
    const counted = {every: 0, frame: 0, small: 0, said: []};
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const around = walker.currentNode.parentElement;
        if (!around.checkVisibility() || around.closest('.vh, .skip, [aria-hidden=true]')) continue;
        const words = walker.currentNode.data.match(/\\S*[\\p{L}\\p{N}]\\S*/gu) || [];
        counted.every += words.length;
        if (around.closest('.part, .back, .acts')) counted.frame += words.length;
        else if (around.closest('.fine')) counted.small += words.length;
        else counted.said.push([walker.currentNode.data.trim(), words.length]);
    }
    return counted;
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """The visible words of one page as it was left, and of them those that have to be read."""

    every: int
    to_read: int


@dataclass(slots=True)
class Burden:
    """What one person met: the words of each page, by its id or title, and the questions of those that ask.

    ``screens`` also counts a page that was shown again.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    screens: int = 0
    choices: int = 0
    boxes: int = 0

    @property
    def visible(self) -> int:
        """Every visible word on the pages of questions."""
        return sum(self.seen[page].every for page in self.questions)

    @property
    def read(self) -> int:
        """Those to be read: not what stands on every page, nor what was said in the same words before."""
        return sum(self.seen[page].to_read for page in self.questions)

    @property
    def minutes(self) -> dict[str, float]:
        """The time for the pages of questions, by what it goes to."""
        return {
            "reading": self.read / WORDS_A_MINUTE,
            "choosing": self.choices * SECONDS_A_CHOICE / 60,
            "typing": self.boxes * SECONDS_A_BOX / 60,
            "going on to the next page": len(self.questions) * SECONDS_A_PAGE / 60,
        }


class Counting(Chromium):
    """A window that counts what is on a page when it is left; other tests look for faults."""

    burden: Burden
    asked: Page | None = None

    def press(self, form: Form, button: str, *, expecting: tuple[int, ...] = (200,)) -> Served:
        """Do as told, and count what was chosen and typed."""
        if self.asked is not None:
            boxes = sum(control.is_box for control in form.filled)
            self.burden.boxes += boxes
            self.burden.choices += len(form.filled) - boxes
        return super().press(form, button, expecting=expecting)

    def count(self) -> None:
        """Note the words of the page as it stands; what opened under an answer counts too."""
        counted = self.tab.locator("main").evaluate(_COUNT)
        asks = self.asked is not None and self.page.h1 == self.asked.heading
        name = self.asked.id if self.asked and asks else self.page.h1
        if name not in self.burden.seen:
            repeated = sum(self._if_known(words, many) for words, many in counted["said"])
            skipped = counted["frame"] + counted["small"] + repeated
            self.burden.seen[name] = Seen(counted["every"], counted["every"] - skipped)

    def _if_known(self, words: str, many: int) -> int:
        known = words in self.burden.known
        self.burden.known.add(words)
        return many if known else 0

    def _look(self) -> None:
        self.burden.screens += 1

    def _go_by(self, link_or_button: Locator, *expecting: int) -> Served:
        self.count()
        return super()._go_by(link_or_button, *expecting)


class Counted(Patient):
    """Somebody who fills in the form there."""

    browser: Counting

    def _answers(self, page: Page) -> None:
        self.browser.asked = page
        asked = [question for question in asked_on(self.evidence, page) if question.id in self.person.answers]
        self.browser.burden.questions[page.id] = len(asked)
        super()._answers(page)
        self.browser.asked = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The two people who were walked through the form, and who the second of them is."""

    healthy: Burden
    heaviest: Burden
    heaviest_is: str


def without_rules() -> Library:
    """The shipped questions and medicines."""
    formulary, medicines = read_formulary(MEDICINES)
    asked, questionnaire = read_questionnaire(QUESTIONNAIRE)
    texts = {"questionnaire": questionnaire, "rules": "rules: []", "medicines": medicines}
    return Library(asked, parse_rulebook(texts["rules"], asked, formulary), formulary, texts)


def measure(browser: Browser, folder: Path) -> Measured:
    """Walk the healthy person, and whoever of the twenty meets most pages, through the whole form."""
    library = without_rules()
    desk = make_copy(folder, library).desk
    most = max(people(), key=lambda one: (len(pages_asked(_evidence(library, one))), len(one.answers)))
    well = healthy(library.questionnaire, library.formulary)
    with served(create_patient_site(desk)) as address:
        light, heavy = (_walk(browser, address, one, _evidence(library, one)) for one in (well, most))
    desk.database.dispose()
    return Measured(light, heavy, most.title)


def _evidence(library: Library, person: Person | Healthy) -> PatientEvidence:
    return PatientEvidence(library.questionnaire, library.formulary, person.answers, person.as_of)


def _walk(browser: Browser, address: str, person: Person | Healthy, evidence: PatientEvidence) -> Burden:
    context = browser.new_context(viewport={"width": WIDTH, "height": 844}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    window = Counting(context, address, scripts=True)
    window.burden = Burden()
    Counted(window, person, evidence).sends_the_form()
    window.count()
    context.close()
    return window.burden


def edition() -> str:
    """The edition of the questionnaire that is measured: other questions, other words, another edition."""
    return read_questionnaire(QUESTIONNAIRE)[0].edition


def document(measured: Measured, day: date) -> str:
    """docs/burden.md."""
    needs = sum(measured.healthy.minutes.values())
    model = _MODEL.format(needs=f"{needs:.0f}")
    says_when = _SAYS_WHEN.format(day=day, edition=edition())
    sections = (says_when, _both(measured), model, _grades(), _page_by_page(measured))
    return "\n\n".join(section.strip() for section in sections) + "\n"


_SAYS_WHEN = f"""
# How much the form asks

Measured on {{day}} in Chromium, in a window {WIDTH} pixels wide, by `make burden`, which writes this page,
with the questionnaire of the edition

    {{edition}}

The tests refuse this page when the questions have another edition, and `make journeys` measures it anew
(`tests/journeys/test_burden.py`). Two invented people filled in the whole form: a healthy woman of 38 who
comes for depression (`tests/journeys/healthy.py`), and whoever of the twenty people in `intake/demo` meets
most pages.
"""

_MODEL = f"""
## How the minutes are worked out

Nobody has watched a patient fill in this form. The minutes are a sum over the pages of questions:
{WORDS_A_MINUTE} words read a minute (the average of adults reading English non-fiction in silence: Brysbaert
2019, Journal of Memory and Language 109, 104047; the abstract was read), {SECONDS_A_CHOICE} seconds for each
choice, {SECONDS_A_BOX} for each box typed in, {SECONDS_A_PAGE} for each page. The seconds are assumed.
Every word of a page is read, except what is the same on every page (the part, Back, the buttons), the small
line that names an instrument's owner, and what was said in the same words before: "I'm not sure" and "Choose
all that fit" are read once. Starting, checking and signing come on top. Somebody who is unwell, or reads
English as a second language, needs longer. The aim is about {AIM} minutes; the healthy person needs about
{{needs}} by this count, and a test keeps it at {MOST_MINUTES} or fewer.
"""

_GRADES = f"""
## The ten pages that are hardest to read

Flesch-Kincaid grade of our own words (at most {HIGHEST}), and words in the longest sentence ({LONGEST}).
`tests/web/patient/test_reading_level.py` holds every page of questions, every safety page and the consent to
it. Published items are left out, being verbatim: {", ".join(PUBLISHED)}.
"""

_PAGES = """
## Page by page

Questions, and visible words. In italics: the pages around the questions, by their titles.
"""


def _both(measured: Measured) -> str:
    two = (measured.healthy, measured.heaviest)
    rows: list[tuple[object, ...]] = [
        ("Pages of questions", *(len(one.questions) for one in two)),
        ("Screens in all, with start, check, sign, and what was shown again", *(one.screens for one in two)),
        ("Questions", *(sum(one.questions.values()) for one in two)),
        ("Visible words on the pages of questions", *(one.visible for one in two)),
        ("of these to be read", *(one.read for one in two)),
        ("Choices made", *(one.choices for one in two)),
        ("Boxes typed in", *(one.boxes for one in two)),
        ("**Minutes**, estimated", *(f"**{sum(one.minutes.values()):.0f}**" for one in two)),
        *((f"of these {to}", *(f"{one.minutes[to]:.1f}" for one in two)) for to in two[0].minutes),
    ]
    return _table(f"| | Healthy | Most pages ({measured.heaviest_is}) |", rows)


def _grades() -> str:
    hardest = sorted(GRADED, key=lambda page: grade(sentences(own_words(page))), reverse=True)[:10]
    longest = (max(len(one.split()) for one in sentences(own_words(page))) for page in hardest)
    rows = [(page.id, _level(page), words) for page, words in zip(hardest, longest, strict=True)]
    return _GRADES + "\n" + _table("| Page | Grade | Longest sentence |", rows)


def _page_by_page(measured: Measured) -> str:
    two = (measured.healthy, measured.heaviest)
    met = dict.fromkeys([*two[0].seen, *two[1].seen])
    asked = {page.id: page for _, page in ASKED.pages if page.id in met}
    rows = [(name, *(_met(one, name) for one in two), _level(page)) for name, page in asked.items()]
    rows += [(f"*{name}*", *(_met(one, name) for one in two), "") for name in met if name not in asked]
    return _PAGES + "\n" + _table("| Page | Healthy | Most pages | Grade |", rows)


def _met(burden: Burden, name: str) -> str:
    if name not in burden.seen:
        return "–"
    words = f"{burden.seen[name].every} words"
    return f"{burden.questions[name]}, {words}" if name in burden.questions else words


def _level(page: Page) -> str:
    return f"{grade(sentences(own_words(page))):.1f}" if page in GRADED else "published words"


def _table(heading: str, rows: Iterable[tuple[object, ...]]) -> str:
    body = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([heading, "|---" * (heading.count("|") - 1) + "|", *body])


def main() -> None:
    """Measure, and write the document anew."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    program = next((path for name in _NAMES if (path := shutil.which(name))), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS, env=_environment())
        measured = measure(browser, Path(folder))
        browser.close()
    DOCUMENT.write_text(document(measured, datetime.now(UTC).date()), encoding="utf-8")
    print(f"Wrote docs/burden.md: {len(measured.healthy.questions)} pages for a healthy person")


if __name__ == "__main__":
    main()
