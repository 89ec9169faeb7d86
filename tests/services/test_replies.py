"""What a patient sends more: opened by link and reference, sent once, taken in as a new revision."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchanging import ASKED, CANNOT_TELL, FORM, LIBRARY, begun, secret_of, sent_to, signs
from intake.content.library import parse_library
from intake.domain.answers import BLANK, DECLINED, NOT_SURE, Answers, Chosen, Text, answered
from intake.domain.coming_back import Since
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.replies import DoesNotFit, Reply, revised
from intake.domain.review import Status
from intake.domain.review_entries import By, Done, LookAgain, Question, Revised
from intake.domain.review_records import SignOff
from intake.domain.review_refusals import Changed
from intake.domain.standing import LINK_LIVES, PlaceInWork
from intake.domain.stood_before import stood_before
from intake.domain.submissions import Signature
from intake.domain.within_a_day import MOST_REPLIES, TooMuchToday
from intake.services import acting, answering, asking, impact, queue, replay, replies, replying, reviewing
from intake.services.asked_then import NotKept
from intake.services.asking import NotOpen, UnknownQuestion, Wanted
from intake.services.replies import MOST_AT_ONCE, ReplyWaits
from intake.services.replying import NotAsShown, NothingToSend, Over, Settled
from intake.storage import audit, patient_questions, reviews
from intake.storage import replies as stored
from intake.storage.submissions import SIGNED
from intake.storage.tables import SubmissionRow
from sending import fill_in
from web.clinic.content import MEDICINES, RULES

NO = answered(Chosen("no"))
YES = answered(Chosen("yes"))


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    """One clinic for all tests that only look; each sends a form of its own."""
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture
def exchange(clinic_of_today):
    return sent_to(clinic_of_today.copy, clinic_of_today.alice)


def replied(exchange, sent, words="", changes=None, name="Quetzal Doe"):
    """The patient opens the question and answers it."""
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)
    assert token, "link and reference open the question"
    replying.save(exchange.desk, token, words, changes or {})
    signs(exchange.desk, token, name)
    return token


def events_of(exchange):
    with exchange.copy.clinic.database.read() as session:
        return [one.event for one in audit.events(session, exchange.submission)]


def test_an_answer_given_again_is_read_by_the_rules_and_the_old_one_is_kept(exchange):
    for flag in exchange.review.flags:
        reviewing.acknowledge(
            exchange.copy.clinic, exchange.alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT
        )
    sent = exchange.asks(flag=exchange.flag().key, again="treated")
    assert exchange.review.entries[-1].flags == tuple(flag.key for flag in exchange.review.flags)
    assert exchange.review.standing.place(exchange.desk.today()) is PlaceInWork.WAITING_ON_PATIENT

    replied(exchange, sent, "I stopped taking it.", {"treated": NO})
    review = exchange.review

    assert review.submission.revision == 2
    assert review.submission.answers["treated"] == NO
    assert review.earlier[0].answers["treated"] == NOT_SURE
    assert "High blood pressure, not treated" in [flag.title for flag in review.flags]
    assert review.screening.revision == 2
    assert review.submission.signature.typed_name == "Quetzal Doe"
    assert isinstance(review.entries[-1], Revised)
    assert review.entries[-1].words == "I stopped taking it."
    assert review.standing.place(exchange.desk.today()) is PlaceInWork.QUEUE
    assert review.standing.new_answer


def test_a_flag_that_an_answer_made_vanish_is_told_until_somebody_signs(exchange):
    assert stood_before(exchange.review) == ()
    replied(exchange, exchange.asks(flag=exchange.flag().key, again="treated"), "", {"treated": YES})

    (gone,) = stood_before(exchange.review)

    assert (gone.flag.title, gone.now) == (CANNOT_TELL, None)
    assert isinstance(exchange.review.entries[gone.number - 1], Question)
    assert [(one.before, one.now) for one in gone.answers] == [("Not sure", "Yes")]
    later = SignOff(exchange.alice.id, "A", "", "", gone.at, "", (), entries=len(exchange.review.entries))
    assert stood_before(replace(exchange.review, sign_offs=(later,))) == ()
    earlier = replace(later, entries=gone.number)
    assert stood_before(replace(exchange.review, sign_offs=(earlier,))) == (gone,)


def test_a_flag_that_comes_out_otherwise_leads_to_the_one_that_stands(exchange):
    replied(exchange, exchange.asks(flag=exchange.flag().key, again="treated"), "", {"treated": NO})

    (changed,) = stood_before(exchange.review)

    assert changed.flag.is_undecided
    assert changed.now == exchange.flag("High blood pressure, not treated")
    replied(exchange, exchange.asks(again="treated"), "", {"treated": NOT_SURE})
    assert [one.flag.title for one in stood_before(exchange.review)] == ["High blood pressure, not treated"]


def test_a_touched_flag_loses_its_acknowledgement_and_others_keep_theirs(exchange):
    for flag in exchange.review.flags:
        reviewing.acknowledge(
            exchange.copy.clinic, exchange.alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT
        )

    replied(exchange, exchange.asks(again="treated"), "", {"treated": NO})
    review = exchange.review

    seen = {flag.title: review.acknowledgement(flag.key) is not None for flag in review.flags}
    assert seen["High blood pressure, not treated"] is False
    assert seen["High blood pressure"] is True
    assert seen["Cannot tell: Home is not a safe place"] is True


def test_words_alone_reopen_a_signed_form_and_change_no_answer(exchange):
    clinic, alice = exchange.copy.clinic, exchange.alice
    for flag in exchange.review.flags:
        reviewing.acknowledge(clinic, alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT)
    sent = exchange.asks()
    reviewing.sign_off(clinic, alice, exchange.submission, "", exchange.review.fingerprint())
    assert exchange.review.status is Status.SIGNED_OFF

    replied(exchange, sent, "Yes, with lisinopril.")
    review = exchange.review

    assert review.status is Status.NEEDS_REVIEW
    assert review.submission.answers == review.earlier[0].answers
    assert review.submission.transcript == review.earlier[0].transcript
    assert not review.blockers()
    assert "ReviewReopened" not in events_of(exchange)


def test_a_flag_that_a_sign_off_does_not_cover_is_recorded_as_reopening(exchange):
    clinic, alice = exchange.copy.clinic, exchange.alice
    for flag in exchange.review.flags:
        reviewing.acknowledge(clinic, alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT)
    sent = exchange.asks(again="treated")
    reviewing.sign_off(clinic, alice, exchange.submission, "", exchange.review.fingerprint())

    replied(exchange, sent, "", {"treated": NO})
    exchange.take_in()

    assert events_of(exchange)[-4:] == [
        "PatientReplied",
        "SubmissionRevised",
        "SubmissionScreened",
        "ReviewReopened",
    ]


def test_nobody_signs_for_answers_that_changed_after_the_page_was_opened(exchange):
    clinic, alice = exchange.copy.clinic, exchange.alice
    for flag in exchange.review.flags:
        reviewing.acknowledge(clinic, alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT)
    sent = exchange.asks()
    shown = exchange.review.fingerprint()
    replied(exchange, sent, "I fainted.")

    with pytest.raises(Changed):
        reviewing.sign_off(clinic, alice, exchange.submission, "", shown)


def test_a_reply_is_taken_in_once_however_often_somebody_looks(exchange):
    replied(exchange, exchange.asks(), "Yes.")

    assert exchange.take_in() == 1
    assert exchange.take_in() == 0
    assert len(exchange.review.revisions) == 2


def test_sending_twice_sends_once(exchange):
    token = replied(exchange, exchange.asks(), "Yes.")

    signs(exchange.desk, token, "Quetzal Doe")

    assert events_of(exchange).count("PatientReplied") == 1
    with pytest.raises(Over):
        replying.save(exchange.desk, token, "No.", {})


def test_two_browsers_that_opened_one_question_answer_it_once(exchange):
    sent = exchange.asks()
    one, other = (replying.open_question(exchange.desk, sent.link, exchange.reference) for _ in range(2))
    for token in (one, other):
        replying.save(exchange.desk, token, "Yes.", {})

    signs(exchange.desk, one, "Quetzal Doe")
    with pytest.raises(Settled):
        signs(exchange.desk, other, "Quetzal Doe")


def test_nothing_at_all_is_not_sent(exchange):
    token = replying.open_question(exchange.desk, exchange.asks().link, exchange.reference)

    with pytest.raises(NothingToSend):
        signs(exchange.desk, token, "Quetzal Doe")


def test_a_question_taken_back_cannot_be_opened_nor_answered_from_a_page_left_open(exchange):
    sent = exchange.asks()
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)

    asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)

    assert replying.find(exchange.desk, token) is None
    assert replying.open_question(exchange.desk, sent.link, exchange.reference) is None
    assert exchange.review.standing.asked_at is None
    with pytest.raises(NotOpen):
        asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)


def test_a_question_that_was_answered_is_not_taken_back_over_the_answer(exchange):
    replied(exchange, exchange.asks(), "Yes.")

    with pytest.raises(NotOpen):
        asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)
    with pytest.raises(NotOpen):
        asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, 1)


def test_a_new_link_ends_the_one_before_and_the_pages_opened_with_it(exchange):
    before = exchange.asks()
    token = replying.open_question(exchange.desk, before.link, exchange.reference)

    after = asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, 1)

    assert replying.find(exchange.desk, token) is None
    assert replying.open_question(exchange.desk, before.link, exchange.reference) is None
    assert replying.open_question(exchange.desk, after.link, exchange.reference) is not None
    assert "PatientLinkRenewed" in events_of(exchange)


def test_a_question_asked_twice_by_one_press_is_asked_once(exchange):
    wanted = Wanted("Is it treated?")
    asking.ask(exchange.copy.clinic, exchange.alice, exchange.submission, wanted)

    with pytest.raises(Changed):
        asking.ask(exchange.copy.clinic, exchange.alice, exchange.submission, wanted)


def test_a_question_the_form_does_not_ask_cannot_be_asked_again(exchange):
    with pytest.raises(UnknownQuestion):
        exchange.asks(again="medicines")


def test_the_patient_sees_their_answers_and_nothing_of_the_flag(exchange):
    sent = exchange.asks(flag=exchange.flag().key)
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)

    asked = replying.find(exchange.desk, token).draft.asked

    assert [line.question for line in asked.about] == ["treated"]
    assert not asked.given
    assert CANNOT_TELL not in repr(asked)
    assert "urgent" not in repr(asked).casefold()


def test_an_answer_that_opens_a_follow_up_brings_it_along(exchange):
    token = replying.open_question(exchange.desk, exchange.asks(again="takes").link, exchange.reference)

    visit = replying.save(exchange.desk, token, "", {"takes": YES})

    assert [one.id for one in replying.follow_ups(exchange.desk, visit.draft)] == ["medicines"]


def test_an_answer_that_closes_a_branch_takes_its_answers_out_of_the_newest_revision(exchange):
    replied(exchange, exchange.asks(again="pressure"), "", {"pressure": NO})
    review = exchange.review

    assert "treated" not in review.submission.answers
    assert review.earlier[0].answers["treated"] == NOT_SURE
    assert not [flag for flag in review.flags if "pressure" in flag.title]


def test_an_addendum_comes_from_whoever_just_sent_and_from_nobody_else(exchange):

    form = fill_in(exchange.desk, FORM)
    assert replying.add_something(exchange.desk, form, "") is None
    receipt = answering.send(exchange.desk, form, "Quetzal Doe")
    token = replying.add_something(exchange.desk, form, "")
    replying.save(exchange.desk, token, "I forgot: I fainted once.", {})
    signs(exchange.desk, token, "Quetzal Doe")
    again = replying.add_something(exchange.desk, "", token)

    assert replying.add_something(exchange.desk, "", "") is None
    assert replying.add_something(exchange.desk, "x" * 43, "y" * 43) is None
    assert replying.find(exchange.desk, again).submission == replying.find(exchange.desk, token).submission
    clinic = exchange.copy.clinic
    review = reviewing.open_review(clinic, exchange.alice, replay.which(clinic, receipt.reference))
    assert [(one.words, one.asked) for one in review.entries] == [("I forgot: I fainted once.", None)]


@pytest.fixture
def nothing_kept(monkeypatch):
    """The questions of the form's time cannot be read here any more."""

    def not_kept(*_editions):
        raise NotKept("NoSuchEdition")

    monkeypatch.setattr(replies, "asked_then", not_kept)


