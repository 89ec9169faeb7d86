"""What the shipped questions ask of everyone, where their lists lead, and the instruments word for word."""

import re
from dataclasses import replace

import pytest
import yaml
from werkzeug.test import Client

import as_shipped
from copies import make_copy
from intake.domain.answers import BLANK, NOT_SURE, ChosenMany, answered
from intake.domain.conditions import questions_in
from intake.domain.derived_answers import Derivation
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Outcome
from intake.domain.screening import outcome_of
from intake.services.paths import asked_on, pages_asked
from intake.web.patient.site import create_patient_site
from journeys.as_a_patient import Patient
from journeys.healthy import healthy
from journeys.visitor import Visitor
from web.patient.test_reading_level import ASKED, PUBLISHED

# The topics of a label's contraindications and warnings, safety, pregnancy, and danger signs (decision 0017).
OF_EVERYONE = """
    hypertension_history aneurysm avm brain_bleed raised_icp allergy_ketamine taps_drugs taps_medicines
    opioid_use takes_benzodiazepine takes_sleep_medicine takes_stimulant takes_maoi
    lung_copd_asthma sleep_apnea psychosis_personal psychosis_diagnosis dissociative
    sud_history ketamine_pcp_use phq9_9 asq_1 asq_2 asq_3 asq_4 safe_right_now homicidal
    pregnancy red_flags_today
"""
LISTS = ("heart_conditions", "brain_conditions", "body_conditions", "common_problems")
LEFT_OPEN = {"blank": BLANK, "not_sure": NOT_SURE, "ticked_not_sure": answered(ChosenMany((), unsure=True))}
# These lines lead to a box to write in, which has no "I'm not sure" to tick.
WRITTEN = {"cancer": ["other_conditions_more"], "immune": ["other_conditions_more"]}


@pytest.fixture(scope="module")
def library():
    return as_shipped.library()


@pytest.fixture(scope="module")
def nora(library):
    """A healthy person, who ticks nothing on any list."""
    return healthy(library.questionnaire, library.formulary)


def not_asked_of_everyone(questions):
    return [one for one in questions if ASKED.question(one).only_if is not None]


def behind(list_id):
    """The questions that are asked only because of what was ticked on a list, in one step or several."""
    found = {list_id}
    for question in ASKED.questions:
        if question.only_if is not None and found & set(questions_in(question.only_if)):
            found.add(question.id)
    return found - {list_id}


def evidence_with(library, nora, list_id, answer):
    """What Nora says, with another answer to one list and nothing yet to what stands behind it."""
    kept = nora.answers.only(frozenset(nora.answers) - behind(list_id))
    return PatientEvidence(
        library.questionnaire, library.formulary, kept.with_({list_id: answer}), nora.as_of
    )


def outcomes_behind(library, evidence, list_id):
    """By topic: what came of each rule about something behind the list, and whether it asks nothing else."""
    found = {}
    for rule in library.rulebook.rules:
        asked = set(questions_in(rule.when))
        if asked & behind(list_id):
            alone = asked <= behind(list_id) | {list_id}
            found.setdefault(rule.topic, []).append((outcome_of(rule, evidence).outcome, alone))
    return found


def undecided(outcomes):
    """The topics with a rule that cannot tell, and none decided by questions behind the list alone."""
    return {
        topic
        for topic, rules in outcomes.items()
        if any(said is Outcome.CANNOT_TELL for said, _ in rules)
        and all(said is Outcome.CANNOT_TELL for said, alone in rules if alone)
    }


def test_what_a_label_warns_of_is_asked_of_everyone():
    assert not_asked_of_everyone(OF_EVERYONE.split()) == []


def test_a_question_that_not_everyone_is_asked_is_noticed():
    assert not_asked_of_everyone(["aneurysm", "heart_failure", "asq_5"]) == ["heart_failure", "asq_5"]


