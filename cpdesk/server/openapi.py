"""The server's OpenAPI 3.1 document, made from the table of routes and the rules that read messages.

Names of fields, patterns and limits come from where they are enforced, so that the document cannot say otherwise.
docs/sync-protocol.md tells in words what the messages mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from cpdesk import __version__
from cpdesk.model.oplog import Operation
from cpdesk.model.paths import (
    NAME_CHARACTERS_MAX,
    PATH_CHARACTERS_MAX,
    PATHS_PER_OPERATION_MAX,
    STREAM,
    VALUE_CHARACTERS_MAX,
)
from cpdesk.model.replication import Conflict, Outcome, PushResult
from cpdesk.server.access import ROLES
from cpdesk.server.problems import STATUS
from cpdesk.sync import reading
from cpdesk.sync.protocol import ENTRY_FIELDS
from cpdesk.sync.reading import BLOBS_PER_QUERY_MAX, ENTRIES_PER_PULL_MAX, NUMBER_MAX, OPERATIONS_PER_PUSH_MAX

Schema = dict[str, Any]


def _matching(pattern: re.Pattern[str]) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern.pattern})$"}


def _text(most: int = NAME_CHARACTERS_MAX, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def _whole(least: int = 0, most: int = NUMBER_MAX) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(of: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": of} | ({} if most is None else {"maxItems": most})


def _object(properties: Mapping[str, Schema], optional: Sequence[str] = ()) -> Schema:
    """As `reading.Reader` reads one: nothing missing, nothing nobody asked for."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}


def _named(names: Iterable[str], rules: Mapping[str, Schema]) -> Schema:
    """An object with exactly these fields; a field without a rule is a fault of this module."""
    return _object({name: rules[name] for name in names})


_VALUE: Final = _maybe(_text(VALUE_CHARACTERS_MAX, 0))
_FIELDS: Final[Schema] = {
    "type": "object",
    "propertyNames": {"type": "string", "minLength": 1, "maxLength": PATH_CHARACTERS_MAX},
    "additionalProperties": _VALUE,
    "maxProperties": PATHS_PER_OPERATION_MAX,
}
_FIELDS_OF_ENTRY: Final = {name: rule for name, rule in _FIELDS.items() if name != "maxProperties"}
_UUID, _HASH, _SIGNATURE = _matching(reading.UUID), _matching(reading.HEX_64), _matching(reading.HEX_128)
_CONFLICT_ID, _STREAM, _TIME = _matching(reading.HEX_32), _matching(STREAM), _text(64)
_OUTCOME: Final[Schema] = {"type": "string", "enum": [str(outcome) for outcome in Outcome]}

_OPERATION: Final = _named(
    (each.name for each in fields(Operation)),
    {
        **dict.fromkeys(("op_id", "device", "record"), _UUID),
        "seq": _whole(1),
        "base": _whole(),
        "prev_hash": _HASH,
        "kind": _matching(reading.CODE),
        "form": _text(),
        "version": _text(least=0),
        "stream": _STREAM,
        "set": _FIELDS,
        "old": _FIELDS,
        "actor": _text(least=0),
        "at": _TIME,
        "resolves": _maybe(_CONFLICT_ID),
    },
)
_CONFLICT: Final = _named(
    (each.name for each in fields(Conflict)),
    {
        "id": _CONFLICT_ID,
        **dict.fromkeys(("record", "current_op", "proposed_op"), _UUID),
        "path": _text(PATH_CHARACTERS_MAX),
        **dict.fromkeys(("original", "current", "proposed"), _VALUE),
        **dict.fromkeys(("current_actor", "proposed_actor"), _text(least=0)),
        **dict.fromkeys(("current_at", "proposed_at"), _TIME),
        "resolved_by": _maybe(_UUID),
    },
)
_ENTRY: Final = _named(
    ENTRY_FIELDS,
    {
        "stream": _STREAM,
        "revision": _whole(1),
        "operation": {"$ref": "#/components/schemas/Operation"},
        "signature": _SIGNATURE,
        "outcome": _OUTCOME,
        "applied": _FIELDS_OF_ENTRY,
        "conflicts": _list({"$ref": "#/components/schemas/Conflict"}),
        "settled": _list(_CONFLICT_ID),
        "reason": _text(least=0),
    },
)
_RESULT: Final = _named(
    (each.name for each in fields(PushResult)),
    {"op_id": _UUID, "seq": _whole(), "outcome": _OUTCOME, "revision": _whole(), "reason": _text(least=0)},
)
_PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail")},
        "code": {"type": "string", "pattern": "^CP-[0-9]{4}$"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "fields": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    },
    "required": ["type", "title", "status", "detail", "code", "fields"],
}
_RIGHTS: Final[dict[str, Schema]] = {
    "person": _text(least=0),
    "role": {"type": "string", "enum": list(ROLES)},
    "streams": _list(_STREAM),
    "token": {"type": "string"},
    "expires_at": _TIME,
}
_SCHEMAS: Final = {"Operation": _OPERATION, "Conflict": _CONFLICT, "Entry": _ENTRY, "Problem": _PROBLEM}
_OCTETS: Final[Schema] = {"type": "string", "format": "binary"}