@pytest.fixture
def alone(tmp_path):
    """A form in a clinic of its own, for what leaves something behind."""
    exchange = begun(tmp_path)
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


def in_queue(exchange):
    page = queue.open_list(exchange.copy.clinic, exchange.alice, PlaceInWork.QUEUE)
    return {one.entry.submission: one for one in page.lines}.get(exchange.submission)


def reads_all(exchange):
    for flag in exchange.review.flags:
        reviewing.acknowledge(
            exchange.copy.clinic, exchange.alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT
        )


def signs_off(exchange):
    shown = exchange.review.fingerprint()
    reviewing.sign_off(exchange.copy.clinic, exchange.alice, exchange.submission, "", shown)


def test_words_are_read_whatever_became_of_the_questions(exchange, nothing_kept):
    replied(exchange, exchange.asks(), "I fainted.")

    assert exchange.take_in() == 1
    assert exchange.review.entries[-1].words == "I fainted."


@pytest.mark.parametrize("before", ["asked", "put off", "signed", "finished"])
def test_a_reply_that_cannot_be_read_stands_in_the_queue_whatever_the_form_was(alone, nothing_kept, before):
    exchange = alone
    reads_all(exchange)
    sent = exchange.asks(again="treated")
    if before in ("signed", "finished"):
        signs_off(exchange)
    if before == "put off":
        day = exchange.desk.today() + timedelta(days=30)
        acting.look_again(exchange.copy.clinic, exchange.alice, exchange.submission, day, "")
    assert in_queue(exchange) is None
    exchange.copy.clock.at += timedelta(hours=2)
    replied(exchange, sent, "", {"treated": NO})
    if before == "finished":
        with exchange.copy.clinic.database.write() as session:  # nothing else brings it back
            row = session.get_one(SubmissionRow, exchange.submission)
            row.state = SIGNED

    line = in_queue(exchange)

    assert line is not None
    assert line.unread_reply
    assert (line.since, line.at) == (Since.ANSWERED, exchange.copy.clock.at)


