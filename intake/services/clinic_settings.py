"""What the clinic set on its settings page, laid over the settings of the file: in force at once.

Every request of both sites asks once which change is the newest, which is one small question while
nothing changed. Other ways to reach help make another edition of the questionnaire (decision 0032).
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from intake.config import Settings, origins
from intake.content.crisis_lines import with_lines
from intake.content.documents import DocumentRefused
from intake.domain.clinic_settings import ClinicSettings, KeptLogo, SettingsChange, with_values
from intake.domain.crisis_lines import ShownLine
from intake.domain.events import EditionPublished
from intake.domain.logo import LogoKind, Picture
from intake.domain.questionnaire import Questionnaire
from intake.domain.reading_promise import ReadingPromise, Unit
from intake.log import Noted, note
from intake.services.site import Site
from intake.storage import audit, clinic_settings, editions
from intake.storage.clinic_settings import Kept
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys

# Set under the same name in the file of the settings and on the page.
_SAME = (
    "clinic_name",
    "clinic_color",
    "clinic_phone",
    "clinic_hours",
    "next_steps",
    "read_first",
    "second_read_percent",
    "claim_minutes",
    "names_in_access_list",
    "languages",
    "staff_addresses",
    "urgent_addresses",
    "safety_signal",
    "start_codes",
)
# What may be written in the file as well, under the name it has there.
_IN_FILE = {
    "clinic_name": "clinic_name",
    "clinic_color": "clinic_color",
    "clinic_phone": "clinic_phone",
    "clinic_hours": "clinic_hours",
    "clinic_logo": "clinic_logo",
    "promised_reading": "reading_time",
    "crisis_lines": "crisis_lines",
}
# How many earlier looks are still served: a page that is open names the stylesheet of its time.
_LATELY = 5
_MOST_LINES_KEPT = 4


_Site = TypeVar("_Site", bound=Site)


@dataclass(frozen=True, slots=True)
class _Look:
    """A change, and the picture of its logo."""

    change: SettingsChange
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest changes, newest first; and what was promised before, oldest first."""

    condition: tuple[int, int]
    kept: Kept
    looks: tuple[_Look, ...]
    promises: tuple[tuple[datetime, ReadingPromise], ...]


_NOTHING = _Known((0, 0), Kept((), ()), (), ())


_known: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()
_kept: WeakKeyDictionary[Database, set[str]] = WeakKeyDictionary()
_reading = Lock()
_with_lines: OrderedDict[tuple[str, tuple[ShownLine, ...]], tuple[Questionnaire, str] | None] = OrderedDict()


def with_settings_in_force(site: _Site) -> _Site:
    """The same site with what the clinic set. Ask once for each request and not in a transaction."""
    known = _newest(site.database, site.keys)
    if not known.looks:
        return site
    site = site.with_settings(_as_of(known, site.settings))
    lines = known.looks[0].change.settings.get("crisis_lines")
    if not isinstance(lines, tuple):
        return site
    return _with_crisis_lines(site, lines)


def settings_in_force(database: Database, settings: Settings) -> Settings:
    """The settings with what the clinic set laid over them, for a process that asks patients nothing.

    It has no key to the trail: that a change has its line there is all it can see.
    """
    return _as_of(_newest(database, None), settings)


def kept(session: Session, database: Database, keys: PatientKeys | None) -> Kept:
    """The changes that the trail bears witness to; in a transaction, before anything is added in it."""
    return _as_kept(session, database, keys).kept


def lately(site: Site) -> tuple[Settings, ...]:
    """The settings as they were after each of the last few changes, newest first."""
    looks = _newest(site.database, site.keys).looks
    return tuple(laid_over(site.settings, look.change.settings, look.picture) for look in looks)


def notes(clinic: Site) -> tuple[str, ...]:
    """What to tell whoever starts the program: what is written in the file and set otherwise on the page."""
    looks = _newest(clinic.database, clinic.keys).looks
    set_here = looks[0].change.settings if looks else {}
    comes_from = origins(clinic.settings)
    read_no_more = [
        in_file for name, in_file in _IN_FILE.items() if name in set_here and comes_from[in_file] != "default"
    ]
    if not read_no_more:
        return ()
    names = ", ".join(read_no_more)
    return (f"set on the settings page, and so not read from the file or the environment: {names}",)


