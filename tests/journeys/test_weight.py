"""What a phone fetches for a page: it must open on a weak signal."""

import gzip
import os
from dataclasses import dataclass

import brotli
import pytest
from werkzeug.test import Client

from intake.web.patient.site import create_patient_site
from journeys.served import Served

MOST_FOR_A_PAGE = 14 * 1024  # what a server may send before it waits for the first answer
MOST_FOR_THE_STYLE = 6 * 1024


@dataclass(frozen=True, slots=True)
class Weight:
    """How many bytes travel, by the way they are packed."""

    brotli: int
    gzip: int


def weigh(*files):
    """Each file is packed by itself, as it travels."""
    return Weight(
        sum(len(brotli.compress(one, quality=11)) for one in files),
        sum(len(gzip.compress(one, mtime=0)) for one in files),
    )


def with_all_it_needs(client, address):
    """The page, and every file a browser fetches to show it."""
    page = client.get(address)
    assert page.status_code == 200
    tree = Served(address, page.text).tree
    linked = [one.get("href") for one in tree.iter("link")]
    shown = [one.get("src") for tag in ("img", "script") for one in tree.iter(tag)]
    return [page.data, *(client.get(one).data for one in (*linked, *shown))]


@pytest.fixture
def phone(desk):
    """A phone on which Start was pressed."""
    client = Client(create_patient_site(desk))
    token = next(v for n, v in Served("/", client.get("/").text).form("Start").hidden if n == "csrf_token")
    assert client.post("/start", data={"csrf_token": token}).status_code == 303
    return client


@pytest.fixture
def pages_of_the_form(library):
    return [
        f"/f/{number}/{page}"
        for number, part in enumerate(library.questionnaire.parts, start=1)
        for page in range(1, len(part.pages) + 1)
    ]


def test_the_start_page_is_light(phone):
    weight = weigh(*with_all_it_needs(phone, "/"))

    assert weight.brotli <= MOST_FOR_A_PAGE
    assert weight.gzip <= MOST_FOR_A_PAGE


def test_every_page_of_the_form_is_light(phone, pages_of_the_form):
    shown = [one for one in pages_of_the_form if phone.get(one).status_code == 200]
    heaviest = max((weigh(*with_all_it_needs(phone, one)) for one in shown), key=lambda one: one.brotli)

    assert len(shown) > 20
    assert heaviest.brotli <= MOST_FOR_A_PAGE
    assert heaviest.gzip <= MOST_FOR_A_PAGE


def test_the_stylesheet_is_light(phone):
    tree = Served("/", phone.get("/").text).tree
    (style,) = (one.get("href") for one in tree.iter("link") if one.get("rel") == "stylesheet")
    weight = weigh(phone.get(style).data)

    assert weight.brotli <= MOST_FOR_THE_STYLE


def test_a_picture_in_a_page_would_be_weighed():
    page, picture = b"<!doctype html>" + b"<p>words</p>" * 100, os.urandom(MOST_FOR_A_PAGE)

    assert weigh(page).brotli < weigh(page).gzip < MOST_FOR_A_PAGE
    assert weigh(page, picture).brotli > MOST_FOR_A_PAGE
    assert weigh(page, picture).gzip > MOST_FOR_A_PAGE