def test_nobody_signs_while_a_reply_waits_that_cannot_be_read(alone, nothing_kept):
    reads_all(alone)
    replied(alone, alone.asks(again="treated"), "", {"treated": NO})

    with pytest.raises(ReplyWaits):
        signs_off(alone)

    assert not alone.review.sign_offs
    assert in_queue(alone).unread_reply


def test_nobody_signs_words_that_another_tab_wrote_after_the_page_was_shown(exchange):
    sent = exchange.asks()
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)
    seen = replying.shown(replying.save(exchange.desk, token, "Yes.", {}).draft, ())
    replying.save(exchange.desk, token, "No.", {})

    with pytest.raises(NotAsShown):
        replying.send(exchange.desk, token, "Quetzal Doe", seen)

    assert exchange.take_in() == 0
    signs(exchange.desk, token, "Quetzal Doe")
    assert exchange.review.entries[-1].words == "No."


def test_a_reply_that_cannot_be_opened_is_kept_and_keeps_no_other_out(exchange, monkeypatch, caplog):
    first, second = exchange.asks(), exchange.asks("And since when?")
    replied(exchange, first, "Yes.")
    with exchange.copy.clinic.database.read() as session:
        ((_, damaged),) = [one for one in stored.waiting(session) if one[0] == exchange.submission]
    replied(exchange, second, "Since May.")
    real = stored.open_waiting

    def damaged_one(session, keys, reply_id):
        if reply_id == damaged:
            raise ValueError("Yes.")
        return real(session, keys, reply_id)

    monkeypatch.setattr(stored, "open_waiting", damaged_one)
    assert exchange.take_in() == 1
    review = exchange.review
    assert [one.words for one in review.entries if isinstance(one, Revised)] == ["Since May."]
    with exchange.copy.clinic.database.read() as session:
        assert len(stored.waiting_of(session, exchange.submission)) == 1
    assert caplog.text.count(str(damaged)) == 1
    assert "Yes." not in caplog.text

    monkeypatch.undo()
    assert exchange.take_in() == 1
    assert len(exchange.review.revisions) == 3


