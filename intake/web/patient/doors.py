"""What somebody is told who knocks too often: how long to wait, whom to call, and where help is."""

from datetime import timedelta

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.rate_limits import Door
from intake.services import rate_limiting
from intake.web.languages import say, say_many
from intake.web.patient.visits import the_desk

TOO_MANY = 429


def wait_at(door: Door) -> timedelta | None:
    """Count this request at a door; None when it may come in, else how long it should wait.

    Only for whoever has nothing open here: a page of an open form never asks.
    """
    return rate_limiting.knock(the_desk(), door, request.remote_addr or "")


def was_right_at(door: Door) -> None:
    """Count the request that was let in no more: it opened what it was for."""
    rate_limiting.was_right(the_desk(), door, request.remote_addr or "")


def asked_to_wait(wait: timedelta) -> ResponseReturnValue:
    """The page that says so."""
    page = make_response(render_template("patient/wait.html", minutes=whole_minutes(wait)), TOO_MANY)
    return retry_after(page, wait)


def call_today() -> str:
    """What whoever sent more of one form than is taken within a day is told: nothing is lost, and to call."""
    clinic = the_desk().settings
    return say(
        "We cannot take more from here today. Your words are still on this page. "
        "Call %(clinic)s at %(phone)s",
        clinic=clinic.clinic_name,
        phone=clinic.clinic_phone,
    )


def retry_after(response: Response, wait: timedelta) -> Response:
    """Tell programs as well when to come back."""
    response.headers["Retry-After"] = str(max(1, -(-wait // timedelta(seconds=1))))
    return response


def whole_minutes(wait: timedelta) -> str:
    """``1 minute``, ``3 minutes``: never fewer than it takes."""
    minutes = max(1, -(-wait // timedelta(minutes=1)))
    return say_many("%(number)s minute", "%(number)s minutes", minutes, number=minutes)