@dataclass(frozen=True)
class _Call:
    """What a route takes and gives, beside what all of them share.

    Attributes:
        answers: status → (media type, schema), or None for an answer without a body.
        inputs: (where, name, needed, schema) of each parameter that is not part of the path.
        stranger: needs no token.
    """

    summary: str
    answers: Mapping[int, tuple[str, Schema] | None]
    inputs: Sequence[tuple[str, str, bool, Schema]] = ()
    body: tuple[str, Schema] | None = None
    stranger: bool = False


def _json(schema: Schema) -> tuple[str, Schema]:
    return "application/json", schema


_SECRET: Final = _text(500)
_OFFSET: Final[Schema] = {"type": "integer", "minimum": 0}
_UPLOAD: Final = "application/offset+octet-stream"
_HEALTH: Final = _object(
    {"server": {"const": "cpdesk"}, "protocol": _whole(1), "version": _text(), "time": _TIME, "epoch": _text()}
)
_FORM: Final = _object(
    {
        "form": _text(),
        "version": _text(),
        "title": _text(least=0),
        "sha256": _HASH,
        "published_at": _TIME,
        "files": _list(_object({"name": _text(), "sha256": _HASH, "size": {"type": "integer"}})),
    }
)
_CALLS: Final[Mapping[tuple[str, str], _Call]] = {
    ("GET", "/v1/health"): _Call("Whether a server answers", {200: _json(_HEALTH)}, stranger=True),
    ("GET", "/v1/openapi.json"): _Call("This document", {200: _json({"type": "object"})}, stranger=True),
    ("POST", "/v1/enrol"): _Call(
        "Use up an enrolment code for a device",
        {200: _json(_object({"device": _UUID, **_RIGHTS}))},
        body=_json(_object({"code": _text(), "device": _UUID, "public_key": _HASH, "signature": _SIGNATURE})),
        stranger=True,
    ),
    ("POST", "/v1/token"): _Call(
        "A challenge, or a token for a signed one",
        {200: _json({"anyOf": [_object({"challenge": {"type": "string"}}), _object(_RIGHTS)]})},
        body=_json(
            _object(
                {"device": _UUID, "challenge": _maybe(_SECRET), "signature": _maybe(_SIGNATURE)},
                ("challenge", "signature"),
            )
        ),
        stranger=True,
    ),
    ("POST", "/v1/push"): _Call(
        "Give a batch of one author's operations",
        {
            200: _json(
                _object(
                    {"results": _list(_RESULT, OPERATIONS_PER_PUSH_MAX), "have": _whole(), "durable_through": _whole()}
                )
            )
        },
        body=_json(
            _object(
                {
                    "operations": _list(
                        _object(
                            {
                                "operation": {"$ref": "#/components/schemas/Operation"},
                                "signature": _SIGNATURE,
                                "erased_hash": _HASH,
                            },
                            ("erased_hash",),
                        ),
                        OPERATIONS_PER_PUSH_MAX,
                    )
                }
            )
        ),
    ),
    ("GET", "/v1/pull"): _Call(
        "Entries of a stream behind a cursor",
        {
            200: _json(
                _object(
                    {
                        "entries": _list({"$ref": "#/components/schemas/Entry"}, ENTRIES_PER_PULL_MAX),
                        "cursor": _text(),
                        "more": {"type": "boolean"},
                        "durable_through": _whole(),
                    }
                )
            )
        },
        (
            ("query", "stream", True, _STREAM),
            ("query", "cursor", False, _text(least=0)),
            ("query", "limit", False, _whole(1, ENTRIES_PER_PULL_MAX)),
        ),
    ),
    ("GET", "/v1/blobs"): _Call(
        f"Which of these photographs the server lacks; at most {BLOBS_PER_QUERY_MAX} names, separated by commas",
        {200: _json(_object({"missing": _list(_HASH, BLOBS_PER_QUERY_MAX)}))},
        (("query", "missing", False, {"type": "string"}),),
    ),
    ("HEAD", "/v1/blobs/{sha256}"): _Call("How far an upload has come", {200: None}),
    ("PATCH", "/v1/blobs/{sha256}"): _Call(
        "The next bytes of an upload",
        {204: None},
        (("header", "Upload-Offset", True, _OFFSET), ("header", "Upload-Length", False, {"type": "integer"})),
        (_UPLOAD, _OCTETS),
    ),
    ("GET", "/v1/blobs/{sha256}"): _Call(
        "A photograph, or a range of its bytes",
        {200: ("application/octet-stream", _OCTETS), 206: ("application/octet-stream", _OCTETS)},
    ),
    ("GET", "/v1/forms"): _Call("Published forms", {200: _json(_object({"forms": _list(_FORM)}))}),
    ("GET", "/v1/forms/{form}/{version}"): _Call(
        "One version of a form", {200: ("application/xml", {"type": "string"})}
    ),
    ("GET", "/v1/forms/{form}/{version}/files/{name}"): _Call(
        "A file that travels with a version", {200: ("application/octet-stream", _OCTETS)}
    ),
}
_PATH_PARAMETERS: Final = {"sha256": _HASH, "form": _text(), "version": _text(), "name": _text()}