def test_a_form_put_off_comes_back_when_the_patient_adds_something(exchange):
    sent = exchange.asks()
    clinic, today = exchange.copy.clinic, exchange.desk.today()
    by = By(exchange.alice.id, exchange.alice.printed_name, clinic.now())
    with clinic.database.write() as session:
        put_off = LookAgain(today + timedelta(days=30), "", by)
        reviews.add_entry(session, clinic.keys, exchange.submission, put_off)
    assert exchange.review.standing.place(today) is PlaceInWork.LATER

    replied(exchange, sent, "I fainted.")

    assert exchange.review.standing.place(today) is PlaceInWork.QUEUE


def test_three_days_without_an_answer_are_told(exchange):
    exchange.asks()
    at = exchange.copy.clinic.now()

    assert not exchange.review.standing.waits_long(at + timedelta(days=2, hours=23))
    assert exchange.review.standing.waits_long(at + timedelta(days=3))


# Replay, impact and screening again read the answers that were screened, or the newest.


def test_replay_makes_both_screenings_again_from_the_answers_of_their_time(exchange):
    replied(exchange, exchange.asks(again="treated"), "", {"treated": NO})
    exchange.take_in()

    found = replay.replay(exchange.copy.clinic, replay.shelf(exchange.copy.clinic), exchange.submission)

    assert len(found.screenings) == 2
    assert found.same


