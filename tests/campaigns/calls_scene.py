"""One copy of the product for one journey: browsers on both sites and commands, every call of which fails."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaigns.deeds import Deed, Outcome, Seen, Tries
from campaigns.hasty import at_any_speed
from campaigns.trying import Trying, trying
from campaigns.trying_browser import TryingBrowser
from campaigns.whole_tables import Tables
from copies import PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY
from intake.content.library import Library
from intake.domain.permissions import Role, StaffMember
from intake.services.clinic import Clinic, PatientDesk
from intake.web.clinic.site import create_clinic_site
from web.clinic.person import Person
from web.patient.visitor import Visitor


@dataclass
class Scene:
    """Where a journey happens."""

    copy: Copy
    trying: Trying
    members: dict[str, StaffMember] = field(default_factory=dict)

    @property
    def desk(self) -> PatientDesk:
        """The patients' side."""
        return self.copy.desk

    @property
    def clinic(self) -> Clinic:
        """The clinic's side."""
        return self.copy.clinic

    def set(self, **settings: object) -> None:
        """Other settings, on both sides."""
        changed = replace(self.copy.settings, **settings)  # type: ignore[arg-type]  # as a test names them
        self.copy = replace(
            self.copy,
            settings=changed,
            desk=self.desk.with_settings(changed),
            clinic=self.clinic.with_settings(changed),
        )

    def patient(self) -> Visitor:
        """A browser at the form."""
        with at_any_speed():
            browser = Visitor(self.desk)
        browser.client = TryingBrowser(browser.client, self.trying)
        return browser

    def person(self) -> Person:
        """A browser at the clinic's site, with nobody signed in."""
        with at_any_speed():
            browser = Person(create_clinic_site(self.clinic))
        browser.client = TryingBrowser(browser.client, self.trying)
        return browser

    def member(self, username: str, *roles: Role) -> StaffMember:
        """Somebody with an account, made without a failure."""
        self.members[username] = staff(self.clinic, username, f"{username.title()} Example", *roles)
        return self.members[username]

    def staff(self, username: str, *roles: Role) -> Person:
        """Somebody with an account, who signs in without a failure."""
        self.member(username, *roles)
        with self.undisturbed():
            return self.person().sign_in(username, PASSWORD)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """What leads to the journey, and is tried in another."""
        self.trying.is_resting = True
        try:
            yield
        finally:
            self.trying.is_resting = False

    def does(
        self,
        where: str,
        do: Callable[[], Outcome],
        *,
        once_more: Set[str] = frozenset(),
        says_so: bool = True,
        then: Callable[[], None] = lambda: None,
    ) -> Outcome:
        """A deed that is no request, each of whose transactions is a whole thing."""
        self.trying.tried(Deed(where, do, {}, once_more, in_steps=True, says_so=says_so, then=then))
        return do()


@contextmanager
def scene(
    folder: Path, seen: Seen, tries: Tries, database_url: str = "", library: Library = LIBRARY
) -> Iterator[Scene]:
    """A fresh copy, and everything closed at the end."""
    copy = make_copy(folder, library, database_url)
    try:
        with trying(copy, Tables(copy, folder), seen, tries) as browsers:
            yield Scene(copy, browsers)
    finally:
        for one in (copy.desk, copy.clinic):
            one.database.dispose()
