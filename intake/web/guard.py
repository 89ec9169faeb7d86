"""Who may see which page: every page says so itself, and a site with a page that does not will not start."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember

View = Callable[..., ResponseReturnValue]

_MARK = "open_to"
_UNATTENDED = "asked_by_a_script"
_SENSITIVE = "asks_again"
_AT_ONCE = "asks_again_at_once"
_WHILE_DUE = "open_while_something_is_due"
_DOOR = "intake.door"
_FLASKS_OWN = frozenset({"static"})
# Stands where a permission would: anyone may come in, signed in or not.
EVERYONE = "everyone"


class UnmarkedView(Exception):
    """A site has pages that do not say who may see them."""

    def __init__(self, endpoints: list[str]) -> None:
        self.endpoints = tuple(endpoints)
        super().__init__(
            f"no one says who may see {', '.join(endpoints)}; "
            "mark each view with @requires(Permission....) or @open_to_all"
        )


def _anywhere(_member: StaffMember, _permissions: Collection[Permission]) -> None:
    return None


def _never(_member: StaffMember) -> None:
    return None


def _at_any_pace() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Door:
    """How a site finds out who is there, and what it answers when it is nobody.

    ``look_where`` refuses what somebody may do, but not from the network they are in. ``ask_again`` answers
    instead of a sensitive page when somebody has to prove first that it is still them; None lets them go on.
    ``paced`` refuses whoever sends faster than a person could.
    """

    whoever: Callable[[], StaffMember | None]
    signed_out: View
    ask_again: Callable[[StaffMember], ResponseReturnValue | None] = _never
    look_where: Callable[[StaffMember, Collection[Permission]], None] = _anywhere
    paced: Callable[[], None] = _at_any_pace


def keep_door(app: Flask, door: Door) -> None:
    """Let this door decide for every page of the site that requires a permission."""
    app.extensions[_DOOR] = door


def requires(permission: Permission, *others: Permission) -> Callable[[View], View]:
    """Only people with the permission, and every other one named: the view is handed the person first."""
    every = (permission, *others)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(**address: object) -> ResponseReturnValue:
            door: Door = current_app.extensions[_DOOR]
            member = door.whoever()
            if member is None:
                return door.signed_out()
            g.member = member
            if not all(member.may(one) for one in every):
                abort(403)
            door.look_where(member, every)
            door.paced()
            if _asks_again() and (asked := door.ask_again(member)) is not None:
                return asked
            return view(member, **address)

        setattr(guarded, _MARK, every if others else permission)
        return guarded

    return mark


def open_to_all(view: View) -> View:
    """Anyone may come in; the view is handed nobody."""
    setattr(view, _MARK, EVERYONE)
    return view


def unattended(view: View) -> View:
    """The page asks for this by itself: it does not count as somebody being there."""
    setattr(view, _UNATTENDED, True)
    return view


def sensitive(view: View) -> View:
    """What is sent here changes what others may do: whoever sends it has just proved that it is them."""
    setattr(view, _SENSITIVE, True)
    return view


def changes_factors(view: View) -> View:
    """What is sent here changes how somebody signs in: asked again, almost however lately they proved it.

    Whoever finds a screen left open must not add a passkey of their own to a colleague's account.
    """
    setattr(view, _AT_ONCE, True)
    return sensitive(view)


def asks_at_once(endpoint: str | None) -> bool:
    """Whether a proof of some minutes ago is too old for what was asked for."""
    return getattr(current_app.view_functions.get(endpoint or ""), _AT_ONCE, False)


def is_sensitive(view: Callable[..., object]) -> bool:
    """Whether a view was marked so."""
    return getattr(view, _SENSITIVE, False)


def open_while_due(view: View) -> View:
    """Also for somebody who has to set up, or to look at, how they sign in before anything else."""
    setattr(view, _WHILE_DUE, True)
    return view


def is_open_while_due(endpoint: str | None) -> bool:
    """Whether the page asked for is one of the few for them."""
    return getattr(current_app.view_functions.get(endpoint or ""), _WHILE_DUE, False)


def _asks_again() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and is_sensitive(view) and request.method not in ("GET", "HEAD")


def is_unattended(endpoint: str | None) -> bool:
    """Whether what is asked for now is asked for by a page and not by a person."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, _UNATTENDED, False)


def who_may(view: Callable[..., object]) -> Permission | tuple[Permission, ...] | str | None:
    """The permission a view requires, all of several, EVERYONE, or None when it does not say."""
    mark: Permission | tuple[Permission, ...] | str | None = getattr(view, _MARK, None)
    return mark


def refuse_unmarked(app: Flask) -> None:
    """Stop a site from starting while any of its pages does not say who may see it."""
    unmarked = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in _FLASKS_OWN and who_may(app.view_functions[rule.endpoint]) is None
    }
    if unmarked:
        raise UnmarkedView(sorted(unmarked))
