"""Each rule of the section "Merge" in docs/sync-protocol.md, one test."""

from __future__ import annotations

from cpdesk.model.oplog import Operation
from cpdesk.model.paths import containers
from cpdesk.model.replication import Outcome
from cpdesk.sync.merge import Decision, RecordState, conflict_id, merge


class Bench:
    """A record and the server's counter."""

    def __init__(self) -> None:
        self.state = RecordState()
        self.revision = 0
        self.seqs: dict[str, int] = {}

    def does(
        self,
        device: str,
        values: dict[str, str | None],
        *,
        base: int,
        old: dict[str, str | None] | None = None,
        resolves: str | None = None,
    ) -> Decision:
        self.seqs[device] = self.seqs.get(device, 0) + 1
        operation = Operation(
            op_id=f"{device}{self.seqs[device]}",
            device=device,
            seq=self.seqs[device],
            prev_hash="0" * 64,
            record="r",
            kind="survey",
            form="f",
            version="1",
            stream="110114100",
            base=base,
            set=values,
            old={path: (old or {}).get(path) for path in values},
            actor=f"person {device}",
            at="2026-11-23T06:32:01.123Z-0000",
            resolves=resolves,
        )
        decision = merge(self.state, operation)
        self.revision += 1
        self.state.take(operation, self.revision, decision)
        return decision


def test_a_field_unchanged_since_the_base_takes_the_value() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    decision = bench.does("b", {"name": "2"}, base=1, old={"name": "1"})
    assert (decision.outcome, decision.applied) == (Outcome.APPLIED, {"name": "2"})


def test_different_fields_of_one_record_do_not_meet() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    assert bench.does("b", {"area": "2"}, base=0).outcome is Outcome.APPLIED


def test_a_device_goes_on_from_its_own_unsent_value() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    assert bench.does("a", {"name": "2"}, base=0, old={"name": "1"}).applied == {"name": "2"}


def test_an_unseen_value_makes_a_conflict_that_keeps_both_with_who_and_when() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    decision = bench.does("b", {"name": "2"}, base=0)
    (conflict,) = decision.conflicts
    assert (decision.outcome, decision.applied) == (Outcome.CONFLICT, {})
    assert (conflict.original, conflict.current, conflict.proposed) == (None, "1", "2")
    assert (conflict.current_actor, conflict.proposed_actor) == ("person a", "person b")
    assert conflict.id == conflict_id("b1", "name")
    assert bench.state.value("name") == "1"


def test_an_equal_value_is_no_change_and_gives_its_writer_no_right_to_replace_it_unseen() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    equal = bench.does("b", {"name": "1"}, base=0)
    assert (equal.outcome, equal.applied) == (Outcome.APPLIED, {})
    held = bench.does("b", {"name": "2"}, base=0, old={"name": "1"})
    assert [(c.current, c.proposed) for c in held.conflicts] == [("1", "2")]
    assert bench.does("b", {"name": "3"}, base=3, old={"name": "1"}).applied == {"name": "3"}, "pulled meanwhile: seen"


def _decided_for_1() -> tuple[Bench, str]:
    """Revision 3: c decided that "1" of a stays, against "2" of b."""
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    (conflict,) = bench.does("b", {"name": "2"}, base=0).conflicts
    bench.does("c", {"name": "1"}, base=2, old={"name": "1"}, resolves=conflict.id)
    return bench, conflict.id


def test_who_wrote_the_decided_value_without_seeing_the_decision_does_not_overrule_it() -> None:
    bench, _ = _decided_for_1()
    bench.does("d", {"name": "1"}, base=0)
    blind = bench.does("d", {"name": "4"}, base=0, old={"name": "1"})
    assert [(c.current, c.current_actor, c.proposed) for c in blind.conflicts] == [("1", "person c", "4")]


def test_whose_value_was_decided_for_does_not_replace_it_without_seeing_the_decision() -> None:
    bench, _ = _decided_for_1()
    assert bench.does("a", {"name": "5"}, base=1, old={"name": "1"}).outcome is Outcome.CONFLICT
    assert bench.state.value("name") == "1"


