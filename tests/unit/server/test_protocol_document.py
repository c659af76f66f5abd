"""docs/sync-protocol.md says what the code does: example, endpoints, reasons, limits."""

from __future__ import annotations

import json
import re
from pathlib import Path

from starlette.routing import Route

from cpdesk.base.i18n import declared_error_codes
from cpdesk.server import app, config, ordering
from cpdesk.server.admin import create_database
from cpdesk.sync import reading
from cpdesk.sync.protocol import operation_from_wire

DOCUMENT = Path(__file__).parents[3].joinpath("docs/sync-protocol.md").read_text(encoding="utf-8")


def test_the_example_operation_is_read_and_has_the_hash_that_is_given() -> None:
    example = re.search(r"```json\n(.*?)```", DOCUMENT, re.S)
    assert example is not None
    operation = operation_from_wire(json.loads(example[1]), "example")
    assert f"`{operation.content_hash()}`" in DOCUMENT


def test_every_endpoint_is_described_and_no_other(tmp_path: Path) -> None:
    settings = config.ServerConfig(tmp_path)
    create_database(settings)
    application = app.create_app(settings)
    application.state.service.database.close()
    routes = [route for route in application.routes if isinstance(route, Route)]
    served = {
        (method, route.path) for route in routes for method in route.methods or () if route.path.startswith("/v1/")
    }
    for method, path in served:
        shown = re.sub(r"{(sha256)}", "<hash>", path).replace("{", "<").replace("}", ">")
        assert shown in DOCUMENT and method in DOCUMENT, (method, path)
    for path in re.findall(r"(?:GET|POST|HEAD|PATCH) (/v1/[^\s?`,]+)", DOCUMENT):
        assert path.replace("<hash>", "{sha256}").replace("<", "{").replace(">", "}") in {path for _, path in served}


def test_every_quarantine_reason_and_error_code_is_described() -> None:
    source = Path(ordering.__file__).read_text(encoding="utf-8")
    for reason in re.findall(r'return "([a-z_]+)"', source):
        assert f"| {reason} |" in DOCUMENT
    for code in re.findall(r"CP-\d{4}", DOCUMENT):
        assert code in declared_error_codes()


def test_the_limits_are_those_of_the_code() -> None:
    settings = config.ServerConfig(Path())
    for text in (
        f"| {reading.BODY_BYTES_MAX >> 20} MiB; {reading.DECOMPRESSED_BYTES_MAX >> 20} MiB |",
        f"| {reading.OPERATIONS_PER_PUSH_MAX}; {reading.ENTRIES_PER_PULL_MAX} |",
        f"| {reading.PATHS_PER_OPERATION_MAX:,}; {reading.PATH_CHARACTERS_MAX}; {reading.VALUE_CHARACTERS_MAX:,};"
        f" {reading.NAME_CHARACTERS_MAX} |",
        f"| {reading.BLOB_BYTES_MAX >> 20} MiB; {reading.BLOB_CHUNK_BYTES_MAX >> 20} MiB; 50 |",
        f"at most {reading.BLOBS_PER_QUERY_MAX}",
        f"{settings.requests_per_second:.0f} a second, {settings.requests_burst} at once;"
        f" {settings.enrolments_per_minute} a minute",
    ):
        assert text in DOCUMENT, text
