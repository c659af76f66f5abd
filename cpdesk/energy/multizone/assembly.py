"""From network, sun and schedules to the matrices and the yearly course that are marched."""

from __future__ import annotations

import numpy as np

from cpdesk.energy.multizone.control import Plant
from cpdesk.energy.multizone.links import Links
from cpdesk.energy.multizone.march import STEP_S, Course
from cpdesk.energy.multizone.modal import Modal, make_modal
from cpdesk.energy.multizone.network import Network
from cpdesk.energy.multizone.spec import Building, Schedule, Zone
from cpdesk.energy.multizone.sun import Sun
from cpdesk.energy.weather.climate import HOURS, Floats


def conductance_matrix(net: Network, links: Links) -> Floats:
    """K, (nodes, nodes) W/K, symmetric: heat that leaves each node is K T, less what known temperatures give."""
    count = len(net.capacity_j_k)
    matrix = np.zeros((count, count))
    pairs = net.fixed + [(link.first, link.second, link.base_w_k) for link in links.all]
    for first, second, conductance in pairs:
        matrix[first, first] += conductance
        if second >= 0:
            matrix[second, second] += conductance
            matrix[first, second] -= conductance
            matrix[second, first] -= conductance
    return matrix


def seen_nodes(net: Network, links: Links) -> tuple[int, ...]:
    """Nodes whose hourly means results are made of: airs, radiant nodes, faces and ends of links."""
    nodes = {*net.air, *net.radiant, *(face.node for face in net.inner), *(link.first for link in links.all)}
    return tuple(sorted(nodes | {link.second for link in links.all if link.second >= 0}))


def mean_radiant_weights(net: Network) -> Floats:
    """(zones, nodes): the mean of the inner faces by area (ISO 52016-1:2017, 6.5.6)."""
    result = np.zeros((len(net.air), len(net.capacity_j_k)))
    for face in net.inner:
        result[face.zone, face.node] += face.area_m2
    total = result.sum(axis=1, keepdims=True)
    for zone, air in enumerate(net.air):
        if total[zone, 0] <= 0.0:
            result[zone, air], total[zone, 0] = 1.0, 1.0
    return np.asarray(result / total)


def sensor_weights(net: Network) -> Floats:
    """(zones, nodes): what each thermostat feels."""
    result = np.zeros((len(net.air), len(net.capacity_j_k)))
    radiant = mean_radiant_weights(net)
    for number, zone in enumerate(net.building.zones):
        if zone.thermostat.sensor == "operative":
            result[number] = radiant[number] / 2.0
            result[number, net.air[number]] += 0.5
        else:
            result[number, net.air[number]] = 1.0
    return result


def modal(net: Network, links: Links, seen: tuple[int, ...]) -> Modal:
    """The factorised step."""
    return make_modal(net.capacities, conductance_matrix(net, links), list(seen), sensor_weights(net), STEP_S)


def gains_w(zone: Zone, weekday: int) -> tuple[Floats, Floats]:
    """Convective and radiative internal gains of a zone, (8760,) each."""
    air, faces = np.zeros(HOURS), np.zeros(HOURS)
    for gain in zone.gains:
        power = gain.power_w * gain.schedule.hourly(weekday)
        air += power * (1.0 - gain.radiative_share)
        faces += power * gain.radiative_share
    return air, faces


def course(net: Network, sun: Sun, known: list[Floats], seen: tuple[int, ...]) -> Course:
    """Sources, known temperatures and set points of all hours."""
    building = net.building
    weekday = building.options.first_weekday
    source = np.zeros((HOURS, len(net.capacity_j_k)))
    for node, heat in sun.node_w.items():
        source[:, node] += heat
    radiant = mean_radiant_weights(net)
    for number, zone in enumerate(building.zones):
        air, faces = gains_w(zone, weekday)
        source[:, net.air[number]] += air
        if faces.any():
            source += faces[:, None] * radiant[number][None, :]
    zones = len(building.zones)
    heat, cool = np.zeros((len(net.capacity_j_k), zones)), np.zeros((len(net.capacity_j_k), zones))
    for number, zone in enumerate(building.zones):
        share = zone.thermostat.heating_radiative_share
        heat[:, number] = radiant[number] * share
        heat[net.air[number], number] += 1.0 - share
        cool[net.air[number], number] = 1.0
    return Course(
        source_w=np.ascontiguousarray(source),
        known_c=np.ascontiguousarray(np.array(known).T),
        low_c=_set_points([zone.thermostat.heating_c for zone in building.zones], weekday, -np.inf),
        high_c=_set_points([zone.thermostat.cooling_c for zone in building.zones], weekday, np.inf),
        heat_w=heat,
        cool_w=cool,
        seen=seen,
    )


def _set_points(schedules: list[Schedule | None], weekday: int, off: float) -> Floats:
    columns = [np.full(HOURS, np.nan) if schedule is None else schedule.hourly(weekday) for schedule in schedules]
    table = np.ascontiguousarray(np.array(columns).T)
    return np.where(np.isnan(table), off, table)


def plant(building: Building) -> Plant:
    """Limits of all zones."""
    return Plant(
        np.array([zone.thermostat.heating_max_w for zone in building.zones]),
        np.array([zone.thermostat.cooling_max_w for zone in building.zones]),
    )


def first_guess_c(net: Network, outdoor_c: float, low_c: Floats, high_c: Floats) -> Floats:
    """Temperatures before warming up: what the thermostats hold, else outdoors."""
    low, high = low_c[-1], high_c[-1]
    wish = np.where(np.isfinite(low), low, np.where(np.isfinite(high), np.minimum(high, 20.0), outdoor_c + 5.0))
    return np.full(len(net.capacity_j_k), float(wish.mean()))
