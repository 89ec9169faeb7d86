"""The medicine pages in Chromium: names suggested while typing, by keyboard, by touch, without script."""

from urllib.parse import urlsplit

import pytest

from intake.domain.answers import MedicineEntry, MedicineList
from intake.web.patient.site import create_patient_site
from journeys.modes import in_make_journeys
from web.looking import follow, look, served

pytestmark = pytest.mark.browser

NAME = "What is the medicine called?"


class Window:
    """Pat's window at the list of medicines, and everything it asked of anybody."""

    def __init__(self, context, address, pat):
        self.site, self.pat = address, pat
        self.asked, self.errors = [], []
        context.on("request", lambda request: self.asked.append(request))
        context.add_cookies([{"name": "intake_patient", "value": pat.token, "url": address}])
        self.page = context.new_page()
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}{pat.address('medicines')}")

    def press(self, name):
        follow(self.page.get_by_role("button", name=name, exact=True))

    @property
    def box(self):
        return self.page.get_by_label(NAME)

    @property
    def options(self):
        return self.page.get_by_role("option")

    @property
    def told(self):
        """What a screen reader is told."""
        return self.page.locator(".vh[role=status]")

    @property
    def entries(self):
        value = self.pat.answers.value("medicines")
        return value.entries if isinstance(value, MedicineList) else ()


@pytest.fixture
def address(desk):
    with served(create_patient_site(desk)) as address:
        yield address


@pytest.fixture
def listing(pat):
    """Pat, who takes medicines."""
    pat.answer("takes_medicines", takes_medicines="yes")
    return pat


@pytest.fixture
def window(context, address, listing):
    return Window(context, address, listing)


@pytest.fixture
def window_without_script(browser, address, listing):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    yield Window(context, address, listing)
    context.close()


def type_in(window, words):
    window.box.press_sequentially(words)
    window.options.first.wait_for()


def marked(window):
    """The option that is marked, by what the box says and by what the option says."""
    said = window.box.get_attribute("aria-activedescendant")
    chosen = [
        one.get_attribute("id")
        for one in window.options.all()
        if one.get_attribute("aria-selected") == "true"
    ]
    assert chosen == ([said] if said else [])
    return window.page.locator(f"#{said}").inner_text() if said else ""


def test_a_name_is_picked_by_keyboard(window):
    assert window.box.get_attribute("role") == "combobox"
    assert window.box.get_attribute("aria-expanded") == "false"
    type_in(window, "klo")
    names = window.options.all_inner_texts()

    assert window.box.get_attribute("aria-expanded") == "true"
    assert "Klonopin" in names
    assert marked(window) == ""
    window.page.keyboard.press("ArrowUp")
    assert marked(window) == names[-1]
    window.page.keyboard.press("ArrowDown")
    assert marked(window) == names[0]
    while marked(window) != "Klonopin":
        window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")

    assert window.box.input_value() == "Klonopin"
    assert window.box.get_attribute("aria-expanded") == "false"
    assert window.options.count() == 0
    window.told.get_by_text("Klonopin chosen.").wait_for()
    # Now that the list is closed, Enter adds.
    window.page.keyboard.press("Enter")
    window.page.get_by_text("You have added 1 medicine").wait_for()
    assert window.entries == (MedicineEntry("Klonopin", typed_first="klo"),)
    assert window.errors == []


def test_enter_without_a_marked_name_adds_what_was_typed(window):
    type_in(window, "klo")
    window.page.keyboard.press("Enter")
    window.page.get_by_text("You have added 1 medicine").wait_for()

    assert window.entries == (MedicineEntry("klo"),)


@in_make_journeys
def test_enter_beside_a_list_takes_nothing_off_it(window):
    for name in ("Lithium", "Zoloft"):
        window.box.fill(name)
        window.page.keyboard.press("Tab")
        window.box.press("Enter")
        window.page.get_by_text(f"Remove {name}").wait_for()

    assert [entry.name for entry in window.entries] == ["Lithium", "Zoloft"]


@in_make_journeys
def test_escape_closes_and_leaves_what_was_typed(window):
    type_in(window, "klo")
    window.page.keyboard.press("Escape")

    assert window.options.count() == 0
    assert window.box.input_value() == "klo"
    window.page.keyboard.press("ArrowDown")
    assert window.options.count() > 0


@in_make_journeys
def test_one_letter_is_too_little_and_eight_names_are_enough(window):
    window.box.press_sequentially("a")
    window.page.wait_for_timeout(600)
    assert window.options.count() == 0
    window.box.press_sequentially("m")
    window.options.first.wait_for()

    assert window.options.count() == 8


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("klonop", "1 found. Use the up and down arrows."),
        ("qqqq", "None found. You can keep what you typed."),
    ],
)
@in_make_journeys
def test_how_many_were_found_is_told(window, typed, told):
    window.box.press_sequentially(typed)

    window.told.get_by_text(told).wait_for()


