"""The secret of a webhook and the signature of a post. A secret is derived from SECRET_KEY; no table holds one."""

import base64
import datetime as dt
import hashlib
import hmac

from django.utils.crypto import salted_hmac

from alerts.models import Endpoint

OVERLAP = dt.timedelta(days=1)  # so long after a rotation the former secret signs too
HEADER = "R2P-Signature"
_SALT = "alerts.channels.signing"


def secret_of(endpoint: Endpoint, *, version: int | None = None) -> str:
    """What only its owner and this installation know; another one after each rotation."""
    named = f"{endpoint.pk}:{version or endpoint.secret_version}"
    return "whsec_" + base64.urlsafe_b64encode(salted_hmac(_SALT, named, algorithm="sha256").digest()).decode()


def signature(endpoint: Endpoint, body: bytes, *, at: dt.datetime) -> str:
    """The header's value: `t=` the second, and `v2=` the signature by the secret of version 2; shortly two of them."""
    second = int(at.timestamp())
    signed = (f"v{version}={_signed(endpoint, version, second, body)}" for version in _versions(endpoint, at))
    return ",".join([f"t={second}", *signed])


def _versions(endpoint: Endpoint, at: dt.datetime) -> list[int]:
    newest = endpoint.secret_version
    is_both = newest > 1 and endpoint.rotated_at is not None and at < endpoint.rotated_at + OVERLAP
    return [newest, newest - 1] if is_both else [newest]


def _signed(endpoint: Endpoint, version: int, second: int, body: bytes) -> str:
    secret = secret_of(endpoint, version=version)
    return hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
