"""The basis of every flag of a form, worked out with the editions it was screened under.

Those editions may be years old. They are read once and kept for the next form; one that cannot be
read is told as such, and nothing is made up with the rules of today.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

from intake.content.library import Library
from intake.domain.answer_changes import given_at
from intake.domain.basis import Basis, Explainer, folded_into
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.instruments import Instrument, instruments
from intake.domain.medicines import Formulary
from intake.domain.review import Review
from intake.domain.screening import Editions, Flag
from intake.domain.telling import Teller
from intake.services import replay
from intake.services.clinic import Clinic
from intake.services.replay import CannotReplay

_MOST = 4  # what is in force needs no place here, and older forms come a few at a time
_reading = Lock()
_read: OrderedDict[Editions, Library] = OrderedDict()

_STOPPED = (
    "What this flag rests on could not be worked out ({}), so it is not shown. The flag itself is as it "
    "was stored. Tell whoever looks after intake here"
)


@dataclass(frozen=True, slots=True)
class Bases:
    """What the flags of one form rest on, by their keys, or ``unreadable``: why nobody can tell here.

    ``stopped`` are the keys of flags whose basis could not be worked out, each with the words for it.
    ``formulary`` is the medicines list of the screening; None when it cannot be read. ``stems`` are the
    words that the questions of a page go on from, by question.
    """

    by_key: Mapping[str, Basis] = field(default_factory=dict)
    stopped: Mapping[str, str] = field(default_factory=dict)
    instruments: tuple[Instrument, ...] = ()
    formulary: Formulary | None = None
    unreadable: str = ""
    stems: Mapping[str, str] = field(default_factory=dict)

    def of(self, flag: Flag) -> Basis | None:
        """What a flag rests on; None when that is not known, and ``why_not`` says why."""
        return self.by_key.get(flag.key)

    def why_not(self, flag: Flag) -> str:
        """Why it is not known what a flag rests on."""
        return self.stopped.get(flag.key, self.unreadable)


def bases(clinic: Clinic, review: Review) -> Bases:
    """What each flag that stands rests on. Never raises: a panel must not cost anybody the page."""
    try:
        library = library_of(clinic, review.screening.editions)
    except CannotReplay as refusal:
        return Bases(unreadable=_in_words(review.screening.editions, refusal))
    evidence = _evidence(library, review)
    rules = {rule.id: rule for rule in library.rulebook.rules}
    teller = Teller(library.questionnaire, library.formulary)
    explainer = Explainer(rules, teller, evidence, given_at(review.revisions))
    found, stopped = {}, {}
    for flag in review.flags:
        try:
            found[flag.key] = explainer.basis(flag, folded_into(flag, review.screening.outcomes))
        except Exception as error:
            # As with a rule that stops: the class alone, since an error's words may quote an answer.
            stopped[flag.key] = _STOPPED.format(type(error).__name__)
    stems = {
        one.id: page.stem for _, page in library.questionnaire.pages for one in page.questions if page.stem
    }
    return Bases(found, stopped, tuple(_instruments(evidence, review)), library.formulary, stems=stems)


def library_of(clinic: Clinic, wanted: Editions) -> Library:
    """The questionnaire, rules and medicines of these editions. Raises CannotReplay."""
    if clinic.library.editions == wanted:
        return clinic.library
    with _reading:
        if wanted not in _read:
            _keep(wanted, _read_anew(clinic, wanted))
        _read.move_to_end(wanted)
        return _read[wanted]


def _read_anew(clinic: Clinic, wanted: Editions) -> Library:
    library = replay.shelf(clinic).library(wanted)
    if library.editions != wanted:
        raise CannotReplay("a document kept here is not what its name says: it was changed in the database")
    return library


def _keep(wanted: Editions, library: Library) -> None:
    _read[wanted] = library
    while len(_read) > _MOST:
        _read.popitem(last=False)


def _evidence(library: Library, review: Review) -> PatientEvidence:
    # As of the day the screening read the answers as of; those of the first versions do not say.
    screened = review.screening.revision
    submission = next((one for one in review.revisions if one.revision == screened), review.submission)
    as_of = review.screening.as_of or submission.sent_on
    answers = fitting(library.questionnaire, submission.answers)
    return PatientEvidence(
        library.questionnaire, library.formulary, answers, as_of, submission.unread, submission.not_on_paper
    )


def _instruments(evidence: PatientEvidence, review: Review) -> Iterator[Instrument]:
    for line in review.screening.worked_out:
        try:
            yield from instruments(evidence, (line,))
        except (KeyError, ValueError):
            continue  # the total stands among what was worked out, without its items


def _in_words(editions: Editions, refusal: CannotReplay) -> str:
    return (
        f"What this flag rests on cannot be shown: rules edition {editions.rules[:8]}, questionnaire "
        f"{editions.questionnaire[:8]} and medicines {editions.medicines[:8]}, under which this form was "
        f"screened, cannot all be read here. The flag itself is as it was stored. Reason: {refusal}"
    )