def laid_over(settings: Settings, set_here: Mapping[str, object], picture: Picture | None) -> Settings:
    """The settings of the file with what was set on the page over them."""
    values: dict[str, Any] = {name: set_here[name] for name in _SAME if name in set_here}
    promise = set_here.get("promised_reading")
    if isinstance(promise, ReadingPromise):
        values["reading_time"] = promise.words
        values["promised_reading"] = promise.length
        values["promised_in_work_days"] = promise.unit is Unit.WORK_DAYS
    if "clinic_logo" in set_here:
        values |= {"clinic_logo": "", "clinic_picture": picture}
    return replace(settings, **values)


def set_now(settings: Settings, set_here: Mapping[str, object]) -> ClinicSettings:
    """Everything a clinic may set, as it is: of the file, with what was set on the page over it."""
    in_work_days = settings.promised_in_work_days
    hour = settings.promised_reading.total_seconds() / 3600
    promise = ReadingPromise(
        round(hour / 24) if in_work_days else round(hour), Unit.WORK_DAYS if in_work_days else Unit.HOURS
    )
    plain: dict[str, Any] = {name: getattr(settings, name) for name in _SAME}
    of_file = ClinicSettings(
        clinic_logo=_logo_of_file(settings.clinic_logo), promised_reading=promise, **plain
    )
    return with_values(of_file, set_here)


def _newest(database: Database, keys: PatientKeys | None) -> _Known:
    with database.read() as session:
        if database not in _known and not clinic_settings.are_kept(session):
            return _NOTHING
        return _as_kept(session, database, keys)


def _as_kept(session: Session, database: Database, keys: PatientKeys | None) -> _Known:
    condition = clinic_settings.condition(session)
    known = _known.get(database)
    if known is None or known.condition != condition:
        believed = clinic_settings.believed(session, keys)
        every = believed.changes
        looks = tuple(_Look(one, _picture(session, one)) for one in every[:_LATELY])
        known = _Known(condition, believed, looks, tuple(_promises(every)))
        _known[database] = known
        _tell_of_what_cannot_be_read(every)
    return known


def _as_of(known: _Known, settings: Settings) -> Settings:
    if not known.looks:
        return settings
    look = known.looks[0]
    return replace(laid_over(settings, look.change.settings, look.picture), earlier_promises=known.promises)


def _promises(newest_first: tuple[SettingsChange, ...]) -> Iterator[tuple[datetime, ReadingPromise]]:
    for change in reversed(newest_first):
        before = change.before.get("promised_reading")
        if isinstance(before, ReadingPromise):
            yield change.at, before


def _picture(session: Session, change: SettingsChange) -> Picture | None:
    match change.settings.get("clinic_logo"):
        case KeptLogo(kind, number):
            content = clinic_settings.logo(session, number)
            return Picture(kind, content) if content is not None else None
    return None


def _with_crisis_lines(site: _Site, lines: tuple[ShownLine, ...]) -> _Site:
    library = site.library
    key = (library.questionnaire.edition, lines)
    with _reading:
        if key not in _with_lines:
            _with_lines[key] = _try(library.texts["questionnaire"], lines)
            while len(_with_lines) > _MOST_LINES_KEPT:
                _with_lines.popitem(last=False)
        found = _with_lines[key]
    if found is None:
        return site
    questionnaire, text = found
    _keep_edition(site, questionnaire, text)
    texts = {**library.texts, "questionnaire": text}
    return site.with_library(replace(library, questionnaire=questionnaire, texts=texts))


def _keep_edition(site: Site, questionnaire: Questionnaire, text: str) -> None:
    """Keep an edition that came of other lines, with its event, so that old forms can be shown."""
    kept = _kept.setdefault(site.database, set())
    if questionnaire.edition in kept:
        return
    with site.database.write() as session:
        if editions.keep(session, "questionnaire", questionnaire.edition, text):
            event = EditionPublished("questionnaire", questionnaire.edition)
            audit.record(session, site.keys, audit.SYSTEM, event, site.now())
    kept.add(questionnaire.edition)


def _try(text: str, lines: tuple[ShownLine, ...]) -> tuple[Questionnaire, str] | None:
    try:
        return with_lines(text, lines)
    except DocumentRefused as refusal:
        # Patients get the lines of the file: an older number that probably works is better than no form.
        note(Noted.LINES_UNREAD, document=refusal)
        return None


def _tell_of_what_cannot_be_read(changes: tuple[SettingsChange, ...]) -> None:
    if changes and (unread := changes[0].unread):
        note(Noted.SETTINGS_UNREAD, names=tuple(unread))


def _logo_of_file(path: str) -> KeptLogo | None:
    suffix = Path(path).suffix.lower().removeprefix(".")
    return KeptLogo(LogoKind(suffix), 0) if suffix in {kind.value for kind in LogoKind} else None
