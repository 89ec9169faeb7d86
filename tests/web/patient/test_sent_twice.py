"""A field that is sent twice, or in the address, is no answer: what counts stands in the form, once."""

import pytest
from werkzeug.datastructures import MultiDict


def send(pat, fields, query=""):
    """The page of one question, with its fields exactly as given."""
    sent = MultiDict([("csrf_token", pat.csrf), *fields])
    return pat.client.post(pat.address("pregnancy") + query, base_url=pat.site, data=sent)


@pytest.mark.parametrize("values", [("no", "yes"), ("yes", "no"), ("no", "no")])
def test_of_one_answer_sent_twice_none_is_taken_and_the_page_comes_back(pat, values):
    response = send(pat, [("pregnancy", one) for one in values])

    assert (response.status_code, response.headers["Location"]) == (303, pat.address("pregnancy"))
    assert "pregnancy" not in pat.answers


def test_sent_once_it_is_taken(pat):
    send(pat, [("pregnancy", "no")])

    assert "pregnancy" in pat.answers


def test_what_stands_in_the_address_is_no_answer(pat):
    send(pat, [], "?pregnancy=no")

    assert "pregnancy" not in pat.answers


def test_the_token_counts_only_in_the_form(pat):
    address = f"{pat.address('pregnancy')}?csrf_token={pat.csrf}"
    response = pat.client.post(address, base_url=pat.site, data={"pregnancy": "no"})

    assert response.status_code == 400
    assert "pregnancy" not in pat.answers