@pytest.mark.parametrize("left", LEFT_OPEN)
@pytest.mark.parametrize("list_id", LISTS)
def test_a_list_left_open_leaves_every_topic_behind_it_undecided(library, nora, list_id, left):
    evidence = evidence_with(library, nora, list_id, LEFT_OPEN[left])

    outcomes = outcomes_behind(library, evidence, list_id)

    assert len(outcomes) >= 5
    # A rule that asks for something else too may be settled by that: Nora takes no stimulant.
    of_the_list_alone = {topic for topic, rules in outcomes.items() if any(alone for _, alone in rules)}
    assert of_the_list_alone <= undecided(outcomes)


@pytest.mark.parametrize("list_id", LISTS)
def test_a_list_with_nothing_on_it_that_fits_decides_them(library, nora, list_id):
    outcomes = outcomes_behind(library, evidence_with(library, nora, list_id, nora.answers[list_id]), list_id)

    assert undecided(outcomes) == set()
    assert {said for rules in outcomes.values() for said, _ in rules} == {Outcome.NOT_RAISED}


LINES = [
    pytest.param(list_id, choice.id, id=f"{list_id}-{choice.id}")
    for list_id in LISTS
    for choice in ASKED.question(list_id).choices
    if not choice.exclusive
]


@pytest.mark.parametrize(("list_id", "line"), LINES)
def test_a_ticked_line_leads_to_a_page_with_its_own_not_sure(library, nora, list_id, line):
    ticked = evidence_with(library, nora, list_id, answered(ChosenMany((line,))))
    before = pages_asked(evidence_with(library, nora, list_id, nora.answers[list_id]))

    led_to = [page for page in pages_asked(ticked) if page not in before]
    asked = [question for page in led_to for question in asked_on(ticked, page)]

    assert asked
    assert [question.id for question in asked if not question.offers_not_sure] == WRITTEN.get(line, [])


def test_a_line_that_leads_nowhere_is_noticed(library, nora):
    none = evidence_with(library, nora, LISTS[0], nora.answers[LISTS[0]])
    strange = evidence_with(library, nora, LISTS[0], answered(ChosenMany(("nothing_asks_about_this",))))

    assert pages_asked(strange) == pages_asked(none)


