"""A sender who stops half way is given up after the same time, whatever is done to the clock meanwhile."""

import time
from contextlib import contextmanager

import pytest
import waitress.channel
import waitress.server

from intake.web.server import reckon_by_ticks

_A_YEAR = 365 * 24 * 60 * 60


class Sender:
    """What waitress knows of one: since when it is silent, and whether it is given up."""

    requests = ()
    will_close = False

    def __init__(self):
        # As a channel does it when something came.
        self.last_activity = waitress.channel.time.time()


@pytest.fixture
def listening(monkeypatch):
    """A server that nobody asks anything, with a second clock that a test moves."""
    for module in (waitress.server, waitress.channel):
        monkeypatch.setattr(module, "time", time)
    server = waitress.create_server(lambda *_: [], host="127.0.0.1", port=0, channel_timeout=30)
    yield server
    server.close()


@contextmanager
def later(monkeypatch, seconds, by_the_clock):
    """So much later, and so much by the clock that can be set."""
    ticks, clock = time.monotonic, time.time
    with monkeypatch.context() as moved:
        moved.setattr(time, "monotonic", lambda: ticks() + seconds)
        moved.setattr(time, "time", lambda: clock() + by_the_clock)
        yield


def looks(server, sender):
    server.active_channels[1] = sender
    server.readable()
    return sender.will_close


def given_up(server, monkeypatch, *, ticks):
    """Whether a silent sender is, after an hour, when the clock was a year ahead and is put right."""
    if ticks:
        reckon_by_ticks()
        monkeypatch.setattr("intake.web.server._Ticks.time", lambda: time.monotonic())
    with later(monkeypatch, 0, _A_YEAR):
        cut = looks(server, Sender())
        server.active_channels.clear()
    sender = Sender()
    with later(monkeypatch, 3600, 3600):
        return cut, looks(server, sender)


def test_a_silent_sender_is_given_up_though_the_clock_was_a_year_ahead(listening, monkeypatch):
    assert given_up(listening, monkeypatch, ticks=True) == (False, True)


def test_by_the_clock_that_was_set_nobody_would_be(listening, monkeypatch):
    """The control: so it is without."""
    assert given_up(listening, monkeypatch, ticks=False) == (False, False)


def test_a_clock_that_leaps_ahead_cuts_nobody_off_who_sends(listening, monkeypatch):
    reckon_by_ticks()
    sender = Sender()

    with later(monkeypatch, 1, _A_YEAR):
        assert not looks(listening, sender)
