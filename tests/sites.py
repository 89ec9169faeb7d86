"""Sites are made anew for thousands of tests: what Jinja and Werkzeug work out for one is kept for the next.

A template or an address that says something else is worked out anew. The product makes its two sites once.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from intake.web.frame import Site


class _Compiled(BytecodeCache):
    """Compiled templates, by what they say and by what the environment adds to the language."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[str, ...]:
    return (bucket.key, bucket.checksum, *sorted(bucket.environment.extensions))


_COMPILED = _Compiled()


class _Environment(Environment):
    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **{"bytecode_cache": _COMPILED, **options})


class _Address(Rule):
    """An address whose builder, a function that Werkzeug compiles, is that of an equal address before."""

    _builders: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        # The converters are asked of the address itself when an address is built.
        key = (self.rule, append_unknown, *self._trace)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


Site.jinja_environment = _Environment  # type: ignore[assignment]
Site.url_rule_class = _Address