def document(routes: Iterable[tuple[str, Sequence[str]]]) -> Schema:
    """The OpenAPI document of these routes, each a path with its methods.

    Raises:
        KeyError: a route that nobody has described here.
    """
    paths: dict[str, dict[str, Schema]] = {}
    for path, methods in routes:
        for method in methods:
            paths.setdefault(path, {})[method.lower()] = _operation(path, _CALLS[method, path], head=method == "HEAD")
    return {
        "openapi": "3.1.0",
        "info": {"title": "cpdesk district server", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, call: _Call, *, head: bool) -> Schema:
    inputs = [("path", name, True, _PATH_PARAMETERS[name]) for name in re.findall(r"{(\w+)}", path)]
    answers = {str(status): _answer("As asked", given) for status, given in call.answers.items()}
    refusal = None if head else ("application/problem+json", {"$ref": "#/components/schemas/Problem"})
    for status in sorted(set(STATUS.values())):
        codes = ", ".join(code for code, known in STATUS.items() if known == status)
        answers[str(status)] = _answer(codes, refusal)
    found: Schema = {
        "summary": call.summary,
        "parameters": [
            {"in": where, "name": name, "required": needed, "schema": schema}
            for where, name, needed, schema in (*inputs, *call.inputs)
        ],
        "responses": answers,
        "security": [] if call.stranger else [{"token": []}],
    }
    if call.body is not None:
        media, schema = call.body
        found["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    return found


def _answer(words: str, given: tuple[str, Schema] | None) -> Schema:
    if given is None:
        return {"description": words}
    media, schema = given
    return {"description": words, "content": {media: {"schema": schema}}}
