"""From where people of the clinic come: lists of networks, and a session that comes into another one."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from intake.domain.permissions import ADMINISTRATION, Permission
from intake.services import accounts, own_account
from intake.services.clinic import PatientDesk
from intake.storage.keyring import read_patient_keys
from intake.storage.tables import AuditEventRow, OutgoingRow, StaffSessionRow
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from intake.web.wsgi import behind_proxies
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person

OFFICE, HOME, TRAIN = "192.0.2.10", "198.51.100.4", "203.0.113.77"
LISTS = {"clinic_networks": "192.0.2.0/24, 198.51.100.0/24", "administration_networks": "192.0.2.0/24"}


class Device:
    """A browser that is carried about: each request comes from where it is then."""

    def __init__(self, app, at=OFFICE):
        self.at, self.person = (
            at,
            Person(lambda environ, start: app(environ | {"REMOTE_ADDR": self.at}, start)),
        )

    def open(self, path, **headers):
        return self.person.open(path, **headers)

    def send(self, path, **fields):
        return self.person.send(path, **fields)

    @property
    def text(self):
        return self.person.text


def site_of(clinic, **changed):
    return create_clinic_site(replace(clinic, settings=replace(clinic.settings, **changed)))


@pytest.fixture
def device(clinic):
    """Somebody signed in at the office, while the lists stand in the settings."""
    app = site_of(clinic, **LISTS)

    def signed_in(username):
        made = Device(app)
        made.person.sign_in(username, PASSWORD)
        return made

    return signed_in


def events(clinic, name):
    with clinic.database.read() as session:
        found = session.scalars(select(AuditEventRow).where(AuditEventRow.event == name))
        return [(one.actor, one.detail) for one in found]


def pages_of(app, permissions):
    """Addresses that can be opened, without anything in them, and need one of these permissions."""
    for rule in app.url_map.iter_rules():
        needs = getattr(app.view_functions[rule.endpoint], "open_to", None)
        needed = set(needs) if isinstance(needs, tuple) else {needs}
        if "GET" in rule.methods and not rule.arguments and needed & permissions:
            yield rule.rule


@pytest.mark.parametrize("path", ["/", "/sign-in", "/setup", "/queue", "/no-such-page"])
def test_outside_the_clinics_networks_every_page_says_so_and_keeps_the_ways_to_help(clinic, path):
    stranger = Device(site_of(clinic, **LISTS), at=TRAIN)

    page = stranger.open(path)

    assert page.status_code == 403
    assert stranger.person.page.h1 == "Not from this network"
    assert "tell whoever looks after this program" in stranger.text
    assert 'href="tel:988"' in page.text
    assert f'href="{clinic.settings.public_address}"' in page.text
    assert "password" not in page.text.casefold()


def test_from_inside_they_sign_in_and_the_page_that_refuses_has_its_looks(clinic):
    app = site_of(clinic, **LISTS)
    assert Device(app, at=HOME).person.sign_in("alice", PASSWORD)

    stranger = Device(app, at=TRAIN)
    sheet = stranger.open("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert stranger.open(sheet).status_code == 200


def test_no_password_is_tried_from_outside(clinic, caplog):
    stranger = Device(site_of(clinic, **LISTS), at=HOME)
    stranger.open("/sign-in")
    stranger.at = TRAIN

    assert stranger.send("/sign-in", username="alice", password=PASSWORD).status_code == 403

    assert events(clinic, "SignedIn") == []
    assert "why=outside-clinic-networks" in caplog.text
    assert TRAIN not in caplog.text


def test_whoever_leaves_the_clinics_networks_is_refused_and_goes_on_once_back(clinic, device, staff, clock):
    alice = device("alice")
    alice.at = TRAIN
    for _ in range(3):
        assert alice.open("/queue").status_code == 403

    who, detail = events(clinic, "NetworkRefused")[0]
    assert (who, len(events(clinic, "NetworkRefused"))) == (str(staff["alice"].id), 1)
    assert "clinic" in detail
    assert TRAIN not in detail
    clock.move(minutes=2)
    alice.open("/queue")
    assert len(events(clinic, "NetworkRefused")) == 2
    alice.at = OFFICE
    assert alice.open("/queue").status_code == 200
    # A stranger nobody can name adds nothing to a trail that is kept for good.
    Device(site_of(clinic, **LISTS), at=TRAIN).open("/queue")
    assert len(events(clinic, "NetworkRefused")) == 2


def test_an_administrators_work_is_refused_outside_its_networks_and_all_else_goes_on(clinic, device, caplog):
    bob, dana = device("bob"), device("dana")
    assert bob.open("/staff").status_code == 200
    bob.at = dana.at = HOME

    assert bob.open("/staff").status_code == 403
    assert bob.person.page.h1 == "Not from this network"
    assert "administrators" in bob.text
    assert "Everything else goes on" in bob.text
    assert "why=outside-administration-networks" in caplog.text
    assert HOME not in caplog.text
    # The page of one's own has the token with which something is sent.
    assert bob.open("/account").status_code == 200
    before = accounts.staff(clinic)
    refused = bob.send(
        "/staff", username="eve", printed_name="E. Vil", roles="administrator", reason="They begin today"
    )
    assert refused.status_code == 403
    assert "They begin today" in refused.text
    assert accounts.staff(clinic) == before
    assert dana.open("/queue").status_code == 200
    assert dana.open("/settings").status_code == 403
    assert len(events(clinic, "NetworkRefused")) == 2
    bob.at = OFFICE
    assert bob.open("/staff").status_code == 200


def test_every_page_for_administrators_alone_asks_where_they_are(clinic):
    app = site_of(clinic, **LISTS)
    dana = Device(app)
    dana.person.sign_in("dana", PASSWORD)
    paths = set(pages_of(app, ADMINISTRATION))
    assert len(paths) > 8
    dana.at = HOME

    assert {dana.open(one).status_code for one in paths} == {403}
    others = set(pages_of(app, set(Permission) - ADMINISTRATION)) - paths
    assert 403 not in {
        dana.open(one).status_code for one in others if "trail" not in one and "desk" not in one
    }


@pytest.mark.parametrize(
    ("proxies", "said", "status"),
    [
        (0, OFFICE, 403),
        (1, OFFICE, 303),
        # Whoever writes an address of their own is told apart by what the proxy adds.
        (1, f"{OFFICE}, {TRAIN}", 403),
        (1, "nonsense", 403),
    ],
)
def test_an_address_counts_only_as_the_proxies_tell_it(clinic, proxies, said, status):
    settings = replace(clinic.settings, trusted_proxies=proxies, **LISTS)
    app = behind_proxies(create_clinic_site(replace(clinic, settings=settings)), settings)
    assert Device(app, at=TRAIN).open("/queue", **{"X-Forwarded-For": said}).status_code == status


def test_patients_come_from_everywhere(clinic, clock):
    settings = replace(clinic.settings, **LISTS)
    keys = read_patient_keys(settings.instance / "keys")
    desk = PatientDesk(settings, clinic.database, clinic.library, keys, clock)
    page = create_patient_site(desk).test_client().get("/", environ_base={"REMOTE_ADDR": TRAIN})
    assert page.status_code == 200


# A session that comes into another network


def letters(clinic):
    with clinic.database.read() as session:
        return session.scalar(select(func.count()).select_from(OutgoingRow))


@pytest.fixture
def alice(clinic, staff):
    """Alice at the office, who is told by e-mail of what happens with her account."""
    told = replace(clinic, settings=replace(clinic.settings, mail_host="127.0.0.1"))
    own_account.tell_at(told, staff["alice"], "alice@clinic.example")
    made = Device(create_clinic_site(told))
    made.person.sign_in("alice", PASSWORD)
    return made


def change_something(person):
    person.open("/account")
    return person.send("/account/notices", address="alice.rivera@clinic.example")


def test_in_another_network_reading_goes_on_and_what_matters_asks_again(clinic, alice):
    assert change_something(alice).status_code == 303, "she has just proved who she is"
    alice.at = TRAIN

    assert alice.open("/queue").status_code == 200
    asked = change_something(alice)

    assert asked.status_code == 403
    assert alice.person.page.h1 == "Is it still you?"
    assert "another network since you signed in" in alice.text
    fields = {"address": "alice.rivera@clinic.example", "again-password": PASSWORD}
    assert alice.send("/account/notices", **fields).status_code == 303
    # What was proved there counts there, and not where she was before.
    assert change_something(alice).status_code == 303
    alice.at = OFFICE
    assert change_something(alice).status_code == 403


def test_its_person_is_told_once_however_often_the_network_changes(clinic, alice, staff):
    before = letters(clinic)
    for number in range(5):
        alice.at = f"203.0.113.{number}"
        alice.open("/queue")

    assert events(clinic, "NetworkChanged") == [
        (str(staff["alice"].id), events(clinic, "NetworkChanged")[0][1])
    ]
    assert letters(clinic) == before + 1
    alice.open("/account")
    assert "Came from another network while signed in" in alice.text
    change_something(alice)
    alice.send("/account/notices", address="a@clinic.example", **{"again-password": PASSWORD})
    alice.at = TRAIN
    alice.open("/queue")
    assert len(events(clinic, "NetworkChanged")) == 2, "once more after it was proved again"


def test_a_household_is_one_network_and_its_addresses_are_kept_by_nobody(clinic, alice):
    house = Device(site_of(clinic), at="2001:db8:1:2::1")
    house.person.sign_in("dana", PASSWORD)
    house.at = "2001:db8:1:2:aaaa:bbbb:cccc:dddd"
    assert change_something(house).status_code == 303
    house.at = "2001:db8:1:3::1"
    assert change_something(house).status_code == 403

    # Of two people in one network nobody sees that they are together.
    Device(site_of(clinic)).person.sign_in("bob", PASSWORD)

    with clinic.database.read() as session:
        tags = list(session.scalars(select(StaffSessionRow.network)))
    assert len(tags) == len(set(tags)) == 3
    assert all(len(one) == 32 for one in tags)


def test_what_a_page_asks_by_itself_tells_nobody(clinic, alice):
    alice.at = TRAIN
    assert alice.open("/queue/arrivals").status_code == 200
    assert events(clinic, "NetworkChanged") == []
