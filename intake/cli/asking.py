"""Asking for a password at the console: never an option, where others could read it."""

import sys

import click


def password_of(somebody: str) -> str:
    """What is typed, unseen. A script hands it over on a line of its own."""
    asked = f"Password of {somebody}"
    if sys.stdin.isatty():
        return str(click.prompt(asked, hide_input=True, err=True))
    click.echo(f"{asked}: (read from standard input)", err=True)
    return sys.stdin.readline().rstrip("\r\n")
