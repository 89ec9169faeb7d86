"""Any answers a patient could give to a questionnaire, for property tests."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    Text,
    Value,
    answered,
)
from intake.domain.questionnaire import Kind, Question, Questionnaire

_NAMES = ("Ativan 1 mg", "oxycotin", "Nardil", "aspirin", "Narcan kit", "Xanax", "Adderall xr", "vitamin D")
_WORDS = st.sampled_from(("fine", "I want to kill myself", "<b>&amp;\"'", "", "ok", "n/a"))


def values(question: Question) -> st.SearchStrategy[Value]:
    """Any value the question can hold."""
    match question.kind:
        case Kind.YES_NO | Kind.CHOOSE_ONE | Kind.SCALE:
            return st.sampled_from([Chosen(choice.id) for choice in question.choices])
        case Kind.CHOOSE_ANY:
            return _ticked(question)
        case Kind.NUMBER:
            unit, bounds = question.units[-1], question.plausible or question.limits
            low, high = (int(bounds[0].low), int(bounds[0].high)) if bounds else (1, 300)
            return st.integers(low, high).map(lambda n: Number(Decimal(n), (str(n),), unit))
        case Kind.READING:
            # The top number is the bigger one; a page that has them the other way is sent back.
            pairs = st.tuples(st.integers(40, 300), st.integers(20, 200)).filter(lambda p: p[0] > p[1])
            return pairs.map(lambda pair: Reading(*pair))
        case Kind.DATE:
            return st.dates(date(1920, 1, 1), date(2026, 11, 20)).map(Day)
        case Kind.TEXT:
            return _WORDS.filter(bool).map(Text)
        case Kind.MEDICINES:
            named = st.sampled_from(_NAMES).map(MedicineEntry)
            unnamed = st.just(MedicineEntry("", named=False))
            entries = st.lists(st.one_of(named, unnamed), min_size=1, max_size=4)
            return entries.map(lambda listed: MedicineList(tuple(listed)))


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    """Any answer, a value or one of the ways to leave the question open."""
    open_ways = [BLANK]
    if question.offers_not_sure:
        open_ways.append(NOT_SURE)
    if question.offers_declined:
        open_ways.append(DECLINED)
    return st.one_of(values(question).map(answered), st.sampled_from(open_ways))


def answers(questionnaire: Questionnaire) -> st.SearchStrategy[Answers]:
    """Any subset of the questions, answered in any way."""
    optional = {question.id: answers_to(question) for question in questionnaire.questions}
    return st.fixed_dictionaries({}, optional=optional).map(Answers)


def _ticked(question: Question) -> st.SearchStrategy[Value]:
    several = [choice.id for choice in question.choices if not choice.exclusive]
    chosen = st.sets(st.sampled_from(several), min_size=1).map(
        lambda ids: ChosenMany(tuple(one for one in several if one in ids))
    )
    strategies: list[st.SearchStrategy[Value]] = [chosen]
    for choice in question.choices:
        if choice.exclusive:
            strategies.append(st.just(ChosenMany((choice.id,))))
    if question.offers_not_sure:
        strategies.append(
            # With nothing else ticked, it is how the question was left, and no value.
            st.sets(st.sampled_from(several), min_size=1).map(
                lambda ids: ChosenMany(tuple(one for one in several if one in ids), unsure=True)
            )
        )
    return st.one_of(strategies)
