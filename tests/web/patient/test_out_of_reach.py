"""While the database cannot be had, a patient is told so kindly, keeps what they typed, and presses again."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from copies import make_copy
from intake.domain.answers import Text
from intake.services import answering
from intake.storage import database as database_module
from intake.storage.database import Database, sqlite_module
from intake.web.clinic.site import create_clinic_site
from postgres import administer
from web.clinic.person import Person
from web.patient.test_save_failed import try_again
from web.patient.visitor import Visitor
from web.patient.windows import Window

WORDS = "It began last winter"


@contextmanager
def locked(copy):
    """Somebody else has the file, and does not let go."""
    other = sqlite_module().connect(
        str(Database(copy.settings.database_url).url.database), isolation_level=None
    )
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def gone(copy):
    """The server ended every connection, and takes no other."""
    url = Database(copy.settings.database_url).url
    server = url.set(database="postgres").render_as_string(hide_password=False)
    administer(server, f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(ending), {"name": url.database})
    engine.dispose()
    yield
    administer(server, f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")


OUT_OF_REACH = {"sqlite": locked, "postgresql": gone}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request, monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)
    return request.param


@pytest.fixture
def copy(kind, request, tmp_path):
    url = request.getfixturevalue("migrated_postgres_database") if kind == "postgresql" else ""
    copy = make_copy(tmp_path, database_url=url)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_what_was_typed_is_kept_and_one_press_sends_it_again(pat, copy, kind, caplog):
    window = Window(pat, "reasons_more")
    with OUT_OF_REACH[kind](copy):
        window.go_on(reasons_more__words=WORDS)

        assert pat.status == 503
        assert pat.response.headers["Retry-After"] == "60"
        assert pat.page.h1 == "We cannot answer just now"
        assert {pat.page.links()["988"], pat.page.links()["911"]} == {"tel:988", "tel:911"}
        assert "Wait a minute, and try again." in pat.text
        assert f"{WORDS}</textarea>" in pat.html
        assert " status=503" in caplog.text
        assert WORDS not in caplog.text
    try_again(pat)

    assert answering.find(pat.desk, pat.token).answers.value("reasons_more") == Text(WORDS)


def test_it_is_said_in_spanish_too(copy, kind):
    desk = copy.desk.with_settings(replace(copy.settings, languages=("es",)))
    pat = Visitor(desk)
    pat.open("/", **{"Accept-Language": "es"})
    with OUT_OF_REACH[kind](copy):
        pat.send("/start", {"Accept-Language": "es"})

    assert pat.status == 503
    assert '<html lang="es">' in pat.html
    assert pat.page.h1 == "Ahora mismo no podemos responder"
    assert "espere un minuto" in pat.text


def test_the_people_of_the_clinic_are_told_so_too(copy, kind):
    alice = Person(create_clinic_site(copy.clinic))
    alice.open("/sign-in")
    with OUT_OF_REACH[kind](copy):
        # On SQLite whoever only reads is not in anybody's way.
        alice.client.set_cookie("intake_clinic", "a-session-that-is-looked-up", domain="127.0.0.1")
        alice.open("/requests") if kind == "postgresql" else alice.send("/sign-out")

    assert alice.status == 503
    assert alice.response.headers["Retry-After"] == "60"
    assert "If it does not work, tell whoever looks after this program." in alice.text
