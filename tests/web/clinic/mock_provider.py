"""A sign-in provider of a test: answers as OpenID Connect has it, unless told to answer otherwise."""

import base64
import hashlib
import hmac
import json
import secrets
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from requests.adapters import BaseAdapter

ISSUER = "http://127.0.0.1:9/id"
CLIENT = "intake-of-a-test"
SECRET = "a secret of a test"


class MockProvider(BaseAdapter):
    """Stands where the network would. Each ``twist`` takes what would be answered, and answers otherwise."""

    def __init__(self, clock):
        super().__init__()
        self._clock = clock
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes = {}
        self.places = self.claims = self.token = self.keys = self.answer = lambda it: it
        self.asked = []

    # What a browser does there.

    def sign_in(self, address, subject="sub-of-alice", **also):
        """Somebody signs in there: what the browser is sent back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked, subject
        return {"code": code, "state": asked["state"], "iss": ISSUER} | also

    # What the clinic asks.

    def send(self, request, **_options):
        path = urlsplit(request.url).path
        try:
            status, content = self._answer(path, request)
        except requests.RequestException:
            raise
        status, content = self.answer((status, content))
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.headers["Content-Type"] = "application/json"
        response._content = content if isinstance(content, bytes) else json.dumps(content).encode()
        return response

    def close(self):
        pass

    def _answer(self, path, request):
        if path.endswith("/.well-known/openid-configuration"):
            return 200, self.places(
                {
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/keys",
                    "authorization_response_iss_parameter_supported": True,
                }
            )
        if path.endswith("/keys"):
            return 200, self.keys(KeySet([self.key]).as_dict(private=False))
        return self._token({name: one[0] for name, one in parse_qs(request.body).items()}, request)

    def _token(self, sent, request):
        asked, subject = self.codes.pop(sent.get("code"), (None, None))
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".replace(" ", "%20").encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        wrong = (
            asked is None
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or not {f"Basic {expected}", f"Basic {_plain()}"} & {request.headers.get("Authorization")}
            or sent.get("redirect_uri") != asked["redirect_uri"]
        )
        if wrong:
            return 400, {"error": "invalid_grant"}
        now = int(self._clock().timestamp())
        claims = self.claims(
            {
                "iss": ISSUER,
                "sub": subject,
                "aud": CLIENT,
                "exp": now + 300,
                "iat": now,
                "auth_time": now,
                "nonce": asked["nonce"],
                "email": "alice@example.com",
            }
        )
        made = self.token(jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key))
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": made}


def _plain():
    return base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


def parts(token):
    """The header and the claims of a token, as anybody can read them."""
    return [json.loads(base64.urlsafe_b64decode(one + "==")) for one in token.split(".")[:2]]


def made_of(header, claims, signature=b""):
    """A token of whatever somebody likes."""
    every = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in every)


def signed_with_the_public_key(provider, token):
    """HS256, with the bytes of the public key as the secret: taken by whoever trusts the header."""
    header = {"alg": "HS256", "kid": "one"}
    signed = made_of(header, parts(token)[1]).rpartition(".")[0]
    secret = provider.key.as_pem(private=False)
    return made_of(header, parts(token)[1], hmac.digest(secret, signed.encode(), "sha256"))


def signed_with(key, token, **header):
    """Another key's signature over the same claims."""
    return jwt.encode({"alg": "RS256", **header}, parts(token)[1], key)