def test_of_two_who_decided_alike_neither_overrules_the_others_decision_unseen() -> None:
    for hasty in "cd":
        bench, conflict = _decided_for_1()
        bench.does("d", {"name": "1"}, base=2, old={"name": "1"}, resolves=conflict)
        blind = bench.does(hasty, {"name": "5"}, base=2, old={"name": "1"})
        assert [(c.current, c.proposed) for c in blind.conflicts] == [("1", "5")]
        informed = bench.does(hasty, {"name": "6"}, base=5, old={"name": "1"})
        assert informed.applied == {"name": "6"}


def test_a_decision_to_keep_an_item_is_not_overruled_by_a_removal_that_had_not_seen_it() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i"}, base=0)
    bench.does("a", {"room[x]/use": "bed"}, base=1)
    (asked,) = bench.does("b", {"room[x]": None}, base=1, old={"room[x]": "i"}).conflicts
    bench.does("c", {"room[x]": "i"}, base=3, old={"room[x]": "i"}, resolves=asked.id)
    bench.does("d", {"room[x]": "k"}, base=3, old={"room[x]": "i"})  # a move between changes nothing in that
    blind = bench.does("e", {"room[x]": None}, base=3, old={"room[x]": "i"})
    assert [(c.path, c.current_op, c.proposed) for c in blind.conflicts] == [("room[x]", "c1", None)]
    assert bench.does("e", {"room[x]": None}, base=6, old={"room[x]": "k"}).applied["room[x]"] is None


def test_a_value_in_a_removed_item_that_only_an_unsent_move_kept_on_the_screen_is_a_conflict() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i"}, base=0)
    bench.does("a", {"room[x]": None}, base=1, old={"room[x]": "i"})
    bench.does("b", {"room[x]": "k"}, base=1, old={"room[x]": "i"})
    decision = bench.does("b", {"room[x]/use": "bed"}, base=2)
    assert [(c.path, c.current, c.proposed) for c in decision.conflicts] == [("room[x]/use", None, "bed")]
    back = {"room[x]": "k", "room[x]/use": "bed"}
    assert bench.does("b", back, base=4, resolves=decision.conflicts[0].id).applied == back


def test_an_item_put_back_while_its_own_removal_was_held_hides_nothing_from_the_next_removal() -> None:
    for resolves in (None, "f" * 32):
        bench = Bench()
        bench.does("a", {"room[x]": "i"}, base=0)
        bench.does("b", {"room[x]/use": "bed"}, base=1)
        bench.does("a", {"room[x]": None}, base=1, old={"room[x]": "i"})
        bench.does("a", {"room[x]": "i"}, base=2, resolves=resolves)
        again = bench.does("a", {"room[x]": None}, base=2, old={"room[x]": "i"})
        assert (again.outcome, bench.state.value("room[x]/use")) == (Outcome.CONFLICT, "bed")


def test_a_value_that_was_pulled_but_hidden_under_an_unsent_one_counts_as_unseen() -> None:
    bench = Bench()
    bench.does("b", {"name": "theirs"}, base=0)
    first = bench.does("a", {"name": "mine"}, base=0)
    second = bench.does("a", {"name": "mine too"}, base=1, old={"name": "mine"})
    assert second.conflicts[0].proposed == "mine too"
    assert second.settled == (first.conflicts[0].id,), "its own older proposal gives way: one question, not two"
    assert bench.state.value("name") == "theirs"


def test_a_resolution_settles_the_conflict() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    (conflict,) = bench.does("b", {"name": "2"}, base=0).conflicts
    decision = bench.does("c", {"name": "2"}, base=2, old={"name": "1"}, resolves=conflict.id)
    assert (decision.applied, decision.settled) == ({"name": "2"}, (conflict.id,))
    assert bench.state.conflicts == {}


