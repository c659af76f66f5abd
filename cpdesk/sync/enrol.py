"""Becoming a desk of a district server, and getting a new token with the desk's key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.store.replica import Enrolment
from cpdesk.sync.blobs import Authorised
from cpdesk.sync.reading import Reader, malformed, read_stream
from cpdesk.sync.replica import Replica
from cpdesk.sync.signing import code_hash, enrolment_digest, token_digest
from cpdesk.sync.transport import Transport

EPOCH: Final = "server_epoch"
"""What the enrolment keeps of the server's epoch, also when the desk enrols again."""
_STREAMS_MAX: Final = 500


def enrol(replica: Replica, transport: Transport, code: str) -> Enrolment:
    """Use an enrolment code: the desk proves its key, the server says who it is for and what it may do.

    The code may be tried again with the same desk when the answer got lost.

    Raises:
        AccessFault: CP-4101 code wrong, used or expired; CP-4103, CP-4105, CP-4106 the server refuses this desk.
        EnvironmentFault: CP-2201 to CP-2206 the server cannot be reached or is another one.
    """
    transport.check_server()
    identity = replica.identity()
    digest = enrolment_digest(code_hash(code), identity.device, identity.public_key_hex)
    message = {
        "code": code.strip(),
        "device": identity.device,
        "public_key": identity.public_key_hex,
        "signature": replica.sign(digest),
    }
    answer = transport.post_json("/v1/enrol", message)
    read = Reader(answer, "answer", ("device", "person", "role", "streams", "token", "expires_at"))
    before = replica.enrolment()
    enrolment = Enrolment(
        server_url=transport.url,
        token=read.text("token", most=500),
        person=read.text("person", least=0),
        role=read.text("role"),
        streams=read.list_of("streams", _STREAMS_MAX, read_stream),
        extra=() if before is None else tuple(pair for pair in before.extra if pair[0] == EPOCH),
    )
    replica.set_enrolment(enrolment)
    transport.token = enrolment.token
    learn_keys(replica, transport)
    return enrolment


def learn_keys(replica: Replica, transport: Transport) -> None:
    """Keep the district's public keys: for exchange files, and for a forgotten PIN. A server that has none is none."""
    enrolment = replica.enrolment()
    if enrolment is None:
        raise AccessFault("CP-4107")
    try:
        answer = transport.get_json("/v1/keys")
    except IntegrityFault as fault:
        if fault.code != "CP-3252":
            raise
        return
    read = Reader(answer, "answer", ("exchange", "signing", "recovery"))
    found = {"exchange_key": read.hash("exchange"), "signing_key": read.hash("signing")}
    if read.text("recovery", least=0):
        found["recovery_key"] = read.hash("recovery")
    extra = {**dict(enrolment.extra), **found}
    if extra != dict(enrolment.extra):
        replica.set_enrolment(replace(enrolment, extra=tuple(extra.items())))


def fresh_token(replica: Replica, transport: Transport) -> None:
    """Answer a challenge with the desk's signature; keep the new token and the rights that came with it.

    Raises:
        AccessFault: CP-4107 not enrolled; CP-4103 revoked; CP-4106 the server does not know this key.
    """
    enrolment = replica.enrolment()
    if enrolment is None:
        raise AccessFault("CP-4107")
    device = replica.identity().device
    transport.token = ""
    challenge = _challenge(transport.post_json("/v1/token", {"device": device}))
    message = {"device": device, "challenge": challenge, "signature": replica.sign(token_digest(challenge))}
    answer = transport.post_json("/v1/token", message)
    read = Reader(answer, "answer", ("token", "expires_at", "person", "role", "streams"))
    renewed = replace(
        enrolment,
        token=read.text("token", most=500),
        person=read.text("person", least=0),
        role=read.text("role"),
        streams=read.list_of("streams", _STREAMS_MAX, read_stream),
    )
    replica.set_enrolment(renewed)
    transport.token = renewed.token


def authorised(replica: Replica, transport: Transport) -> Authorised:
    """What runs calls with the desk's token, and once more with a fresh one when it has ended.

    Raises:
        AccessFault: CP-4107 the desk is not enrolled.
    """
    enrolment = replica.enrolment()
    if enrolment is None:
        raise AccessFault("CP-4107")
    transport.token = enrolment.token

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except AccessFault as fault:
            if fault.code != "CP-4102":
                raise
        fresh_token(replica, transport)
        return call()

    return run


def _challenge(answer: Any) -> str:
    challenge = Reader(answer, "answer", ("challenge",)).text("challenge", most=500)
    if not challenge.isascii():
        raise malformed("answer.challenge", "not ASCII")
    return challenge