@in_make_journeys
def test_typing_on_after_picking_forgets_the_pick(window):
    type_in(window, "klo")
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")
    window.box.fill("Lithium")
    window.press("Add to my list")
    window.page.get_by_text("You have added 1 medicine").wait_for()

    assert window.entries == (MedicineEntry("Lithium"),)


def test_a_name_is_picked_by_touch_and_a_press_elsewhere_closes(window):
    type_in(window, "klo")
    window.page.get_by_role("option", name="Klonopin", exact=True).click()
    assert window.box.input_value() == "Klonopin"

    window.box.fill("")
    type_in(window, "lit")
    window.page.get_by_role("heading", level=1).click()
    assert window.options.count() == 0


@in_make_journeys
def test_a_press_below_the_open_list_lands_where_it_was_aimed(window):
    type_in(window, "lith")
    window.press("Add to my list")
    window.page.get_by_text("You have added 1 medicine").wait_for()

    assert [entry.name for entry in window.entries] == ["lith"]


@in_make_journeys
def test_the_open_list_keeps_nobody_out(window):
    type_in(window, "am")
    window.page.keyboard.press("ArrowDown")

    look(window.page)
    sizes = [one.bounding_box()["height"] for one in window.options.all()]
    assert min(sizes) >= 44


def test_what_is_typed_goes_nowhere_before_the_form_is_sent(window):
    window.box.press_sequentially("klonopin")
    window.options.first.wait_for()
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")
    window.page.wait_for_timeout(600)

    assert {urlsplit(one.url)[:2] for one in window.asked} == {urlsplit(window.site)[:2]}
    assert {one.method for one in window.asked} == {"GET"}
    assert [one.url for one in window.asked if "klo" in one.url.lower() or "?" in one.url] == []
    assert [one.url.rpartition(".")[2] for one in window.asked if "suggest" in one.url] == ["js", "json"]
    assert window.errors == []


def test_without_the_names_the_form_works_as_without_the_script(window):
    window.page.route("**/*.json", lambda route: route.abort())
    window.page.reload()
    window.box.press_sequentially("klonapin")
    window.press("Find it")
    window.page.get_by_label("Klonopin", exact=True).check()
    window.press("Add to my list")
    window.page.get_by_text("You have added 1 medicine").wait_for()

    assert window.entries == (MedicineEntry("Klonopin", typed_first="klonapin"),)


def test_finding_changing_and_removing_keep_nobody_out(window):
    window.box.fill("klonapin")
    window.press("Find it")
    window.page.locator(":focus", has_text="close to “klonapin”").wait_for()
    look(window.page)
    window.page.get_by_label("Klonopin", exact=True).check()
    window.press("Add to my list")
    window.press("Change Klonopin")
    look(window.page)
    window.press("Save the change")
    look(window.page)
    window.press("Remove Klonopin")
    look(window.page)


def test_the_enter_key_saves_a_change(window):
    window.box.fill("Lithium")
    window.press("Add to my list")
    window.press("Change Lithium")
    window.page.get_by_label("How much do you take?").fill("300 mg")
    window.page.keyboard.press("Enter")
    window.page.get_by_text("We saved your change to Lithium.").wait_for()

    assert window.entries == (MedicineEntry("Lithium", "300 mg"),)


def test_without_scripts_a_medicine_is_found_added_changed_and_removed(window_without_script):
    window = window_without_script
    window.box.fill("klonapin")
    window.press("Find it")
    wide = window.page.locator("html").bounding_box()["width"]
    assert wide <= 390
    window.page.get_by_label("Klonopin", exact=True).check()
    window.page.get_by_label("How much do you take?").fill("1 mg")
    window.page.get_by_label("Twice a day").check()
    window.page.get_by_label("Yesterday").check()
    window.press("Add to my list")
    expected = MedicineEntry("Klonopin", "1 mg", "Twice a day", True, "Yesterday", "klonapin")
    assert window.entries == (expected,)

    window.press("Change Klonopin")
    window.page.get_by_label("In the last week").check()
    window.press("Save the change")
    assert window.entries[0].last_taken == "In the last week"
    window.press("Remove Klonopin")
    window.press("Yes, remove it")
    assert window.entries == ()

    window.box.fill("Lithium")
    window.page.keyboard.press("Enter")
    window.page.get_by_text("You have added 1 medicine").wait_for()
    window.press("That is all. Continue")
    assert not window.page.url.endswith(window.pat.address("medicines"))
    assert [one.url for one in window.asked if "suggest" in one.url] == []
