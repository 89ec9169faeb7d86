"""Asking z3, with a time limit: a person for whom a formula is so, nobody, or undecided."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from intake.proving.formulas import SO, Every, Formula, Opposite, Some, Variable

if TYPE_CHECKING:
    import z3

SECONDS = 20.0

HOW_TO_INSTALL = (
    "This needs the solver z3, which is not installed here. Install it with: "
    "pip install 'z3-solver>=4.13' (or intake with its extra: pip install 'intake[proving]')."
)


class Undecided(Exception):
    """The solver gave up within its time: nothing is shown, and nothing may be taken as shown."""


class SolverMissing(Exception):
    """z3 is not installed."""

    def __init__(self) -> None:
        super().__init__(HOW_TO_INSTALL)


def require_solver() -> None:
    """Raises SolverMissing when z3 cannot be used here."""
    _z3()


def values_for(formula: Formula, seconds: float = SECONDS) -> dict[str, bool] | None:
    """Values that make a formula so, by variable; None when there are none, which is a proof.

    Raises Undecided when the time is over, and SolverMissing.
    """
    return Solver(formula, seconds).values_for(SO)


class Solver:
    """z3, told once what always holds, and then asked about one goal after the other.

    ``seconds`` is the time for each goal. Raises SolverMissing.
    """

    def __init__(self, always: Formula, seconds: float = SECONDS) -> None:
        self._z3 = _z3()
        self._translation = _Translation(self._z3)
        self._solver = self._z3.SolverFor("QF_FD")
        self._solver.set("timeout", max(1, int(seconds * 1000)))
        self._solver.add(self._translation.of(always))

    def values_for(self, goal: Formula) -> dict[str, bool] | None:
        """Values that make the goal so, None when there are none. Raises Undecided."""
        self._solver.push()
        try:
            self._solver.add(self._translation.of(goal))
            found = self._solver.check()
            if found == self._z3.unsat:
                return None
            if found != self._z3.sat:
                raise Undecided(self._solver.reason_unknown())
            model = self._solver.model()
            return {name.name(): bool(self._z3.is_true(model[name])) for name in model.decls()}
        finally:
            self._solver.pop()


class _Translation:
    """From our formulas to z3's; each part is translated once."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401 - a module without types
        self._z3 = module
        self._known: dict[int, z3.BoolRef] = {}
        # Formulas are known by identity, so they must live as long as what is known of them.
        self._kept: list[Formula] = []

    def of(self, formula: Formula) -> "z3.BoolRef":
        found = self._known.get(id(formula))
        if found is None:
            found = self._translated(formula)
            self._known[id(formula)] = found
            self._kept.append(formula)
        return found

    def _translated(self, formula: Formula) -> "z3.BoolRef":
        match formula:
            case Variable(name):
                return self._z3.Bool(name)
            case Opposite(part):
                return self._z3.Not(self.of(part))
            case Every(parts):
                return self._joined(self._z3.And, parts)
            case Some(parts):
                return self._joined(self._z3.Or, parts)

    def _joined(self, join: Callable[..., "z3.BoolRef"], parts: tuple[Formula, ...]) -> "z3.BoolRef":
        return join([self.of(part) for part in parts])


def _z3() -> Any:  # noqa: ANN401 - a module without types
    try:
        import z3
    except ImportError:
        raise SolverMissing from None
    return z3
