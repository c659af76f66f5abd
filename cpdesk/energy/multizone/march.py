"""Through the year in quarter hours: linear part exact, what depends on temperatures solved with it.

Links that vary have a conductance g of the hour, worked out from the temperatures expected in its middle (those of the
quarter hour before it and their change since an hour earlier); the matrix holds the base g0 of it. The rest passes
d = (g - g0)(T1 - T2) with the mean temperatures of the step itself, so that d is part of the linear system:
(I - diag(g - g0) Q) d = (g - g0)(T1 - T2 without d), Q the answer of the differences to d.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.multizone.conductances import Conductances
from cpdesk.energy.multizone.control import Answers, Control
from cpdesk.energy.multizone.links import Links
from cpdesk.energy.multizone.modal import Modal
from cpdesk.energy.weather.climate import HOURS, Floats

STEPS: Final = 4
_ROUNDS_MAX: Final = 12
_ALIKE_K: Final = 0.01
_LEAD: Final = 0.625
"""From the middle of the last quarter hour to the middle of the hour to come, in hours."""
_GUESS_C: Final = 20.0
STEP_S: Final = 3600.0 / STEPS


@dataclass(frozen=True, slots=True)
class Course:
    """What the march is given, by hour.

    Attributes:
        source_w: (8760, nodes) heat from sun and gains. known_c: (8760, known).
        low_c, high_c: (8760, zones) set points, -inf and inf where off.
        heat_w, cool_w: (nodes, zones) where a watt of heating and of cooling goes.
        seen: nodes whose means are kept.
    """

    source_w: Floats
    known_c: Floats
    low_c: Floats
    high_c: Floats
    heat_w: Floats
    cool_w: Floats
    seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The year, means of the hours.

    Attributes:
        seen_c: (8760, seen). extra_w: (8760, varying links) beyond the base conductance, from first to second end.
        heating_w, cooling_w: (8760, zones), both positive.
        state: (8761, modes) at the hours' ends, row 0 the beginning.
    """

    seen_c: Floats
    extra_w: Floats
    heating_w: Floats
    cooling_w: Floats
    state: Floats


