"""Questions answered by pressing: one choice, a point of a scale, or as many choices as fit."""

from intake.domain.answers import BLANK, Answer, Chosen, ChosenMany, answered
from intake.web.languages import say
from intake.web.patient.fields import SAYS_DECLINED, SAYS_NOT_SURE, WAYS_OUT_SAID, Asked, Option
from intake.web.patient.parse import Wrong


class OneChoice(Asked):
    """Yes or no, one of several, or one point of a rating scale."""

    shape = "radio"

    @property
    def control(self) -> str:
        return f"{self.id}-0"

    def options(self) -> list[Option]:
        """Every answer offered, the ways out last."""
        choices = [
            Option(f"{self.id}-{at}", choice.id, choice.say, choice.id in self.picked, left_in=self.left_in)
            for at, choice in enumerate(self.question.choices)
        ]
        return choices + self.ways_out()

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, Chosen):
            return (answer.value.choice,), {}
        return super().from_answer(answer)

    def read(self) -> Answer:
        offered = {choice.id for choice in self.question.choices}
        match self.picked:
            case ():
                return BLANK
            case (choice,) if choice in offered:
                return answered(Chosen(choice))
        if (way_out := self.way_out()) is not None:
            return way_out
        raise Wrong(say("Choose one of the answers on this page"))


class ManyChoices(OneChoice):
    """As many as fit."""

    shape = "checkbox"

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if isinstance(answer.value, ChosenMany):
            unsure = (SAYS_NOT_SURE,) if answer.value.unsure else ()
            return answer.value.choices + unsure, {}
        return super().from_answer(answer)

    def read(self) -> Answer:
        if not self.picked:
            return BLANK
        if not set(self.picked) <= {option.value for option in self.options()}:
            raise Wrong(say("Choose from the answers on this page"))
        self._refuse_opposites()
        if (way_out := self.way_out()) is not None:
            return way_out
        # In the questionnaire's order, whatever order the browser sent.
        chosen = tuple(choice.id for choice in self.question.choices if choice.id in self.picked)
        return answered(ChosenMany(chosen, SAYS_NOT_SURE in self.picked))

    def _refuse_opposites(self) -> None:
        alone = {choice.id: choice.say for choice in self.question.choices if choice.exclusive}
        alone[SAYS_DECLINED] = say(WAYS_OUT_SAID[SAYS_DECLINED])
        for value, said in alone.items():
            if value in self.picked and len(set(self.picked)) > 1:
                raise Wrong(say("You chose “%(said)s” and something else. Keep one or the other", said=said))
