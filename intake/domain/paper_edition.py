"""What a paper of an earlier edition asked, beside what is asked now."""

from dataclasses import dataclass

from intake.domain.questionnaire import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class PaperEdition:
    """The edition printed on a paper. ``changed`` are questions asked otherwise now, ``new`` are not on it.

    ``gone`` stand on the paper and are not asked any more.
    """

    edition: str
    changed: tuple[Question, ...] = ()
    new: tuple[Question, ...] = ()
    gone: tuple[Question, ...] = ()

    @property
    def not_asked(self) -> frozenset[str]:
        """The questions whose answer a paper of this edition does not hold."""
        return frozenset(one.id for one in (*self.changed, *self.new))


def beside(paper: Questionnaire, now: Questionnaire) -> PaperEdition:
    """What is different between the paper and the questionnaire in force, for whoever types it in."""
    asked = [one for one in now.questions if paper.has(one.id)]
    return PaperEdition(
        paper.edition,
        changed=tuple(one for one in asked if _on_paper(paper.question(one.id)) != _on_paper(one)),
        new=tuple(one for one in now.questions if not paper.has(one.id)),
        gone=tuple(one for one in paper.questions if not now.has(one.id)),
    )


def _on_paper(question: Question) -> tuple[object, ...]:
    """What decides how an answer on paper is understood. Whom it is asked of does not, nor why."""
    choices = tuple((one.id, one.say) for one in question.choices)
    ways_out = question.offers_not_sure, question.offers_declined
    return question.kind, question.ask, question.hint, choices, ways_out, question.units, question.part_labels