def test_replay_notices_a_screening_of_other_answers_than_it_says(exchange, monkeypatch):
    real = replies.screen_again
    lied = lambda *of: replace(real(*of), revision=1)  # noqa: E731 - the control of the test above
    monkeypatch.setattr(replies, "screen_again", lied)
    replied(exchange, exchange.asks(again="treated"), "", {"treated": NO})
    exchange.take_in()

    found = replay.replay(exchange.copy.clinic, replay.shelf(exchange.copy.clinic), exchange.submission)

    assert not found.same


def test_screening_again_reads_the_newest_answers(exchange):
    replied(exchange, exchange.asks(again="treated"), "", {"treated": NO})
    exchange.take_in()

    came_of = reviewing.rescreen(exchange.copy.clinic, exchange.submission)

    assert not came_of.added
    reviewing.rescreen(exchange.copy.clinic, exchange.submission, force=True)
    assert [one.revision for one in exchange.review.screenings] == [1, 2, 2]
    found = replay.replay(exchange.copy.clinic, replay.shelf(exchange.copy.clinic), exchange.submission)
    assert found.same


def test_impact_looks_at_the_newest_answers(tmp_path):
    exchange = begun(tmp_path)
    book = LIBRARY.rulebook
    without = replace(book, rules=tuple(one for one in book.rules if one.id != "pressure-untreated"))
    assert len(impact.look(exchange.copy.clinic, without).counts) == 1

    replied(exchange, exchange.asks(again="treated"), "", {"treated": YES})
    exchange.take_in()

    # Treated by now: whoever takes the rule away takes away no flag.
    assert impact.look(exchange.copy.clinic, without).counts == ()
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