def test_concurrent_resolutions_with_different_values_make_a_new_conflict() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    (conflict,) = bench.does("b", {"name": "2"}, base=0).conflicts
    kept = bench.does("c", {"name": "1"}, base=2, old={"name": "1"}, resolves=conflict.id)
    assert kept.applied == {"name": "1"}, "deciding for what stands is a decision too"
    other = bench.does("d", {"name": "2"}, base=2, old={"name": "1"}, resolves=conflict.id)
    assert (other.conflicts[0].current, other.conflicts[0].proposed) == ("1", "2")


def test_concurrent_resolutions_with_the_same_value_agree() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    (conflict,) = bench.does("b", {"name": "2"}, base=0).conflicts
    bench.does("c", {"name": "2"}, base=2, old={"name": "1"}, resolves=conflict.id)
    assert bench.does("d", {"name": "2"}, base=2, old={"name": "1"}, resolves=conflict.id).conflicts == ()


def test_deleting_a_record_that_was_edited_unseen_is_a_conflict() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    bench.does("a", {"area": "9"}, base=1)
    decision = bench.does("b", {"@deleted": "1"}, base=1)
    assert (decision.conflicts[0].path, decision.conflicts[0].current_op) == ("@deleted", "a2")
    assert bench.state.value("@deleted") is None


def test_editing_a_record_that_was_deleted_unseen_goes_in_and_asks_once_whether_to_bring_it_back() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    bench.does("a", {"@deleted": "1"}, base=1)
    first = bench.does("b", {"name": "2"}, base=1, old={"name": "1"})
    second = bench.does("b", {"area": "3"}, base=1)
    assert first.applied == {"name": "2"}
    assert [(c.path, c.current, c.proposed) for c in first.conflicts] == [("@deleted", "1", None)]
    assert (second.applied, second.conflicts) == ({"area": "3"}, ())


def test_removing_an_item_takes_everything_in_it_along() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i", "room[x]/use": "bed", "room[x]/use#note": "n"}, base=0)
    decision = bench.does("b", {"room[x]": None}, base=1, old={"room[x]": "i"})
    assert decision.applied == {"room[x]": None, "room[x]/use": None, "room[x]/use#note": None}


def test_removing_an_item_in_which_somebody_worked_unseen_is_one_conflict_and_holds_all_of_it() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i", "room[x]/use": "bed", "room[x]/area": "12"}, base=0)
    bench.does("a", {"room[x]/use": "kitchen"}, base=1, old={"room[x]/use": "bed"})
    decision = bench.does(
        "b",
        {"room[x]": None, "room[x]/use": None, "room[x]/area": None},
        base=1,
        old={"room[x]": "i", "room[x]/use": "bed", "room[x]/area": "12"},
    )
    assert decision.applied == {}
    assert [(c.path, c.current, c.proposed) for c in decision.conflicts] == [("room[x]", "i", None)]


def test_editing_inside_an_item_that_was_removed_unseen_is_a_conflict() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i", "room[x]/use": "bed"}, base=0)
    bench.does("a", {"room[x]": None}, base=1, old={"room[x]": "i"})
    decision = bench.does("b", {"room[x]/use": "kitchen", "name": "1"}, base=1, old={"room[x]/use": "bed"})
    assert decision.applied == {"name": "1"}
    assert [(c.path, c.original, c.current, c.proposed) for c in decision.conflicts] == [
        ("room[x]/use", "bed", None, "kitchen")
    ]


def test_moving_one_item_twice_is_no_conflict_the_later_in_the_servers_order_holds() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i"}, base=0)
    bench.does("a", {"room[x]": "k"}, base=1, old={"room[x]": "i"})
    decision = bench.does("b", {"room[x]": "m"}, base=1, old={"room[x]": "i"})
    assert (decision.outcome, decision.applied) == (Outcome.APPLIED, {"room[x]": "m"})


def test_moving_an_item_that_was_removed_changes_nothing_and_removing_a_moved_one_removes_it() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i", "room[y]": "j"}, base=0)
    bench.does("a", {"room[x]": None}, base=1, old={"room[x]": "i"})
    moved = bench.does("b", {"room[x]": "m"}, base=1, old={"room[x]": "i"})
    assert (moved.applied, moved.conflicts) == ({}, ())
    bench.does("a", {"room[y]": "k"}, base=1, old={"room[y]": "j"})
    assert bench.does("b", {"room[y]": None}, base=1, old={"room[y]": "j"}).applied == {"room[y]": None}


