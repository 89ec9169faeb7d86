"""Write an archive: what one version of the code made of invented people, without any key.

Run it from a checkout of that version, and never change an archive once it is written:

    cd CHECKOUT && PYTHONPATH=. python …/tests/archive/write.py …/tests/archive/VERSION
"""

import io
import sys
import tarfile
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from intake.config import Settings
from intake.content.library import parse_library
from intake.demo.people import Person
from intake.domain.answers import Answers, Day, Text, answered
from intake.services import demonstration, reviewing
from intake.services.clinic import Clinic, PatientDesk, library_of, publish_editions
from intake.services.instance import prepare
from intake.storage import submissions
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys, read_patient_keys
from intake.storage.tables import EditionRow, ScreeningRow, SubmissionRow

# In New York it is the evening before: Pat turns 65 the day after this form was sent.
_LATE = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
_PAT = Person(
    "pat_left_it_blank",
    "Says who they are and leaves the rest blank",
    datetime(2026, 11, 20, tzinfo=UTC).date(),
    Answers(
        {
            "first_name": answered(Text("Pat")),
            "last_name": answered(Text("Doe")),
            "phone": answered(Text("555-0142")),
            "date_of_birth": answered(Day(datetime(1961, 11, 21, tzinfo=UTC).date())),
        }
    ),
)


class _Clock:
    at = _LATE

    def __call__(self) -> datetime:
        return self.at


def records(folder: Path) -> dict[str, bytes]:
    """Every record and every edition, by the name it has in the archive."""
    settings = Settings(instance=folder, database_url=f"sqlite:///{folder / 'intake.db'}")
    prepare(settings)
    clock, library, keys = _Clock(), library_of(settings), folder / "keys"
    desk = PatientDesk(settings, Database(settings.database_url), library, read_patient_keys(keys), clock)
    clinic = Clinic(settings, Database(settings.database_url), library, read_clinic_keys(keys), clock)
    publish_editions(clinic)
    for person in (*demonstration.people(desk), _PAT):
        noon = datetime.combine(person.as_of, datetime.min.time(), UTC) + timedelta(hours=17)
        clock.at = _LATE if person is _PAT else noon
        demonstration.send(desk, person)
    later = replace(clinic, library=_other_rules(library))
    publish_editions(later)
    clock.at = _LATE + timedelta(days=40)
    for one in reviewing.to_rescreen(later):
        reviewing.rescreen(later, one)
    found = _found(later)
    desk.database.dispose()
    clinic.database.dispose()
    return found


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    """The archive, the same bytes for the same contents."""
    folder.mkdir(parents=True)
    path = folder / "records.tar.xz"
    with tarfile.open(path, "w:xz", preset=9) as archive:
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def _other_rules(library):
    """The rules after two changes, so that each submission has screenings of two editions."""
    text = library.texts["rules"]
    other = text.replace("\n    priority: moderate", "\n    priority: high", 1)
    other = other.replace("\n    why: >\n      ", "\n    why: >\n      In other words: ", 1)
    return parse_library(library.texts["questionnaire"], other, library.texts["medicines"])


def _found(clinic: Clinic) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with clinic.database.read() as session:
        for edition in session.scalars(select(EditionRow)):
            found[f"editions/{edition.kind}-{edition.edition}.yaml"] = edition.document.encode()
        for place, row in enumerate(session.scalars(select(SubmissionRow).order_by(SubmissionRow.id)), 1):
            key = submissions.record_key(session, clinic.keys, row.id)
            sealed = submissions.answers_place(row.id, row.revision)
            found[f"submissions/{place:02}/submission.json"] = key.open(row.answers, sealed)
            screened = select(ScreeningRow).where(ScreeningRow.submission_id == row.id)
            for one in session.scalars(screened):
                content = key.open(one.sealed, submissions.screening_place(row.id, one.number))
                found[f"submissions/{place:02}/screening-{one.number}.json"] = content
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(write(Path(sys.argv[1]), records(Path(made) / "instance")))
