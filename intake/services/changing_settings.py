"""An administrator changes what the clinic may set: each change is kept, with its event, and told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from intake.content.crisis_lines import lines_in, with_lines
from intake.content.documents import DocumentRefused
from intake.domain.clinic_settings import (
    ClinicSettings,
    KeptLogo,
    SettingsChange,
    changed,
    with_values,
)
from intake.domain.clinic_settings_typed import Boxes, boxes_of, settings_in
from intake.domain.crisis_lines import LineProblem, ShownLine, problems_of
from intake.domain.events import ClinicSettingsChanged
from intake.domain.logo import Picture
from intake.domain.permissions import StaffMember
from intake.domain.safety_signal import SignalDuty
from intake.domain.upload_limits import what_is_too_much
from intake.services.clinic import Clinic
from intake.services.clinic_settings import kept, set_now
from intake.storage import audit, clinic_settings


class NotSettable(Exception):
    """Some boxes cannot be set like this; ``problems`` says what is wrong, by the name of the box."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class LinesRefused(Exception):
    """Some lines of help cannot be shown like this."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__(", ".join(problem.field for problem in problems))
        self.problems = tuple(problems)


class ChangedMeanwhile(Exception):
    """Somebody changed the settings since the page was opened: ``since`` says what, newest first."""

    def __init__(self, since: tuple[SettingsChange, ...]) -> None:
        super().__init__(f"{len(since)} changes since the page was opened")
        self.since = since


@dataclass(frozen=True, slots=True)
class SetNow:
    """What is set, and the number of the change it is as of."""

    number: int
    settings: ClinicSettings


def current(clinic: Clinic) -> SetNow:
    """What is set now."""
    with clinic.database.read() as session:
        changes = kept(session, clinic.database, clinic.keys).changes
    return _as_of(clinic, changes[:1])


def changes_since(clinic: Clinic, number: int) -> tuple[SettingsChange, ...]:
    """The changes after the one of a number, newest first."""
    with clinic.database.read() as session:
        return kept(session, clinic.database, clinic.keys).since(number)


def began_with(clinic: Clinic, number: int) -> Boxes:
    """The boxes as a page showed them that was made as of an earlier change."""
    since = changes_since(clinic, number)
    settings = _as_of(clinic, since[:1]).settings if since else current(clinic).settings
    for change in since:
        settings = with_values(settings, change.before)
    return boxes_of(settings)


def problems_in(clinic: Clinic, boxes: Boxes) -> dict[str, str]:
    """What is wrong in these boxes, by the name of the box; nothing is set."""
    _, problems = settings_in(boxes, current(clinic).settings)
    return problems


def set_from(
    clinic: Clinic,
    member: StaffMember,
    number: int,
    boxes: Boxes,
    logo: Picture | None = None,
    *,
    without_logo: bool = False,
) -> SettingsChange | None:
    """Set what the boxes say, over what was set as of ``number``; None when nothing is new.

    ``logo`` is a new one, ``without_logo`` takes the present one away. Raises NotSettable and
    ChangedMeanwhile.
    """
    now = current(clinic)
    settings, problems = settings_in(boxes, now.settings)
    if problems:
        raise NotSettable(problems)
    if logo is not None:
        settings = replace(settings, clinic_logo=KeptLogo(logo.kind, number + 1))
    elif without_logo:
        settings = replace(settings, clinic_logo=None)
    return _change(clinic, member, number, now.settings, settings, logo)


def lines_now(clinic: Clinic) -> tuple[ShownLine, ...]:
    """Every way to reach help, with the pages it stands on."""
    return _lines_in(clinic.library.texts["questionnaire"])


def lines_left_out(clinic: Clinic) -> tuple[ShownLine, ...]:
    """Lines that were set here and are not shown: a later questionnaire has no place for them."""
    set_here = current(clinic).settings.crisis_lines or ()
    shown = lines_now(clinic)
    return tuple(one for one in set_here if one not in shown)


def lines_as_of(clinic: Clinic, number: int) -> tuple[ShownLine, ...]:
    """The lines as they were after an earlier change."""
    lines = lines_now(clinic)
    for change in changes_since(clinic, number):
        was = change.before.get("crisis_lines", lines)
        lines = was if isinstance(was, tuple) else lines
    return lines


def set_lines(
    clinic: Clinic, member: StaffMember, number: int, lines: tuple[ShownLine, ...]
) -> SettingsChange | None:
    """Show other ways to reach help. They make another edition, kept when it first comes into force.

    None when they are the same. Raises LinesRefused and ChangedMeanwhile.
    """
    before, library = lines_now(clinic), clinic.library
    pages = [(page.id, page.title) for page in library.questionnaire.safety_pages]
    if problems := problems_of(lines, before, pages, clinic.today()):
        raise LinesRefused(problems)
    try:
        with_lines(library.texts["questionnaire"], lines)
    except DocumentRefused as refusal:
        raise LinesRefused([LineProblem("", "say", refusal.problems[0].text)]) from None
    now = current(clinic)
    return _change(
        clinic,
        member,
        number,
        replace(now.settings, crisis_lines=before),
        replace(now.settings, crisis_lines=lines),
    )


def set_signal(
    clinic: Clinic, member: StaffMember, number: int, duty: SignalDuty | None
) -> SettingsChange | None:
    """Switch the safety signal on, change who answers it, or switch it off (None).

    None when it is so already. Raises ChangedMeanwhile.
    """
    now = current(clinic)
    return _change(clinic, member, number, now.settings, replace(now.settings, safety_signal=duty))


def _change(
    clinic: Clinic,
    member: StaffMember,
    number: int,
    before: ClinicSettings,
    after: ClinicSettings,
    logo: Picture | None = None,
) -> SettingsChange | None:
    was, at = changed(before, after), clinic.now()
    with clinic.database.write() as session:
        known = kept(session, clinic.database, clinic.keys)
        newest = known.changes[:1]
        if (newest[0].number if newest else 0) != number:
            raise ChangedMeanwhile(known.since(number))
        if not was:
            return None
        if logo is not None:
            _refuse_too_many(session, member, at)
        own = clinic_settings.free_number(session, number)
        if logo is not None:
            after = replace(after, clinic_logo=KeptLogo(logo.kind, own))
        settings = {**(newest[0].settings if newest else {}), **{name: getattr(after, name) for name in was}}
        change = SettingsChange(own, at, member.id, settings, was)
        content = logo.content if logo is not None else None
        if not clinic_settings.add(session, change, content):
            raise ChangedMeanwhile(known.since(number))
        event = ClinicSettingsChanged(
            change.number, ", ".join(change.names), clinic_settings.digest(change, content)
        )
        audit.record(session, clinic.keys, member.id, event, at)
    return change


def _refuse_too_many(session: Session, member: StaffMember, at: datetime) -> None:
    if too_much := what_is_too_much(clinic_settings.logos_of(session, member.id), at):
        raise NotSettable({"logo": too_much})


def _as_of(clinic: Clinic, newest: Sequence[SettingsChange]) -> SetNow:
    if not newest:
        return SetNow(0, set_now(clinic.settings, {}))
    return SetNow(newest[0].number, set_now(clinic.settings, newest[0].settings))


@lru_cache(maxsize=4)
def _lines_in(text: str) -> tuple[ShownLine, ...]:
    return lines_in(text)