def test_containers_are_the_items_around_a_path() -> None:
    assert list(containers("yard/room[a]/bed[x]/size#note")) == ["yard/room[a]", "yard/room[a]/bed[x]"]
    assert list(containers("room[a]#note")) == ["room[a]"]
    assert list(containers("room[a]")) == []


def test_a_base_that_covers_the_value_is_not_enough_when_the_screen_showed_another() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    bench.does("b", {"name": "2"}, base=1, old={"name": "1"})
    decision = bench.does("a", {"name": "3"}, base=2, old={"name": "1"})
    assert [(c.current, c.proposed) for c in decision.conflicts] == [("2", "3")]


def test_removing_an_item_whose_answer_hid_anothers_is_a_conflict() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i", "room[x]/use": "bed"}, base=0)
    bench.does("b", {"room[x]/use": "theirs"}, base=1, old={"room[x]/use": "bed"})
    bench.does("c", {"room[x]/use": "mine"}, base=1, old={"room[x]/use": "bed"})
    decision = bench.does("c", {"room[x]": None}, base=2, old={"room[x]": "i"})
    assert [c.path for c in decision.conflicts] == ["room[x]"]
    assert bench.state.value("room[x]/use") == "theirs"


def test_a_resolution_settles_all_open_conflicts_of_the_path_that_it_had_seen() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    (first,) = bench.does("b", {"name": "2"}, base=0).conflicts
    (second,) = bench.does("c", {"name": "3"}, base=0).conflicts
    (unseen,) = bench.does("d", {"name": "4"}, base=0).conflicts
    decision = bench.does("e", {"name": "2"}, base=3, old={"name": "1"}, resolves=first.id)
    assert set(decision.settled) == {first.id, second.id}
    assert list(bench.state.conflicts) == [unseen.id]


def test_a_later_proposal_of_the_same_device_keeps_the_original_both_started_from() -> None:
    bench = Bench()
    bench.does("a", {"name": "0"}, base=0)
    bench.does("a", {"name": "1"}, base=1, old={"name": "0"})
    bench.does("b", {"name": "2"}, base=1, old={"name": "0"})
    (conflict,) = bench.does("b", {"name": "3"}, base=1, old={"name": "2"}).conflicts
    assert (conflict.original, conflict.current, conflict.proposed) == ("0", "1", "3")


def test_a_decision_for_a_removal_does_not_take_what_the_removal_had_hidden() -> None:
    bench = Bench()
    bench.does("a", {"room[x]": "i"}, base=0)
    bench.does("a", {"room[x]/use": "bed"}, base=1)
    asked = bench.does("c", {"room[x]": None}, base=1, old={"room[x]": "i"}).conflicts[0]
    bench.does("b", {"room[x]": None}, base=1, old={"room[x]": "i"})
    decision = bench.does("b", {"room[x]": None}, base=3, resolves=asked.id)
    assert decision.outcome is Outcome.CONFLICT and not decision.applied
    assert bench.state.value("room[x]/use") == "bed"


def test_a_decision_for_a_deletion_made_without_later_edits_is_asked_again() -> None:
    bench = Bench()
    bench.does("a", {"name": "1"}, base=0)
    bench.does("b", {"@deleted": "1"}, base=1)
    asked = bench.does("a", {"name": "2"}, base=1, old={"name": "1"}).conflicts[0]
    bench.does("a", {"name": "3"}, base=1, old={"name": "2"})
    decision = bench.does("b", {"@deleted": "1"}, base=3, old={"@deleted": "1"}, resolves=asked.id)
    (again,) = decision.conflicts
    assert (again.path, again.current, again.proposed) == ("@deleted", "1", None)
    assert decision.settled == (asked.id,) and not decision.applied
    settled = bench.does("b", {"@deleted": "1"}, base=5, old={"@deleted": "1"}, resolves=again.id)
    assert settled.outcome is Outcome.APPLIED and settled.applied == {"@deleted": "1"}
