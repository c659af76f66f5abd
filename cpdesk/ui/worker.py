"""Work off the GUI thread.

`run(work, on_done, on_error)` calls `work` on a pool thread and the callbacks on the GUI thread. Jobs of one key keep
their order and never overlap. With `latest=True` a new job of the key replaces the one still waiting, and a result that
was overtaken is dropped: what the live result panel needs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from cpdesk.base.errors import CpdeskError

_THREADS = 3

Result = TypeVar("Result")


class Job:
    """A handle on work that was handed over; `cancel` drops its result and, when still waiting, the work itself."""

    def __init__(self, work: Callable[[], Any], on_done: Callable[[Any], None], on_error: Callable[[Exception], None]):
        self.work = work
        self.on_done = on_done
        self.on_error = on_error
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class _Bridge(QObject):
    """Carries a finished job from its thread to the GUI thread (queued signal)."""

    finished = Signal(object, object, object, object)  # key, job, result, error


class _Runnable(QRunnable):
    def __init__(self, bridge: _Bridge, key: object, job: Job) -> None:
        super().__init__()
        self._bridge, self._key, self._job = bridge, key, job

    def run(self) -> None:
        result: Any = None
        error: Exception | None = None
        if not self._job.cancelled:
            try:
                result = self._job.work()
            except Exception as caught:  # every fault goes to the job's owner, none is swallowed
                error = caught
        self._bridge.finished.emit(self._key, self._job, result, error)


class Worker(QObject):
    """A small pool for one window. `idle` comes when nothing is left to do, `failed` with every undeclared fault."""

    idle = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, threads: int = _THREADS) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._bridge = _Bridge(self)
        self._bridge.finished.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self._waiting: dict[object, deque[Job]] = {}
        self._running: dict[object, Job] = {}

    def run(
        self,
        work: Callable[[], Result],
        on_done: Callable[[Result], None],
        on_error: Callable[[Exception], None],
        *,
        key: object = None,
        latest: bool = False,
    ) -> Job:
        """Hand work over. Without a key every job is its own queue."""
        job = Job(work, on_done, on_error)
        queue_key: object = job if key is None else key
        if latest:
            for older in self._waiting.pop(queue_key, ()):
                older.cancel()
            if queue_key in self._running:
                self._running[queue_key].cancel()
        if queue_key in self._running:
            self._waiting.setdefault(queue_key, deque()).append(job)
        else:
            self._start(queue_key, job)
        return job

    def is_busy(self) -> bool:
        return bool(self._running)

    def stop(self) -> None:
        """Drop what waits and wait for what runs; used when the window closes."""
        for queue in self._waiting.values():
            for job in queue:
                job.cancel()
        self._waiting.clear()
        for job in self._running.values():
            job.cancel()
        self._pool.waitForDone()

    def finish(self) -> None:
        """Let everything that was handed over run to its end (saves must not be lost), without delivering results."""
        self._pool.waitForDone()
        for queue in list(self._waiting.values()):
            while queue:
                job = queue.popleft()
                if not job.cancelled:
                    job.work()
        self._waiting.clear()

    def _start(self, key: object, job: Job) -> None:
        self._running[key] = job
        self._pool.start(_Runnable(self._bridge, key, job))

    @Slot(object, object, object, object)
    def _finish(self, key: object, job: Job, result: Any, error: Exception | None) -> None:
        self._running.pop(key, None)
        queue = self._waiting.get(key)
        while queue:
            following = queue.popleft()
            if not following.cancelled:
                self._start(key, following)
                break
        if not queue:
            self._waiting.pop(key, None)
        try:
            self._deliver(job, result, error)
        finally:  # also when a view fails over the result
            if not self._running:
                self.idle.emit()

    def _deliver(self, job: Job, result: Any, error: Exception | None) -> None:
        if job.cancelled:
            return
        if error is None:
            job.on_done(result)
            return
        if not isinstance(error, CpdeskError):
            self.failed.emit(error)
        job.on_error(error)