def test_a_reply_is_read_under_the_questions_the_form_was_asked_with(tmp_path):
    exchange = begun(tmp_path)
    later = parse_library(ASKED.replace("Is it treated?", "Is it well treated?"), RULES, MEDICINES)
    exchange.copy = exchange.copy.with_library(later)
    sent = exchange.asks(again="treated")
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)
    draft = replying.find(exchange.desk, token).draft

    assert replying.again_page(exchange.desk, draft).questions[0].ask == "Is it treated?"
    replying.save(exchange.desk, token, "", {"treated": NO})
    signs(exchange.desk, token, "Quetzal Doe")
    newest = exchange.review.submission
    assert newest.editions == exchange.review.earlier[0].editions
    lines = [line.asked for part in newest.transcript for line in part.lines if line.question == "treated"]
    assert lines == ["Is it treated?"]
    found = replay.replay(exchange.copy.clinic, replay.shelf(exchange.copy.clinic), exchange.submission)
    assert found.same
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


MORE_PAGES = ASKED.replace("show: support", "show: at_home").replace(
    "consent:", "  at_home: {title: At home, paragraphs: [We are here], lines: [emergency]}\nconsent:", 1
)
NEW_LINE = ASKED.replace("Call 911", "Call 112").replace("tel:911", "tel:112")


@pytest.mark.parametrize(
    ("then", "title"), [(ASKED, "You are not alone"), (MORE_PAGES, "At home")], ids=["kept", "gone"]
)
def test_help_shown_after_a_reply_is_that_of_today_though_the_form_was_asked_with_another(
    tmp_path, then, title
):
    exchange = begun(tmp_path, library=parse_library(then, RULES, MEDICINES))
    exchange.copy = exchange.copy.with_library(parse_library(NEW_LINE, RULES, MEDICINES))
    sent = exchange.asks(again="home")
    token = replying.open_question(exchange.desk, sent.link, exchange.reference)
    after = replying.save(exchange.desk, token, "", {"home": NO}).draft

    shown = replying.safety_page(exchange.desk, after, {"home"})

    assert (shown.title, [line.say for line in shown.lines]) == (title, ["Call 112"])
    assert shown in replying.safety_pages(exchange.desk, after).values()
    assert replying.safety_page(exchange.desk, after, {"treated"}) is None
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


# Whatever comes, nothing of what was sent before is lost.

choices = st.sampled_from([YES, NO, NOT_SURE, DECLINED, BLANK])
changes = st.dictionaries(st.sampled_from(["pressure", "treated", "home", "takes"]), choices, max_size=4).map(
    Answers
)


@pytest.fixture(scope="module")
def first_revision(clinic_of_today):
    return clinic_of_today.review.submission


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(changes, st.text(max_size=40))
def test_any_reply_merges_and_nothing_of_the_form_is_lost(first_revision, changed, words):
    signature = Signature("Quetzal Doe", ("I agree",), first_revision.sent_at + timedelta(days=1))
    reply = Reply(words, changed, signature, 1)
    asked = LIBRARY.asked

    newest = revised(first_revision, reply, asked.questionnaire, asked.formulary)

    evidence = PatientEvidence(
        asked.questionnaire, asked.formulary, first_revision.answers.with_(changed), first_revision.sent_on
    )
    reached = relevant(evidence)
    for question, answer in first_revision.answers.items():
        expected = changed.get(question, answer)
        assert newest.answers.get(question) == (expected if question in reached else None)
    assert newest.revision == first_revision.revision + 1
    assert newest.sent_at == first_revision.sent_at
    assert newest.signature == signature
    said = {line.question for part in newest.transcript for line in part.lines}
    assert set(newest.answers) <= said


def test_a_reply_with_an_answer_the_form_cannot_hold_is_refused_and_not_dropped(first_revision):
    signature = Signature("Quetzal Doe", ("I agree",), first_revision.sent_at)
    reply = Reply("", Answers({"treated": answered(Text("perhaps"))}), signature, 1)

    with pytest.raises(DoesNotFit):
        revised(first_revision, reply, LIBRARY.questionnaire, LIBRARY.formulary)


def test_the_question_is_stored_with_what_is_asked_again(exchange):
    exchange.asks(again="treated")
    (entry,) = exchange.review.entries

    assert isinstance(entry, Question)
    assert entry.again == "treated"
    with exchange.copy.clinic.database.read() as session:
        link = patient_questions.states(session, exchange.submission)[1]
    assert link.expires_at - link.made_at == LINK_LIVES
    assert secret_of(exchange.asks("Once more?")).strip()


