"""What the clinic's sign-in provider says of somebody, checked: who, when, with how much (OpenID Connect).

Authlib makes the requests and checks what a token claims, joserfc its signature. Whatever the provider
answers is a stranger's until then: answers are small, soon and from where they were asked for.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from intake.config import Settings
from intake.services.provider import Places, ProviderFailed, Subject, Why, come_back_to, origin_of

# Signatures that a public key checks; a shared secret proves nothing of the provider.
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_LEEWAY = 60
# The provider is to have seen the person lately: whoever finds a browser signed in there gets no further.
MAX_AGE = timedelta(minutes=5)
_ISSUED_WITHIN = timedelta(minutes=10)
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, 2
_MOST_BYTES = 256 * 1024
_CONNECT, _READ, _ALTOGETHER = 3.0, 5.0, 10.0  # seconds


def places(settings: Settings) -> Places:
    """What the provider says of itself. Raises ProviderFailed."""
    issuer = settings.provider_issuer
    with _session(settings) as session:
        said = _json(session, issuer.rstrip("/") + "/.well-known/openid-configuration")
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    found = [said.get(name) for name in wanted]
    if said.get("issuer") != issuer or not all(isinstance(one, str) for one in found):
        raise ProviderFailed(Why.NOT_UNDERSTOOD)
    authorize, token, keys = (str(one) for one in found)
    # People are sent to the provider alone; the page that sends them says so to their browser.
    if origin_of(authorize) != origin_of(issuer) or not all(
        _may_be_asked(one, settings) for one in (token, keys)
    ):
        raise ProviderFailed(Why.NOT_UNDERSTOOD)
    return Places(authorize, token, keys, said.get("authorization_response_iss_parameter_supported") is True)


def address_to_sign_in(settings: Settings, at: Places, state: str, nonce: str, verifier: str) -> str:
    """Where somebody is sent to show the provider who they are: anew, whoever is signed in there."""
    more = {"acr_values": settings.provider_acr} if settings.provider_acr else {}
    with _session(settings) as session:
        address, _ = session.create_authorization_url(
            at.authorize,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            prompt="login",
            max_age=int(MAX_AGE.total_seconds()),
            **more,
        )
    return str(address)


def subject_of(
    settings: Settings, at: Places, code: str, nonce: str, verifier: str, now: datetime
) -> Subject:
    """Whom the provider names for a code. Raises ProviderFailed."""
    with _session(settings) as session:
        try:
            answer = session.fetch_token(
                at.token, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except requests.RequestException:
            raise ProviderFailed(Why.UNREACHABLE) from None
        except (AuthlibBaseError, ValueError, TypeError, AttributeError):
            raise ProviderFailed(Why.REFUSED) from None
        keys = _json(session, at.keys)
    claims = _claims(settings, answer, keys, nonce, now)
    if not _is_recent(claims.get("auth_time"), now, MAX_AGE):
        raise ProviderFailed(Why.TOO_LONG_AGO)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ProviderFailed(Why.NOT_TRUSTED)
    return Subject(settings.provider_issuer, subject, _has_second_factor(settings, claims))


def _claims(
    settings: Settings, answer: object, keys: Mapping[str, Any], nonce: str, now: datetime
) -> Mapping[str, Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("id_token"), str):
        raise ProviderFailed(Why.NOT_UNDERSTOOD)
    try:
        # What a token says of its own keys (jwk, jku, x5u) is not looked at: these are the provider's.
        token = jwt.decode(answer["id_token"], KeySet.import_key_set(dict(keys)), algorithms=_ALGORITHMS)  # type: ignore[arg-type]  # checked by import_key_set
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": settings.provider_issuer},
                "aud": {"essential": True, "value": settings.provider_client_id},
            },
            {
                "nonce": nonce,
                "client_id": settings.provider_client_id,
                "max_age": int(MAX_AGE.total_seconds()),
                "access_token": answer.get("access_token"),
            },
        )
        claims.validate(int(now.timestamp()), _LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise ProviderFailed(Why.NOT_TRUSTED) from None
    if not _is_recent(claims.get("iat"), now, _ISSUED_WITHIN):
        raise ProviderFailed(Why.NOT_TRUSTED)
    return dict(claims)


def _is_recent(moment: object, now: datetime, within: timedelta) -> bool:
    if isinstance(moment, bool) or not isinstance(moment, (int, float)):
        return False
    return -_LEEWAY <= now.timestamp() - moment <= within.total_seconds() + _LEEWAY


def _has_second_factor(settings: Settings, claims: Mapping[str, Any]) -> bool:
    amr = claims.get("amr")
    by_method = isinstance(amr, list) and "mfa" in amr  # RFC 8176
    return by_method or (bool(settings.provider_acr) and claims.get("acr") in settings.provider_acr.split())


def _may_be_asked(address: str, settings: Settings) -> bool:
    here = urlsplit(settings.provider_issuer).scheme
    return bool(origin_of(address)) and urlsplit(address).scheme in {"https", here}


def _session(settings: Settings) -> OAuth2Session:
    secret = settings.provider_secret_file
    session = OAuth2Session(
        settings.provider_client_id,
        secret.read_text("utf-8").strip() if secret is not None else None,
        scope="openid",
        redirect_uri=come_back_to(settings),
        code_challenge_method="S256",
    )
    # No proxy, no password file and no other certificate of the machine's, and nowhere but where it is sent.
    session.trust_env, session.max_redirects = False, 0
    # A small answer that unpacks to a large one is a large one.
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("https://", "http://"):
        session.mount(scheme, transport())
    return session


def transport() -> HTTPAdapter:
    """What carries a request to the provider."""
    return Bounded()


class Bounded(HTTPAdapter):
    """Carries requests, and takes no answer that is too long or too slow."""

    def send(self, request: Any, *_given: object, **options: Any) -> requests.Response:  # noqa: ANN401 (requests says what)
        """The answer, read to its end."""
        began, body = time.monotonic(), bytearray()
        response = super().send(request, **options | {"stream": True, "timeout": (_CONNECT, _READ)})
        try:
            # What has come by now, and not so much of it: a byte at a time would be waited for otherwise.
            while chunk := response.raw.read1(8192):
                body += chunk
                if len(body) > _MOST_BYTES or time.monotonic() - began > _ALTOGETHER:
                    response.close()
                    raise requests.ConnectionError("the answer is too long or too slow")
        except (HTTPError, OSError) as error:
            raise requests.ConnectionError(type(error).__name__) from None
        response._content = bytes(body)  # noqa: SLF001 (where requests keeps an answer that was read)
        return response


def _json(session: OAuth2Session, address: str) -> dict[str, Any]:
    try:
        answer = session.request("GET", address, withhold_token=True)
        if answer.status_code != requests.codes.ok:
            raise ProviderFailed(Why.UNREACHABLE)
        said = answer.json()
    except requests.JSONDecodeError:
        raise ProviderFailed(Why.NOT_UNDERSTOOD) from None
    except requests.RequestException:
        raise ProviderFailed(Why.UNREACHABLE) from None
    except (RecursionError, ValueError):
        raise ProviderFailed(Why.NOT_UNDERSTOOD) from None
    if not isinstance(said, dict):
        raise ProviderFailed(Why.NOT_UNDERSTOOD)
    return said
