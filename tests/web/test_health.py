"""Whether a process works is said with a number and nothing else, and asking costs the database little."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from intake.storage.database import Database
from intake.web import health
from intake.web.health import HEALTH_PATH, only_health, with_health


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'intake.db'}")
    yield database
    database.dispose()


def test_it_stands_before_the_site_and_says_nothing(database):
    client = Client(with_health(Response("the site"), database))

    answer = client.get(HEALTH_PATH, base_url="http://any.host.at.all.example")

    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (200, b"", "no-store")
    assert "Set-Cookie" not in answer.headers
    assert client.get("/").data == b"the site"
    assert client.get(f"{HEALTH_PATH}/more").data == b"the site"
    assert client.post(HEALTH_PATH).status_code == 405


def test_a_database_that_does_not_answer_is_503_and_nothing_of_why(tmp_path, caplog):
    database = Database("postgresql://nobody:a-password@127.0.0.1:1/nothing")

    answer = Client(with_health(Response("the site"), database)).get(HEALTH_PATH)

    assert (answer.status_code, answer.data) == (503, b"")
    assert "database_silent error=OperationalError" in caplog.text
    assert "a-password" not in caplog.text


def test_however_often_it_is_asked_it_asks_once_in_two_seconds(monkeypatch):
    asked, at = [], [100.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: at[0])
    client = Client(only_health(lambda: bool(asked.append(1)) or len(asked) < 2))

    assert [client.get(HEALTH_PATH).status_code for _ in range(50)] == [200] * 50
    at[0] += 2.1
    assert [client.get(HEALTH_PATH).status_code for _ in range(50)] == [503] * 50
    assert len(asked) == 2


def test_a_process_without_pages_has_nothing_else(database):
    client = Client(only_health(lambda: True))

    assert [client.get(path).status_code for path in (HEALTH_PATH, "/", "/clinic/")] == [200, 404, 404]
