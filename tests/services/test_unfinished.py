"""However windows take turns, nothing that was said is written over by somebody who did not see it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sending
from copies import NOON, make_copy
from intake.domain.answers import BLANK, Chosen, answered
from intake.domain.submissions import Draft
from intake.domain.unfinished import UnfinishedPage, shown_after
from intake.services import answering, unfinished
from intake.services.answering import AlreadySent, ChangedElsewhere, Expired, NotAsChecked

SQLITE = pytest.mark.parametrize("copy", ["sqlite"], indirect=True)
PAGE = "phq9"
QUESTIONS = ("phq9_1", "phq9_2")
SAID = {word: answered(Chosen(word)) for word in ("not_at_all", "several_days")} | {"": BLANK}

# Which window goes on, what is said in it first, which answer its person chooses, who looks again afterwards.
turns = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from([*SAID]), min_size=1),
        st.sampled_from(["here", "saved"]),
        st.none() | st.integers(0, 2),
    ),
    min_size=2,
    max_size=6,
)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One copy for every order of turns: each order has a draft of its own."""
    copy = make_copy(tmp_path_factory.mktemp("turns"))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def said_in(draft):
    return {name: draft.answers.get(name, BLANK) for name in QUESTIONS}


@dataclass
class Window:
    """One window: what it showed, what was said in it, and every answer its person has seen."""

    desk: object
    token: str
    marks: dict = field(default_factory=dict)
    says: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)

    def open(self):
        draft = answering.find(self.desk, self.token)
        self.marks = unfinished.marks(draft.answers, QUESTIONS)
        self.says = said_in(draft)
        self.seen = {name: {answer} for name, answer in self.says.items()}

    def go_on(self, choose, page):
        """Continue, and choose as often as both answers are shown; what was chosen away knowingly."""
        away, changes = {}, dict(self.says)
        while True:
            try:
                saved = answering.answer_page(self.desk, self.token, page, changes, shown=self.marks)
            except ChangedElsewhere as changed:
                now = said_in(changed.draft)
                meeting = answering.met(changed.draft, self.marks, changes)
                assert meeting.ask == changed.questions
                self.marks = shown_after(
                    meeting, self.marks, unfinished.marks(changed.draft.answers, QUESTIONS)
                )
                for name in changed.questions:
                    self.seen[name].add(now[name])
                    if choose == "saved":
                        away[name] = changes.pop(name)
            else:
                return away, said_in(saved.draft)


def test_nothing_is_written_over_unseen(alone):
    _, page = alone.desk.library.questionnaire.page(PAGE)
    asked = []

    @settings(max_examples=30)
    @given(turns)
    def take_turns(order):
        token = answering.start(alone.desk)
        windows = [Window(alone.desk, token) for _ in range(3)]
        for one in windows:
            one.open()
        for number, says, choose, looks in order:
            window = windows[number]
            window.says |= {name: SAID[word] for name, word in says.items()}
            before = said_in(answering.find(alone.desk, token))
            away, after = window.go_on(choose, page)
            asked.append(bool(away))
            for name in QUESTIONS:
                # Somebody's answer is gone only if the person who replaced it has seen it.
                assert after[name] == before[name] or before[name] in {*window.seen[name], BLANK}
                # What was said here is saved, or was chosen away; what was left blank may stay said.
                assert after[name] == window.says[name] or name in away or window.says[name] == BLANK
            window.open()
            if looks is not None:
                windows[looks].open()

    take_turns()
    assert any(asked)


def test_without_looking_at_what_a_page_showed_the_first_answer_would_be_lost(alone):
    """The control: what the turns above are there to find."""
    _, page = alone.desk.library.questionnaire.page(PAGE)
    token = answering.start(alone.desk)
    for word in ("not_at_all", "several_days"):
        answering.answer_page(alone.desk, token, page, {"phq9_1": SAID[word]})

    assert answering.find(alone.desk, token).answers["phq9_1"] == SAID["several_days"]


@pytest.fixture
def token(copy):
    return answering.start(copy.desk)


TYPED = UnfinishedPage((("pregnancy", "trying"),), {"pregnancy": ""})


@SQLITE
def test_what_is_kept_is_found_with_the_draft_and_changes_no_answer(copy, token):
    unfinished.keep(copy.desk, token, "pregnancy", TYPED)
    draft = answering.find(copy.desk, token)

    assert draft.unfinished == {"pregnancy": TYPED}
    assert (len(draft.answers), draft.seen) == (0, frozenset())
    unfinished.keep(copy.desk, token, "pregnancy", None)
    assert answering.find(copy.desk, token).unfinished == {}


@SQLITE
def test_keeping_the_same_once_more_writes_nothing(copy, token):
    unfinished.keep(copy.desk, token, "pregnancy", TYPED)
    before = answering.find(copy.desk, token).revision
    unfinished.keep(copy.desk, token, "pregnancy", TYPED)

    assert answering.find(copy.desk, token).revision == before


@SQLITE
def test_kept_unattended_it_does_not_keep_the_session_open(copy, token):
    # A form waits no longer for want of words.
    desk = copy.desk.with_settings(replace(copy.desk.settings, patient_unsaved_days=0))
    copy.clock.at = NOON + timedelta(minutes=50)
    unfinished.keep(desk, token, "pregnancy", TYPED, attended=False)
    copy.clock.at = NOON + timedelta(minutes=61)

    assert answering.find(desk, token) is None
    with pytest.raises(Expired):
        unfinished.keep(desk, token, "pregnancy", TYPED)


@SQLITE
def test_after_sending_nothing_is_kept(copy):
    token = sending.fill_in(copy.desk)
    answering.send(copy.desk, token, "Pat Doe")

    with pytest.raises(AlreadySent):
        unfinished.keep(copy.desk, token, "pregnancy", TYPED)


def test_what_is_sent_is_what_was_checked(copy):
    token = sending.fill_in(copy.desk)
    draft, tag = unfinished.note_checked(copy.desk, token)
    _, page = copy.desk.library.questionnaire.page("pregnancy")
    answering.answer_page(copy.desk, token, page, {"pregnancy": answered(Chosen("trying"))})

    with pytest.raises(NotAsChecked):
        answering.send(copy.desk, token, "Pat Doe", tag)
    now = answering.find(copy.desk, token)
    assert isinstance(now, Draft)
    assert unfinished.changed_since(copy.desk, now, tag) == {"pregnancy"}
    assert unfinished.changed_since(copy.desk, draft, tag) == frozenset()


@SQLITE
def test_the_last_three_states_that_were_checked_are_remembered(copy):
    token = sending.fill_in(copy.desk)
    _, page = copy.desk.library.questionnaire.page("pregnancy")
    tags = []
    for choice in ("no", "trying", "yes", "no"):
        answering.answer_page(copy.desk, token, page, {"pregnancy": answered(Chosen(choice))})
        draft, tag = unfinished.note_checked(copy.desk, token)
        tags.append(tag)

    assert tags[0] == tags[3]
    assert [*draft.checks] == tags[:3]
    assert unfinished.changed_since(copy.desk, draft, "nobody checked this") is None
