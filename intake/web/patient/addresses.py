"""Where each page is: numbers only, so that no address says anything about health."""

from dataclasses import dataclass

from flask import abort, url_for

from intake.domain.contact import PHONE
from intake.domain.derived_answers import Derivation
from intake.domain.evidence import PatientEvidence
from intake.domain.filling_in import FILLED_IN_BY, HELPER_NAME, HELPER_RELATION, goes_by, helper
from intake.domain.questionnaire import Page, Part, Questionnaire, SafetyPage
from intake.services import paths
from intake.web.patient.visits import Visit

_ADULT = 18
ABOUT_THE_HELPER = frozenset({FILLED_IN_BY, HELPER_NAME, HELPER_RELATION})


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the form, by number. ``changing`` is true for a patient who came from the
    check page and goes back to it."""

    part: Part
    page: Page
    part_number: int
    page_number: int
    changing: bool = False

    @property
    def address(self) -> str:
        """Where the page is asked."""
        return url_for(f"questions.{self._kind}", part=self.part_number, number=self.page_number)

    @property
    def keeping_address(self) -> str:
        """Where the page is kept as it stands when it is hidden."""
        return url_for("questions.keep", part=self.part_number, number=self.page_number)

    @property
    def blanks_address(self) -> str:
        """Where the patient is told of what was left blank here."""
        return url_for("questions.blank", part=self.part_number, number=self.page_number)

    def pause_address(self, questionnaire: Questionnaire, shown: SafetyPage) -> str:
        """Where the safety page is shown after this page."""
        pause = questionnaire.safety_pages.index(shown) + 1
        endpoint = f"questions.{'change_pause' if self.changing else 'pause'}"
        return url_for(endpoint, part=self.part_number, number=self.page_number, pause=pause)

    @property
    def _kind(self) -> str:
        return "change" if self.changing else "page"


def place_of(questionnaire: Questionnaire, page: Page, *, changing: bool = False) -> Place:
    """Where a page of the questionnaire is."""
    part, page = questionnaire.page(page.id)
    part_number = questionnaire.parts.index(part) + 1
    return Place(part, page, part_number, part.pages.index(page) + 1, changing)


def place_at(visit: Visit, part: int, number: int, *, changing: bool = False) -> Place:
    """The page under these numbers; a 404 page when there is none."""
    parts = visit.questionnaire.parts
    if not (1 <= part <= len(parts) and 1 <= number <= len(parts[part - 1].pages)):
        abort(404)
    found = parts[part - 1]
    return Place(found, found.pages[number - 1], part, number, changing)


def number_address(visit: Visit) -> str:
    """Where the patient is asked for a phone number; the list of parts when nobody asks."""
    for _, page in visit.questionnaire.pages:
        if any(question.id == PHONE for question in page.questions):
            return place_of(visit.questionnaire, page).address
    return url_for("start.tasks")


def onward(visit: Visit, place: Place) -> str:
    """Where Continue leads after a page was saved."""
    if place.changing:
        return _back_to_check(visit)
    evidence, seen = visit.evidence, visit.draft.seen
    following = paths.next_page(evidence, place.page.id)
    if following is None or (following not in place.part.pages and following.id in seen):
        # The end, or a part that was answered before: show where things stand.
        return url_for("sending.check" if paths.all_seen(evidence, seen) else "start.tasks")
    return place_of(visit.questionnaire, following).address


def back(visit: Visit, place: Place) -> str:
    """Where Back leads."""
    if place.changing:
        return url_for("sending.check")
    before = paths.previous_page(visit.evidence, place.page.id)
    if before is None or before not in place.part.pages:
        return url_for("start.tasks")
    return place_of(visit.questionnaire, before).address


def frame_of(visit: Visit, place: Place) -> dict[str, object]:
    """What every page of the form shows around its question."""
    parts = len(visit.questionnaire.parts) + 1
    through = (place.page_number - 0.5) / len(place.part.pages)
    return {
        "place": place,
        "parts": parts,
        "done": place.part_number - 1 + through,
        "back": back(visit, place),
        "answering_for": _answering_for(visit, place.page),
        "young": _just_gave_a_young_age(visit.evidence, place.page),
    }


def _answering_for(visit: Visit, page: Page) -> str:
    """Whom somebody answers for who helps; empty for a patient, and where the page asks about the helper."""
    answers = visit.draft.answers
    if helper(answers) is None or any(one.id in ABOUT_THE_HELPER for one in page.questions):
        return ""
    return goes_by(answers) or "the person you help"


def _just_gave_a_young_age(evidence: PatientEvidence, page: Page) -> bool:
    """Whether the page before this one asked for the birthday of somebody under 18."""
    before = paths.previous_page(evidence, page.id)
    ages = [one for one in evidence.questionnaire.derived if one.derivation is Derivation.AGE]
    if before is None or not ages or not any(one.id in ages[0].of for one in before.questions):
        return False
    years = evidence.derive(ages[0]).exact
    return years is not None and years < _ADULT


def _back_to_check(visit: Visit) -> str:
    # A change may open new questions; they come first.
    opened = paths.first_unseen(visit.evidence, visit.draft.seen)
    if opened is not None:
        return place_of(visit.questionnaire, opened, changing=True).address
    return url_for("sending.check")