# Copied by hand from the dossier's instruments.md: the words of the items, and their answers, in their order.
ITEMS = """
PHQ-9:
- Little interest or pleasure in doing things
- Feeling down, depressed, or hopeless
- Trouble falling or staying asleep, or sleeping too much
- Feeling tired or having little energy
- Poor appetite or overeating
- Feeling bad about yourself - or that you are a failure or have let yourself or your family down
- Trouble concentrating on things, such as reading the newspaper or watching television
- Moving or speaking so slowly that other people could have noticed? Or the opposite - being so fidgety or
  restless that you have been moving around a lot more than usual
- Thoughts that you would be better off dead or of hurting yourself in some way
- If you checked off any problems, how difficult have these problems made it for you to do your work, take
  care of things at home, or get along with other people?
GAD-7:
- Feeling nervous, anxious, or on edge
- Not being able to stop or control worrying
- Worrying too much about different things
- Trouble relaxing
- Being so restless that it is hard to sit still
- Becoming easily annoyed or irritable
- Feeling afraid, as if something awful might happen
ASQ:
- In the past few weeks, have you wished you were dead?
- In the past few weeks, have you felt that you or your family would be better off if you were dead?
- In the past week, have you been having thoughts about killing yourself?
- Have you ever tried to kill yourself?
- Are you having thoughts of killing yourself right now?
AUDIT-C:
- How often do you have a drink containing alcohol?
- How many standard drinks containing alcohol do you have on a typical day when drinking?
- How often do you have six or more drinks on one occasion?
TAPS-1:
- used any drugs including marijuana, cocaine or crack, heroin, methamphetamine (crystal meth), hallucinogens,
  ecstasy/MDMA?
- used any prescription medications just for the feeling, more than prescribed or that were not prescribed
  for you?
PC-PTSD-5:
- Have you ever experienced this kind of event?
- had nightmares about the event(s) or thought about the event(s) when you did not want to?
- tried hard not to think about the event(s) or went out of your way to avoid situations that reminded you of
  the event(s)?
- been constantly on guard, watchful, or easily startled?
- felt numb or detached from people, activities, or your surroundings?
- felt guilty or unable to stop blaming yourself or others for the event(s) or any problems the event(s) may
  have caused?
PEG:
- What number best describes your pain on average in the past week?
- What number best describes how, during the past week, pain has interfered with your enjoyment of life?
- What number best describes how, during the past week, pain has interfered with your general activity?
"""
ANSWERS = {
    "phq9_difficulty": "Not difficult at all|Somewhat difficult|Very difficult|Extremely difficult",
    "phq9": "Not at all|Several days|More than half the days|Nearly every day",
    "gad7": "Not at all|Several days|More than half the days|Nearly every day",
    "asq": "Yes|No",
    "audit_c_1": "Never|Monthly or less|2-4 times a month|2-3 times a week|4 or more times a week",
    "audit_c_2": "1 or 2|3 or 4|5 or 6|7 to 9|10 or more",
    "audit_c_3": "Never|Less than monthly|Monthly|Weekly|Daily or almost daily",
    "taps": "Daily or almost daily|Weekly|Monthly|Less than monthly|Never",
    "trauma": "Yes|No",
    "pc_ptsd": "Yes|No",
    "peg_pain": "0 - No pain|1|2|3|4|5|6|7|8|9|10 - Pain as bad as you can imagine",
    "peg": "0 - Does not interfere|1|2|3|4|5|6|7|8|9|10 - Completely interferes",
}
LEAD_INS = {
    "phq9": "Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    "gad7": "Over the last 2 weeks, how often have you been bothered by the following problems?",
    "pc_ptsd_5": "In the past month, have you…",
    "taps": "In the PAST 12 MONTHS, how often have you…",
    "trauma": "Sometimes things happen to people that are unusually or especially frightening, horrible, or "
    "traumatic. For example: a serious accident or fire; a physical or sexual assault or abuse; an "
    "earthquake or flood; a war; seeing someone be killed or seriously injured; having a loved one die "
    "through homicide or suicide.",
}
PFIZER = (
    "© Pfizer. Developed by Spitzer, Williams, Kroenke and colleagues with an educational grant from Pfizer. "
    "No permission required to reproduce, translate, display or distribute."
)
LICENCES = {
    "PHQ-9": PFIZER,
    "GAD-7": PFIZER,
    "ASQ": "ASQ, National Institute of Mental Health (NIMH).",
    "AUDIT-C": "in the public domain",
    "TAPS-1": "511601: freely available; permission not required for use.",
    "PC-PTSD-5": "VA National Center for PTSD. Work of the US government, in the public domain.",
    "PEG": "Krebs EE and others, J Gen Intern Med 2009;24:733-738. Freely available, in the public domain.",
}
INSTRUMENTS = [(name, item) for name, items in PUBLISHED.items() for item in items]


def one_line(words):
    return " ".join(words.split())


def names_its_licence(page, name):
    return name in page.attribution and LICENCES[name] in one_line(page.attribution)


def published_answers(item):
    """The longest name that the item begins with."""
    return ANSWERS[max((name for name in ANSWERS if item.startswith(name)), key=len)].split("|")


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_instruments_items_are_asked_word_for_word(name):
    asked = [one_line(ASKED.question(item).ask) for item in PUBLISHED[name]]
    order = [question.id for question in ASKED.questions if question.id in PUBLISHED[name]]

    assert asked == yaml.safe_load(ITEMS)[name]
    assert order == PUBLISHED[name]


