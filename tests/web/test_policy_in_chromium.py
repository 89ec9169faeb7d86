"""Every script of ours runs under the content policy, and nothing else does (ASVS 3.4.3, 3.2.2)."""

import logging

import pytest

from both_sites import both
from copies import PASSWORD, make_copy, staff
from intake.domain.permissions import Role
from web.looking import follow, served

pytestmark = pytest.mark.browser
# What the page itself hears of a rule that was broken, kept where no script of ours looks.
LISTEN = """
    window.brokenRules = []
    document.addEventListener('securitypolicyviolation', event => {
        window.brokenRules.push(event.effectiveDirective + ' ' + event.sourceFile)
    })
"""


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def page(context):
    """A window in which every error of a script is heard."""
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
    return page


def fetched_script(page, name):
    """Whether the page runs a script of this name, and nothing it did broke the policy."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.brokenRules") == []
    assert page.troubles == []
    return page.locator(f'script[src*="{name}"]').count() == 1


def test_every_script_of_the_patients_pages_lives_with_the_policy(page, copy):
    with served(both(copy.desk, copy.clinic)) as address:
        page.goto(f"{address}/return#{'x' * 43}")
        assert fetched_script(page, "link") and page.locator("#link").input_value() == "x" * 43
        page.goto(address)
        follow(page.get_by_role("button", name="Start"))
        parts = copy.desk.library.questionnaire.parts
        places = {
            question.id: f"/f/{part_number}/{number}"
            for part_number, part in enumerate(parts, 1)
            for number, one in enumerate(part.pages, 1)
            for question in one.questions
        }
        page.goto(address + places["first_name"])
        # The dialog that asks whether somebody is still there, and what was typed kept meanwhile.
        page.locator("input[type=text]").first.fill("Pat")
        page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert fetched_script(page, "keep")
        page.goto(address + places["takes_medicines"])
        page.locator("[name=takes_medicines][value=yes]").check()
        follow(page.get_by_role("button", name="Continue"))
        page.goto(address + places["medicines"])
        page.locator("[data-names]").press_sequentially("sert", delay=20)
        page.wait_for_selector("[role=option]")
        page.locator("[role=option]").first.click()
        assert fetched_script(page, "suggest")
        assert page.locator("[data-names]").input_value()


def test_every_script_of_the_clinics_pages_lives_with_the_policy(page, copy):
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    with served(both(copy.desk, copy.clinic)) as address:
        page.goto(f"{address}/clinic/sign-in")
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        follow(page.get_by_role("button", name="Sign in"))
        page.goto(f"{address}/clinic/queue")
        page.keyboard.press("?")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert fetched_script(page, "keys")
        assert fetched_script(page, "arrivals")


def test_whatever_else_would_run_does_not_and_is_heard_of(page, copy, caplog):
    """The control: the window hears of a broken rule, and so does the log, without the page's address."""
    caplog.set_level(logging.WARNING)
    with served(both(copy.desk, copy.clinic)) as address:
        page.goto(f"{address}/return?xanthocanary")
        with page.expect_request("**/policy-reports") as reported:
            page.evaluate(
                "document.body.append(Object.assign(document.createElement('script'), {id: 'evil'}))"
            )
            refused = page.evaluate("""() => {
                const tried = [
                    () => { document.body.innerHTML = '<b>x</b>' },
                    () => { document.querySelector('body > script').text = 'window.ranAllTheSame = 1' },
                    () => trustedTypes.createPolicy('ours', {createHTML: words => words}),
                    () => document.body.setAttribute('onclick', 'window.ranAllTheSame = 1'),
                ]
                return tried.filter(one => { try { one() } catch { return true } }).length
            }""")
        assert reported.value.method == "POST"
        page.wait_for_load_state("networkidle")
        broken = page.evaluate("window.brokenRules")

    assert refused == 4
    assert page.evaluate("window.ranAllTheSame") is None
    assert any(one.startswith("require-trusted-types-for") for one in broken)
    assert any(one.startswith("trusted-types") for one in broken)
    assert "policy_broken site=patient directive=" in caplog.text
    assert "xanthocanary" not in caplog.text