def adds(exchange, browser, words="One more thing."):
    """The patient adds something in the browser in which they sent the reply before."""
    token = replying.add_something(exchange.desk, "", browser, words)
    signs(exchange.desk, token, "Quetzal Doe")


def test_so_much_is_added_in_a_day_and_what_the_clinic_asks_is_answered_all_the_same(alone):
    browser = replied(alone, alone.asks(), "Yes.")
    comes(alone, MOST_REPLIES - 1)

    with pytest.raises(TooMuchToday):
        adds(alone, browser, "The 21st.")
    assert alone.take_in() == MOST_REPLIES

    browser = replied(alone, alone.asks("And now?"), "Yes.")
    with pytest.raises(TooMuchToday):
        adds(alone, browser)
    alone.copy.clock.at += timedelta(days=1, minutes=2)
    browser = replied(alone, alone.asks("And today?"), "Yes.")
    adds(alone, browser)
    assert alone.take_in() == 2


@pytest.fixture
def taken(monkeypatch):
    """Which replies were taken in, of which form, each without the cost of it."""
    taken = []

    def cheaply(_clinic, session, submission, reply):
        taken.append((submission, reply))
        stored.taken_in(session, reply, 1)
        return True

    monkeypatch.setattr(replies, "_take_in", cheaply)
    return taken


def comes(exchange, count, of=None):
    """So many replies, without the pages they come from."""
    now = exchange.copy.clock()
    reply = Reply("Yes.", Answers(), Signature("Quetzal Doe", ("I agree",), now))
    with exchange.copy.clinic.database.write() as session:
        for _ in range(count):
            stored.add(session, exchange.desk.keys, uuid4(), of or exchange.submission, reply)


def test_of_many_replies_one_page_takes_in_some_and_all_arrive_in_the_end(alone, taken):
    comes(alone, 200)

    first = alone.take_in()
    with alone.copy.clinic.database.read() as session:
        left = replies.unread(session)

    assert (first, len(taken)) == (MOST_AT_ONCE, MOST_AT_ONCE)
    assert alone.submission in left, "what is left over is told of, and the form is not signed"
    while alone.take_in():
        assert len(taken) % MOST_AT_ONCE == 0
    assert len(set(taken)) == 200
    with alone.copy.clinic.database.read() as session:
        assert replies.unread(session) == {}


def test_whoever_writes_much_is_in_nobodys_way(alone, taken):
    comes(alone, 100)
    other = sent_to(alone.copy, alone.alice)
    comes(other, 1)

    alone.take_in()

    assert other.submission in dict(taken)


@pytest.mark.parametrize(
    ("first", "turns"),
    [
        ((), ["much 0", "little 0", "much 1", "much 2"]),
        (("much",), ["much 0", "much 1", "much 2", "little 0"]),
    ],
)
def test_each_form_has_its_turn_and_those_that_are_opened_before_all(first, turns):
    waiting = [("much", f"much {number}") for number in range(3)] + [("little", "little 0")]

    assert [reply for _, reply in replies._in_turn(waiting, first)] == turns


def test_the_form_that_is_opened_is_read_in_first(alone, taken):
    comes(alone, 100)
    other = sent_to(alone.copy, alone.alice)
    comes(other, MOST_AT_ONCE)

    replies.take_in(alone.copy.clinic, other.submission)

    assert {submission for submission, _ in taken} == {other.submission}


def test_replies_that_cannot_be_read_take_nobodys_place(alone, monkeypatch):
    comes(alone, MOST_AT_ONCE + 5)
    tried = []

    def breaks(_clinic, _session, _submission, reply):
        tried.append(reply)
        raise ValueError

    monkeypatch.setattr(replies, "_take_in", breaks)
    alone.take_in()
    alone.take_in()

    assert len(set(tried)) == MOST_AT_ONCE + 5


def test_whoever_tells_of_all_forms_reads_all_of_it_in(alone, taken):
    comes(alone, 50)

    replies.take_in_all(alone.copy.clinic)

    assert len(taken) == 50