@pytest.mark.parametrize(
    "item",
    [item for _, item in INSTRUMENTS],
)
def test_an_instruments_answers_stand_in_their_order(item):
    choices = ASKED.question(item).choices

    assert [choice.say for choice in choices] == published_answers(item)
    assert not ASKED.question(item).offers_not_sure


@pytest.mark.parametrize("page", LEAD_INS)
def test_an_instruments_lead_in_is_its_own(page):
    _, led = ASKED.page(page)

    assert LEAD_INS[page] in (one_line(led.title), one_line(led.intro))


@pytest.mark.parametrize(
    ("name", "item"),
    INSTRUMENTS,
)
def test_each_page_with_an_instrument_names_it_and_its_licence(name, item):
    (page,) = (page for _, page in ASKED.pages if ASKED.question(item) in page.questions)

    assert names_its_licence(page, name)


def test_a_shortened_licence_is_noticed():
    _, page = ASKED.page("gad7")

    assert not names_its_licence(replace(page, attribution="GAD-7. © Pfizer."), "GAD-7")


TOTALS = [one for one in ASKED.derived if one.derivation in (Derivation.TOTAL, Derivation.MEAN)]
BANDS = sorted({band.name for one in TOTALS for band in one.scoring.bands}, key=len, reverse=True)
SCORED = re.compile(
    "|".join(
        rf"\b{re.escape(words)}\b" for words in (*(one.label for one in TOTALS), *BANDS, "total", "score")
    ),
    re.IGNORECASE,
)
# Somebody whose totals are high on every instrument that is asked.
HIGH = "\n".join(
    [
        "reasons: [depression, ptsd, chronic_pain]",
        "trauma_event: yes",
        *(f"pc_ptsd_{item}: yes" for item in range(1, 6)),
        *(f"phq9_{item}: 3" for item in range(1, 9)),
        *(f"gad7_{item}: 3" for item in range(1, 8)),
        *(f"audit_c_{item}: 4" for item in range(1, 4)),
        *(f"peg_{item}: n9" for item in ("pain", "enjoyment", "activity")),
        "taps_drugs: daily",
    ]
)


class Reader(Visitor):
    """A browser that keeps the words of every page it gets."""

    def __init__(self, client, address):
        super().__init__(client, address)
        self.read = []

    def _ask(self, method, address, sent, *expecting):
        page = super()._ask(method, address, sent, *expecting)
        self.read.append(page.text)
        return page


def told_of_a_total(text):
    """The totals and bands that stand in a page's words, beside what is asked of everyone."""
    asked = (one_line(words) for page in (one for _, one in ASKED.pages) for words in _words_on(page))
    for words in sorted(filter(None, asked), key=len, reverse=True):
        text = text.replace(words, " ")
    return SCORED.findall(text)


def _words_on(page):
    choices = (choice.say for question in page.questions for choice in question.choices)
    asked = (words for question in page.questions for words in (question.ask, question.hint, question.why))
    return [page.title, page.intro, page.attribution, *asked, *(say for say in choices if len(say) > 5)]


def test_no_patients_page_tells_an_instruments_total_or_band(library, tmp_path):
    desk = make_copy(tmp_path, library).desk
    ill = healthy(library.questionnaire, library.formulary, HIGH)
    evidence = PatientEvidence(library.questionnaire, library.formulary, ill.answers, ill.as_of)
    reader = Reader(Client(create_patient_site(desk)), desk.settings.public_address)

    Patient(reader, ill, evidence).sends_the_form()
    desk.database.dispose()

    assert [evidence.number(one.id).low for one in TOTALS] == [24, 21, 12, 5, 9]
    assert len(reader.read) > 45
    assert [told for text in reader.read for told in told_of_a_total(text)] == []


@pytest.mark.parametrize("words", ["Your PHQ-9 total is 24", "In the range: moderately severe", "PEG mean 9"])
def test_a_total_or_a_band_on_a_page_is_noticed(words):
    assert told_of_a_total(words)
