"""Rights: the table itself, every role on every kind of record in its own and another township, over a real server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import AccessFault
from cpdesk.model.oplog import SignedOperation
from cpdesk.server.access import ROLES
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.people.roles import RIGHTS, Right, Role, may, right_to_write
from cpdesk.server.run import running_server
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_answer_from_wire, push_to_wire
from cpdesk.sync.transport import Transport

HERE, THERE = "110114104", "110114118"

# Who may write what, in the words of docs/people.md and apart from the code: S surveyor, I inspector, C clerk,
# R reviewer, A administrator.
WRITERS = {
    ("household", "household"): "SCR",
    ("community", "community"): "SICR",
    ("segment", "segment"): "SICR",
    ("well", "well"): "SICR",
    ("component", "component"): "SICR",
    ("substation", "substation"): "SICR",
    ("survey", "farmhouse"): "SR",
    ("survey", "community"): "SIR",
    ("survey", "heatnet"): "SIR",
    ("survey", "own_form"): "SR",
    ("kind_of_tomorrow", "pump"): "SR",
}
LETTER = {"surveyor": "S", "inspector": "I", "clerk": "C", "reviewer": "R", "administrator": "A"}
STATUSES = ("draft", "complete", "submitted", "returned", "accepted")


@dataclass(frozen=True)
class Holder:
    role: str
    streams: frozenset[str] = frozenset({HERE})
    status: str = "active"


@pytest.mark.parametrize(("role", "right", "stream"), list(itertools.product(ROLES, Right, (HERE, THERE))))
def test_a_right_holds_for_its_role_in_its_township_while_the_desk_is_active(
    role: str, right: Right, stream: str
) -> None:
    assert may(Holder(role), right, stream) == (right in RIGHTS[role] and stream == HERE)
    assert not may(Holder(role, status="revoked"), right, stream)
    assert not may(Holder(role, streams=frozenset()), right, stream)


@pytest.mark.parametrize("right", Right)
def test_who_has_no_role_we_know_has_no_right(right: Right) -> None:
    for role in ("", "Surveyor", "root", "surveyor "):
        assert not may(Holder(role), right, HERE)


def test_the_table_says_what_the_document_says() -> None:
    for (kind, form), letters in WRITERS.items():
        writers = {role for role in ROLES if right_to_write(kind, form) in RIGHTS[role]}
        assert {LETTER[role] for role in writers} == set(letters), (kind, form)
    assert {role for role in ROLES if Right.REVIEW in RIGHTS[role]} == {Role.REVIEWER}
    assert {role for role in ROLES if Right.READ_NUMBERS in RIGHTS[role]} == {Role.SURVEYOR, Role.CLERK}
    assert RIGHTS[Role.ADMINISTRATOR] == {Right.READ}


# The same over a real server


@dataclass
class District:
    url: str
    admin: Admin
    lines: list[Transport] = field(default_factory=list)

    def desk(self, role: str, *streams: str) -> Desk:
        line = Transport(self.url)
        self.lines.append(line)
        replica = MemoryReplica(SystemClock())
        code = self.admin.new_enrolment_code(role=role, streams=streams or (HERE,), person=f"样例{role}")
        enrol(replica, line, code)
        return Desk(replica, line)


@dataclass
class Desk:
    replica: MemoryReplica
    line: Transport

    def write(
        self, record: str, *, stream: str = HERE, kind: str = "survey", form: str = "farmhouse", **of: str
    ) -> str:
        """Outcome, or the reason where the operation was put aside."""
        values = {name.replace("at_", "@"): value for name, value in of.items()} or {"note_text": "样例"}
        self.replica.change(record, dict(values), stream=stream, kind=kind, form=form)
        return self.send()

    def send(self) -> str:
        message = push_to_wire(self.replica.outbox(500))
        result = push_answer_from_wire(self.line.post_json("/v1/push", message)).results[-1]
        self.sync()
        return result.reason or str(result.outcome)

    def sync(self) -> None:
        sync_once(self.replica, self.line)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10**6, enrolments_per_minute=10**6)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        found = District(url, admin)
        yield found
        for line in found.lines:
            line.close()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_writes_its_kinds_in_its_township_and_nothing_else(district: District, role: str) -> None:
    desk = district.desk(role)
    for (kind, form), letters in WRITERS.items():
        expected = "applied" if LETTER[role] in letters else "role_forbidden"
        assert desk.write(desk.replica.new_id(), kind=kind, form=form) == expected, (kind, form)
        assert desk.write(desk.replica.new_id(), kind=kind, form=form, stream=THERE) == "stream_forbidden", kind
    assert desk.replica.outbox(500) == [], "what was put aside blocks nothing"
    for path in ("/v1/pull", "/v1/snapshot"):
        assert desk.line.get_json(path, {"stream": HERE})
        with pytest.raises(AccessFault) as caught:
            desk.line.get_json(path, {"stream": THERE})
        assert caught.value.code == "CP-4104"


def test_nothing_that_was_put_aside_is_lost_or_seen(district: District) -> None:
    clerk, reader = district.desk("clerk"), district.desk("surveyor")
    record = clerk.replica.new_id()
    before = district.admin.status().quarantined
    assert clerk.write(record, answer_of_a_clerk="样例答案") == "role_forbidden"
    assert district.admin.status().quarantined == before + 1
    reader.sync()
    assert reader.replica.visible(record) == {}
    page = reader.line.get_json("/v1/pull", {"stream": HERE})
    kept = [entry for entry in page["entries"] if entry["operation"]["record"] == record]
    assert [(entry["outcome"], entry["reason"], entry["applied"]) for entry in kept] == [
        ("quarantined", "role_forbidden", {})
    ]
    assert kept[0]["operation"]["set"] == {"answer_of_a_clerk": "样例答案"}


@pytest.mark.parametrize("role", ["surveyor", "inspector"])
def test_who_fills_surveys_takes_them_up_to_submission(district: District, role: str) -> None:
    desk, reviewer = district.desk(role), district.desk("reviewer")
    for before, after in itertools.product(STATUSES, STATUSES):
        record = reviewer.replica.new_id()
        reviewer.replica.change(record, {"@status": before}, stream=HERE, form="community")
        sync_once(reviewer.replica, reviewer.line)
        sync_once(desk.replica, desk.line)
        answered = desk.write(record, form="community", at_status=after)
        allowed = before in ("draft", "complete", "returned") and after in ("draft", "complete", "submitted")
        if allowed or (before == after != "accepted"):
            assert answered == "applied", (before, after)
        else:
            assert answered in ("status_forbidden", "role_forbidden"), (before, after)
            reviewer.sync()
            assert reviewer.replica.visible(record)["@status"] == before


@pytest.mark.parametrize("after", ["", "nonsense", "ACCEPTED"])
def test_a_status_nobody_knows_is_put_aside(district: District, after: str) -> None:
    desk = district.desk("surveyor")
    assert desk.write(desk.replica.new_id(), at_status=after) == "status_forbidden"


def test_a_surveyor_cannot_accept_by_claiming_to_have_seen_it_accepted(district: District) -> None:
    desk = district.desk("surveyor")
    record = desk.replica.new_id()
    assert desk.write(record, at_status="submitted", name="张三（样例）") == "applied"
    operation = desk.replica.change(record, {"@status": "accepted"}, stream=HERE, form="farmhouse")
    forged = replace(operation, old={"@status": "accepted"})
    signed = SignedOperation(forged, desk.replica.sign(forged.content_hash()))
    result = push_answer_from_wire(desk.line.post_json("/v1/push", push_to_wire([signed]))).results[0]
    assert (str(result.outcome), result.reason) == ("quarantined", "status_forbidden")


def test_accepted_work_is_changed_and_deleted_by_the_reviewer_only(district: District) -> None:
    desk, reviewer = district.desk("surveyor"), district.desk("reviewer")
    record = desk.replica.new_id()
    desk.write(record, at_status="submitted", name="张三（样例）")
    reviewer.sync()
    assert reviewer.write(record, at_status="accepted") == "applied"
    desk.sync()
    assert desk.write(record, name="李四（样例）") == "role_forbidden"
    assert desk.write(record, at_deleted="1") == "role_forbidden"
    assert desk.write(record, at_status="draft") == "status_forbidden"
    reviewer.sync()
    assert reviewer.replica.visible(record) == {"@status": "accepted", "name": "张三（样例）"}
    assert reviewer.write(record, at_status="returned") == "applied"
    desk.sync()
    assert desk.write(record, name="李四（样例）") == "applied"


def test_work_done_without_a_line_while_it_was_accepted_becomes_a_question(district: District) -> None:
    desk, reviewer = district.desk("surveyor"), district.desk("reviewer")
    record = desk.replica.new_id()
    desk.write(record, at_status="submitted", name="张三（样例）")
    reviewer.sync()
    reviewer.write(record, at_status="accepted", name="张三丰（样例）")
    assert desk.write(record, name="张叁（样例）") == "conflict"


def test_a_desk_restored_under_another_role_carries_no_more_than_the_author_could(district: District) -> None:
    author, carrier = district.desk("clerk"), district.desk("surveyor")
    author.replica.change(author.replica.new_id(), {"name": "样例"}, stream=HERE, form="farmhouse")
    message = push_to_wire(author.replica.outbox(1))
    (result,) = push_answer_from_wire(carrier.line.post_json("/v1/push", message)).results
    assert (str(result.outcome), result.reason) == ("quarantined", "role_forbidden")