class _Stepper:
    """All matrices of a step, and the state.

    Rows of the tall matrices: means of the seen nodes, sensors at the end, differences of the varying links, and the
    modes at the end of the step.
    """

    def __init__(self, modal: Modal, links: Links, course: Course, control: Control, state: Floats) -> None:
        self._course, self._control, self.state = course, control, state
        self.conductances = Conductances(links)
        varying, known = links.varying, course.known_c.shape[1]
        self.count, self.zones, self.links = len(course.seen), course.heat_w.shape[1], len(varying)
        place = {node: number for number, node in enumerate(course.seen)}
        second = [place[link.second] if link.second >= 0 else self.count - 1 - link.second for link in varying]
        self._one = np.array([place[link.first] for link in varying], dtype=np.int64)
        self._two = np.array(second, dtype=np.int64)
        self._base = np.array([link.base_w_k for link in varying])
        from_state, whole = self._tall(modal, known)
        self._from_state = np.ascontiguousarray(from_state)
        incidence, to_known = _incidence(links, modal.force.shape[1], known)
        by_known = whole @ to_known
        differences = slice(self.count + self.zones, self.count + self.zones + self.links)
        by_known[differences] += self._known_differences(known)
        self._from_hour = np.ascontiguousarray(np.hstack([whole, by_known]))
        self._by_extra = np.ascontiguousarray(whole @ incidence)
        self._by_power = np.ascontiguousarray(whole @ np.hstack([course.heat_w, course.cool_w]))
        self._ends = np.full(self.count + known, _GUESS_C)
        self._before = self._ends.copy()
        self._eye = np.eye(self.links)
        self._slices = (slice(0, self.count), slice(self.count, self.count + self.zones), differences,
                        slice(self.count + self.zones + self.links, len(whole)))  # fmt: skip

    def _tall(self, modal: Modal, known: int) -> tuple[Floats, Floats]:
        def difference(rows: Floats) -> Floats:
            padded = np.vstack([rows, np.zeros((known, rows.shape[1]))])
            return np.asarray(padded[self._one] - padded[self._two])

        begun, pushed = modal.mean_state, modal.mean_source
        from_state = np.vstack([begun, modal.end_state, difference(begun), np.diag(modal.decay)])
        end = modal.gain[:, None] * modal.force
        return from_state, np.vstack([pushed, modal.end_source, difference(pushed), end])

    def _known_differences(self, known: int) -> Floats:
        """What known temperatures at second ends take off the differences, (links, known)."""
        result = np.zeros((self.links, known))
        for row, end in enumerate(self._two):
            if end >= self.count:
                result[row, end - self.count] = -1.0
        return result

    def hour(self, hour: int) -> tuple[Floats, Floats, Floats, Floats]:
        """March one hour: means of the seen nodes, of extra flows, of heating and of cooling."""
        course, (seen, sensors, differences, forces) = self._course, self._slices
        self._ends[self.count :] = course.known_c[hour]
        expected = self._ends + _LEAD * (self._ends - self._before)
        expected[self.count :] = course.known_c[hour]
        self._before[:] = self._ends
        one, two = expected[self._one], expected[self._two]
        extra = self.conductances.at(hour, one, two, self._ends[self._one]) - self._base
        by_hour = self._from_hour @ np.concatenate([course.source_w[hour], course.known_c[hour]])
        answer = np.linalg.inv(self._eye - extra[:, None] * self._by_extra[differences]) * extra
        extra_by_power = answer @ self._by_power[differences]
        by_power = self._by_power + self._by_extra @ extra_by_power
        answers = Answers(by_power[sensors, : self.zones].tolist(), by_power[sensors, self.zones :].tolist())
        low, high = course.low_c[hour].tolist(), course.high_c[hour].tolist()
        self._control.hour = hour
        # Sums of what the state and the hour alone give, and of the powers: all else is linear in both.
        alone, spent = np.zeros(len(by_hour)), np.zeros(2 * self.zones)
        for _ in range(STEPS):
            tall = self._from_state @ self.state + by_hour
            alone += tall
            tall += self._by_extra @ (answer @ tall[differences])
            power = self._control.powers_w(tall[sensors].tolist(), low, high, answers)
            if power is not None:
                signed = np.array([max(watt, 0.0) for watt in power] + [min(watt, 0.0) for watt in power])
                tall += by_power @ signed
                spent += signed
            self.state = tall[forces]
        self._ends[: self.count] = tall[seen]
        flows = answer @ alone[differences] + extra_by_power @ spent
        total = alone[seen] + self._by_extra[seen] @ flows + self._by_power[seen] @ spent
        return total / STEPS, flows / STEPS, spent[: self.zones] / STEPS, -spent[self.zones :] / STEPS


def _incidence(links: Links, nodes: int, known: int) -> tuple[Floats, Floats]:
    """Sources that a unit of each varying link's extra flow makes (nodes, links), and that a degree of each known
    temperature makes over base conductances (nodes, known)."""
    varying = links.varying
    incidence, to_known = np.zeros((nodes, len(varying))), np.zeros((nodes, known))
    for column, link in enumerate(varying):
        incidence[link.first, column] -= 1.0
        if link.second >= 0:
            incidence[link.second, column] += 1.0
    for link in links.all:
        if link.second < 0:
            to_known[link.first, -1 - link.second] += link.base_w_k
    return incidence, to_known


def march(
    modal: Modal, links: Links, course: Course, control: Control, start_c: Floats, warm_up_days: int
) -> tuple[Trace, int]:
    """The year after warming up: the trace, and how many rounds of warming up it took.

    The last `warm_up_days` of the year are gone through until two rounds end alike (0.01 K), twelve times at most.
    """
    stepper = _Stepper(modal, links, course, control, modal.from_nodes @ start_c)
    rounds = 0
    for _ in range(_ROUNDS_MAX if warm_up_days else 0):
        before = stepper.state
        for hour in range(HOURS - 24 * warm_up_days, HOURS):
            stepper.hour(hour)
        rounds += 1
        if float(np.abs(modal.to_nodes @ (stepper.state - before)).max()) < _ALIKE_K:
            break
    seen, extra = np.empty((HOURS, stepper.count)), np.empty((HOURS, stepper.links))
    heating, cooling = np.empty((HOURS, stepper.zones)), np.empty((HOURS, stepper.zones))
    state = np.empty((HOURS + 1, len(stepper.state)))
    state[0] = stepper.state
    for hour in range(HOURS):
        seen[hour], extra[hour], heating[hour], cooling[hour] = stepper.hour(hour)
        state[hour + 1] = stepper.state
    return Trace(seen, extra, heating, cooling, state), rounds
