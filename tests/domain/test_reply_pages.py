"""A page of a reply is told from a page of a form by its id alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import SIGNING


@given(number=st.none() | st.integers(1, 10_000), step=st.sampled_from(["question", "more", "check"]))
def test_its_id_leads_back_to_it(number, step):
    page = ReplyPage(number, step)

    assert ReplyPage.of(page.id) == page


@pytest.mark.parametrize("page", ["pregnancy", "reply", SIGNING, "", "/reply", "reply/1/question"])
def test_a_page_of_a_form_is_none(page):
    assert ReplyPage.of(page) is None
