"""The list of medicines in a draft: what is on it, and saving it without losing what another window added."""

from intake.domain.answers import BLANK, Answer, MedicineEntry, MedicineList, answered
from intake.domain.fingerprint import fingerprint
from intake.domain.unfinished import Marks, ShownPage, UnfinishedPage
from intake.services import answering, unfinished
from intake.services.answering import Saved
from intake.web.languages import say
from intake.web.patient.addresses import Place
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.visits import Visit

MOST = 40
# The hidden box that names the medicine the page has asked about, which is added once more.
AGAIN = "again"

Entries = tuple[MedicineEntry, ...]


def marks_of(visit: Visit, place: Place) -> Marks:
    """Of the list this answer was made from: the page itself may show an older one, to which is added."""
    return unfinished.marks(visit.draft.answers, (place.page.questions[0].id,))


def carried(visit: Visit, place: Place) -> str:
    """What a page of the list carries."""
    return unfinished.carried(visit.desk, ShownPage(visit.draft.id, place.page.id, marks_of(visit, place)))


def named(entries: Entries, key: str) -> MedicineEntry | None:
    """The medicine with this key; None when it is not on the list any more."""
    return next((entry for entry in entries if key_of(entry) == key), None)


def without(entries: Entries, one: MedicineEntry) -> Entries:
    """The list with one line less: of two that say the same, the other stays."""
    at = entries.index(one)
    return entries[:at] + entries[at + 1 :]


def is_to_be_asked_about(added: MedicineEntry, entries: Entries, again: str) -> bool:
    """Whether its name stands on the list already; several may have no name.

    Asked once (``again`` is what was asked about): two strengths of one medicine are two lines of the list.
    """
    name = name_of(added)
    return bool(name) and name in map(name_of, entries) and name != again


def name_of(entry: MedicineEntry) -> str:
    """Its name, however it is spaced and capitalized."""
    return " ".join(entry.name.casefold().split())


def has_room(entries: Entries, form: MedicineForm) -> bool:
    """Whether one more fits; if not, the form says so."""
    if len(entries) < MOST:
        return True
    form.name.errors = [
        say("This list holds %(most)s. Clear this box, and tell the clinic about the rest", most=MOST)
    ]
    return False


def key_of(entry: MedicineEntry) -> str:
    """Names one entry, so that a page left open never removes another than the one it shows."""
    said = [entry.name, entry.amount, entry.how_often, entry.named, entry.last_taken, entry.typed_first]
    return fingerprint(said)[:16]


def keep(
    visit: Visit,
    place: Place,
    entries: Entries,
    *,
    stopped: bool = False,
    half: UnfinishedPage | None = None,
) -> Saved:
    """Save the list; the patient has not continued. ``half`` is what of the page stays unfinished."""
    return answering.answer_page(
        visit.desk,
        visit.token,
        place.page,
        answer_of(place, entries),
        finished=False,
        stopped=stopped,
        shown=marks_of(visit, place),
        keep=half,
    )


def entries_of(visit: Visit, place: Place) -> Entries:
    """What is on the list."""
    value = visit.draft.answers.value(place.page.questions[0].id)
    return value.entries if isinstance(value, MedicineList) else ()


def answer_of(place: Place, entries: Entries) -> dict[str, Answer]:
    """The list as the answer to its question."""
    # An empty list is a question left blank: "no medicines" was the answer of the page before.
    return {place.page.questions[0].id: answered(MedicineList(entries)) if entries else BLANK}
