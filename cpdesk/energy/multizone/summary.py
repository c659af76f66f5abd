"""From the marched year to results: heat flows of every link, balances, sums and peaks."""

from __future__ import annotations

import numpy as np

from cpdesk.energy.multizone.assembly import gains_w, mean_radiant_weights
from cpdesk.energy.multizone.links import Link, Links
from cpdesk.energy.multizone.march import Course, Trace
from cpdesk.energy.multizone.modal import Modal
from cpdesk.energy.multizone.network import Network
from cpdesk.energy.multizone.results import Result, SurfaceTrace, ZoneResult, monthly_kwh, peak
from cpdesk.energy.multizone.sun import Sun
from cpdesk.energy.weather.climate import HOURS, Floats


class _Flows:
    """Mean temperatures of seen nodes and the heat through every link, (8760,)."""

    def __init__(self, links: Links, course: Course, trace: Trace) -> None:
        self._place = {node: number for number, node in enumerate(course.seen)}
        self._course, self._trace = course, trace
        moving = [number for number, link in enumerate(links.all) if link.varies]
        extra = {link: column for column, link in enumerate(moving)}
        self.all = [(link, self._heat_w(link, extra.get(number))) for number, link in enumerate(links.all)]

    def mean_c(self, node: int) -> Floats:
        """(8760,)."""
        return self._trace.seen_c[:, self._place[node]]

    def _heat_w(self, link: Link, column: int | None) -> Floats:
        """From its first end to its second."""
        other = self.mean_c(link.second) if link.second >= 0 else self._course.known_c[:, -1 - link.second]
        heat = link.base_w_k * (self.mean_c(link.first) - other)
        return heat if column is None else np.asarray(heat + self._trace.extra_w[:, column])


def summarise(net: Network, links: Links, modal: Modal, course: Course, sun: Sun, trace: Trace, rounds: int) -> Result:
    """Everything people read."""
    flows = _Flows(links, course, trace)
    options = net.building.options
    chosen = np.zeros(HOURS)
    chosen[(options.first_day - 1) * 24 : options.last_day * 24] = 1.0
    stored = np.diff(trace.state, axis=0) / 3600.0
    zones = tuple(_zone(net, flows, modal, course, sun, trace, stored, chosen, number)
                  for number in range(len(net.air)))  # fmt: skip
    residual = _whole(net, flows, modal, course, trace, stored)
    return Result(
        zones=zones,
        surfaces=_faces(net, flows),
        windows=sun.windows,
        sun_on_surfaces_w_m2=sun.on_surfaces_w_m2,
        losses_kwh=_losses(net, flows, sun, chosen),
        heating_kwh=sum(zone.heating_kwh for zone in zones),
        cooling_kwh=sum(zone.cooling_kwh for zone in zones),
        residual=residual,
        residual_max=max(float(residual.max()), *(float(zone.residual.max()) for zone in zones)),
        warm_up_rounds=rounds,
    )


def _zone(
    net: Network,
    flows: _Flows,
    modal: Modal,
    course: Course,
    sun: Sun,
    trace: Trace,
    stored: Floats,
    chosen: Floats,
    number: int,
) -> ZoneResult:
    zone, air = net.building.zones[number], net.air[number]
    heating, cooling = trace.heating_w[:, number], trace.cooling_w[:, number]
    convective, radiative = gains_w(zone, net.building.options.first_weekday)
    by_part: dict[str, Floats] = {}
    balance = convective + heating * course.heat_w[air, number] - cooling
    turned_over = np.abs(convective) + heating + cooling
    for link, heat in flows.all:
        sign = 1.0 if link.first == air else -1.0 if link.second == air else 0.0
        if sign:
            out = sign * heat
            part = link.owner[0]
            by_part[part] = by_part[part] + out if part in by_part else out
            balance = balance - out
            turned_over = turned_over + np.abs(out)
    kept = net.capacity_j_k[air] * (stored @ modal.to_nodes[air])
    turned_over = turned_over + np.abs(kept)
    balance = balance - kept
    weights = mean_radiant_weights(net)[number]
    radiant = sum((weights[node] * flows.mean_c(int(node)) for node in np.flatnonzero(weights)), np.zeros(HOURS))
    air_c = flows.mean_c(air)
    return ZoneResult(
        name=zone.name,
        heating_w=heating,
        cooling_w=cooling,
        air_c=air_c,
        mean_radiant_c=radiant,
        operative_c=(air_c + radiant) / 2.0,
        heating_kwh=float((heating * chosen).sum()) / 1000.0,
        cooling_kwh=float((cooling * chosen).sum()) / 1000.0,
        heating_monthly_kwh=monthly_kwh(heating, chosen),
        cooling_monthly_kwh=monthly_kwh(cooling, chosen),
        heating_peak_w=peak(heating, chosen),
        cooling_peak_w=peak(cooling, chosen),
        coldest=peak(air_c, chosen, least=True),
        warmest=peak(air_c, chosen),
        mean_air_c=float((air_c * chosen).sum() / chosen.sum()),
        gains_w=convective + radiative,
        sun_w=sum((w.transmitted_w for w in sun.windows if w.zone == zone.name), np.zeros(HOURS)),
        flows_w=by_part,
        residual=np.abs(balance) / np.maximum(turned_over, 1.0),
    )


def _whole(net: Network, flows: _Flows, modal: Modal, course: Course, trace: Trace, stored: Floats) -> Floats:
    """All heat in, less all heat out, less what all nodes keep."""
    sources = course.source_w.sum(axis=1)
    power = trace.heating_w.sum(axis=1) - trace.cooling_w.sum(axis=1)
    kept = (stored @ modal.to_nodes.T) @ net.capacities
    balance = sources + power - kept
    turned_over = np.abs(course.source_w).sum(axis=1) + np.abs(trace.heating_w).sum(axis=1)
    turned_over = turned_over + trace.cooling_w.sum(axis=1) + np.abs(kept)
    for link, heat in flows.all:
        if link.second < 0:
            balance = balance - heat
            turned_over = turned_over + np.abs(heat)
    return np.asarray(np.abs(balance) / np.maximum(turned_over, 1.0))


def _faces(net: Network, flows: _Flows) -> tuple[SurfaceTrace, ...]:
    outer = {(face.zone, face.owner): face.node for face in net.outer}
    result = []
    for face in net.inner:
        node = outer.get((face.zone, face.owner))
        kind, name = face.owner
        result.append(
            SurfaceTrace(net.building.zones[face.zone].name, kind, name, flows.mean_c(face.node),
                         None if node is None else flows.mean_c(node))
        )  # fmt: skip
    return tuple(result)


def _losses(net: Network, flows: _Flows, sun: Sun, chosen: Floats) -> dict[tuple[str, str, str], float]:
    """Through links to known temperatures, less what the sun put on the part's outer face or in its glass."""
    result: dict[tuple[str, str, str], float] = {}

    def add(zone: int, owner: tuple[str, str], heat: Floats) -> None:
        key = (net.building.zones[zone].name, *owner)
        result[key] = result.get(key, 0.0) + float((heat * chosen).sum()) / 1000.0

    for link, heat in flows.all:
        if link.second < 0:
            add(link.zone, link.owner, heat)
    for face in net.outer:
        if face.kind != "glass" and face.node in sun.node_w:
            add(face.zone, face.owner, -sun.node_w[face.node])
    names = [zone.name for zone in net.building.zones]
    for window in sun.windows:
        add(names.index(window.zone), ("window", window.window), -window.absorbed_w)
    return result
