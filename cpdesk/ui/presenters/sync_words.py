"""How things stand with the district, in plain words. Being offline is no error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cpdesk.base.clock import Clock
from cpdesk.operations.merged import Broken
from cpdesk.operations.overview import Overview
from cpdesk.operations.rounds import Round
from cpdesk.operations.syncing import SyncState
from cpdesk.store.traffic import Moved, WaitingRecord
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.words import in_a_row, moment_long
from cpdesk.ui.survey_views import PanelLine, PanelView
from cpdesk.ui.sync_views import SyncView
from cpdesk.ui.views import Fact, StatusView

_MB: Final = 1_000_000
_NAMED: Final = 6


def sync_view(state: SyncState, clock: Clock, *, offline: bool, due: str = "") -> SyncView:
    """The answer, in figures and words. `due` says when the next round begins by itself."""
    waiting = state.operations + state.photos
    if not state.enrolled:
        pill = StatusView(tr("ui.sync.pill_local", n=waiting), "mute", "cloud-off")
        words = (tr("ui.sync.not_enrolled"), tr("ui.sync.not_enrolled_help"))
        return SyncView(
            pill, *words, _facts(state, "", due, clock), False, tr("ui.sync.enrol_first"), "mute", "cloud-off"
        )
    if state.fault.startswith("CP-41"):
        pill = StatusView(tr("ui.sync.pill_refused"), "bad", "alert")
        words = (tr("ui.sync.refused"), tr("ui.sync.refused_help", n=waiting))
        return SyncView(pill, *words, _facts(state, tr("ui.sync.line_refused"), due, clock), tone="bad", icon="alert")
    if offline:
        pill = StatusView(tr("ui.sync.pill_offline", n=waiting), "mute", "cloud-off")
        headline = tr("ui.sync.offline_waiting", what=waiting_words(state)) if waiting else tr("ui.sync.offline")
        line = tr("ui.sync.line_off")
        return SyncView(pill, headline, tr("ui.sync.offline_help"), _facts(state, line, due, clock), icon="cloud-off")
    line = tr("ui.sync.line_on") if state.last_success else tr("ui.sync.line_unknown")
    if waiting:
        pill = StatusView(tr("ui.sync.pill_waiting", n=waiting), "info", "cloud")
        headline = tr("ui.sync.waiting", what=waiting_words(state))
        return SyncView(
            pill, headline, tr("ui.sync.waiting_help"), _facts(state, line, due, clock), tone="info", icon="cloud"
        )
    if state.stuck:
        pill = StatusView(tr("ui.sync.pill_stuck", n=state.stuck), "bad", "alert")
        words = (tr("ui.sync.stuck", n=state.stuck), tr("ui.sync.stuck_help"))
        return SyncView(pill, *words, _facts(state, line, due, clock), tone="bad", icon="alert")
    pill = StatusView(tr("ui.sync.pill_done"), "ok", "check")
    return SyncView(
        pill, tr("ui.sync.done"), tr("ui.sync.done_help"), _facts(state, line, due, clock), tone="ok", icon="check"
    )


def overview_view(view: SyncView, overview: Overview, broken: Sequence[Broken], clock: Clock) -> SyncView:
    """The same with the lists below it."""
    return replace(
        view,
        waiting=_waiting(overview, clock),
        rounds=_rounds(overview, clock),
        stuck=overview.state.stuck,
        broken=_broken(broken),
        unsubmitted=overview.unsubmitted if overview.state.enrolled else 0,
    )


def waiting_words(state: SyncState) -> str:
    """What waits, in one phrase: 3 户 45 题，照片 9 张."""
    parts = []
    if state.operations:
        parts.append(
            tr(
                "ui.sync.homes_fields" if state.homes_only else "ui.sync.sites_fields",
                n=state.sites,
                fields=state.fields,
            )
        )
    if state.photos:
        parts.append(tr("ui.sync.photos_size", n=state.photos, size=size_words(state.photo_bytes)))
    return tr("ui.sync.comma").join(parts)


def size_words(size: int) -> str:
    """Bytes as people read them."""
    if size >= _MB:
        return f"{size / _MB:,.1f} MB"
    return f"{max(1, round(size / 1000)):,} kB" if size else "0 kB"


def round_words(done: Round, titles: dict[str, str]) -> str:
    """What a round brought, for the notice after it; "" when it brought nothing from others."""
    received = [each for each in done.received if each.record in titles]
    if not received and not done.conflicts:
        return ""
    people = tr("ui.sync.and").join(sorted({each.actor for each in received if each.actor})[:2])
    said = tr("ui.sync.notice", who=people or tr("ui.sync.others"), n=len({each.record for each in received}))
    return said + (tr("ui.sync.notice_conflicts", n=done.conflicts) if done.conflicts else "")


def _facts(state: SyncState, line: str, due: str, clock: Clock) -> tuple[Fact, ...]:
    last = moment_long(state.last_success, clock) if state.last_success else tr("ui.sync.never")
    facts = [
        Fact(tr("ui.sync.last"), last),
        Fact(tr("ui.sync.server"), in_a_row(state.server_url, line) or "—"),
    ]
    if due:
        facts.append(Fact(tr("ui.sync.next"), due))
    return tuple(facts)


def _waiting(overview: Overview, clock: Clock) -> PanelView:
    by_site: dict[str, list[WaitingRecord]] = {}
    for each in overview.waiting:
        by_site.setdefault(overview.sites.get(each.record, each.record), []).append(each)
    lines = [_waiting_site(group, overview, clock) for group in by_site.values()]
    state = overview.state
    if state.photos:
        size = size_words(state.photo_bytes)
        lines.append(PanelLine("files", "", tr("ui.sync.photos_size", n=state.photos, size=size), icon="image"))
    return PanelView(waiting_words(state), tuple(lines), tr("ui.sync.nothing_waits"))


def _waiting_site(group: Sequence[WaitingRecord], overview: Overview, clock: Clock) -> PanelLine:
    """A site and its surveys in one line; it opens the survey that was changed last."""
    survey = next((each.record for each in group if each.record in overview.surveys), "")
    named = [overview.titles[each.record] for each in group if each.record in overview.titles]
    at = moment_long(max(each.until for each in group), clock)
    fields = tr("ui.sync.fields_n", n=sum(each.fields for each in group))
    meta = in_a_row(fields, tr("ui.sync.changed_at", at=at))
    title = named[0] if named else tr("ui.sync.untitled")
    return PanelLine(f"w{group[0].record} {survey}", survey, title, "", meta, "info", "arrow-up")


def _broken(broken: Sequence[Broken]) -> PanelView:
    lines = [
        PanelLine(f"{each.record} {found.path}", found.path, each.title, found.message, found.label, "bad", "alert")
        for each in broken
        for found in each.found
    ]
    return PanelView(tr("ui.merged.about"), tuple(lines))


def _rounds(overview: Overview, clock: Clock) -> PanelView:
    lines: list[PanelLine] = []
    for number, done in enumerate(overview.journal.rounds):
        lines += _round(number, done, overview, clock)
    return PanelView("", tuple(lines), tr("ui.sync.no_rounds"))


def _round(number: int, done: Round, overview: Overview, clock: Clock) -> list[PanelLine]:
    at, lines = moment_long(done.at, clock), []
    if done.begun:
        lines.append(PanelLine(f"{number}b", "", tr("ui.sync.begun", n=done.begun), meta=at, icon="download"))
    for each in _people(done.received):
        count = _count(each, overview)
        title = tr("ui.sync.came", who=each[0].actor or "—", n=count, fields=sum(one.fields for one in each))
        lines.append(_moved(f"{number}r", title, each, overview, at, "arrow-down"))
    if done.sent:
        fields = sum(one.fields for one in done.sent)
        title = tr("ui.sync.went", n=_count(done.sent, overview), fields=fields)
        lines.append(_moved(f"{number}s", title, list(done.sent), overview, at, "arrow-up"))
    if done.photos_sent:
        lines.append(PanelLine(f"{number}p", "", tr("ui.sync.photos_went", n=done.photos_sent), meta=at, icon="image"))
    if done.photos_received:
        words = tr("ui.sync.photos_came", n=done.photos_received)
        lines.append(PanelLine(f"{number}q", "", words, meta=at, icon="image"))
    if done.conflicts:
        words = tr("ui.sync.conflicts_came", n=done.conflicts)
        lines.append(PanelLine(f"{number}c", "", words, meta=at, tone="warn", icon="warning"))
    return lines


def _moved(key: str, title: str, moved: Sequence[Moved], overview: Overview, at: str, icon: str) -> PanelLine:
    records = list(dict.fromkeys(each.record for each in moved))
    named = list(dict.fromkeys(overview.titles[record] for record in records if record in overview.titles))
    words = tr("ui.sync.listing").join(named[:_NAMED])
    if len(named) > _NAMED:
        words = tr("ui.sync.and_more", words=words, n=len(named))
    first = next((record for record in records if record in overview.surveys), "")
    who = moved[0].actor or "x"
    return PanelLine(f"{key}{who} {first}", first, title, words, at, "info" if icon == "arrow-down" else "mute", icon)


def _count(moved: Sequence[Moved], overview: Overview) -> int:
    """Of how many sites these are; a site and its survey count as one."""
    return len({overview.sites.get(each.record, each.record) for each in moved})


def _people(moved: Sequence[Moved]) -> list[list[Moved]]:
    """By person, in the order they come."""
    found: dict[str, list[Moved]] = {}
    for each in moved:
        found.setdefault(each.actor, []).append(each)
    return list(found.values())
