"""Work off the GUI thread: order, the newest wins, faults, cancelling, ending."""

import threading

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from cpdesk.ui.worker import Worker


@pytest.fixture
def worker(qapp):
    made = Worker()
    yield made
    made.stop()


def fail(error):
    raise error


def test_results_come_on_the_gui_thread(worker, qtbot):
    seen = []
    worker.run(
        threading.get_ident,
        lambda where: seen.append((where, threading.get_ident())),
        fail,
    )
    qtbot.waitUntil(lambda: bool(seen))
    worked, delivered = seen[0]
    assert delivered == threading.get_ident()
    assert worked != delivered


def test_jobs_of_one_key_keep_their_order(worker, qtbot):
    order = []
    for number in range(20):
        worker.run(lambda number=number: number, order.append, fail, key="save")
    qtbot.waitUntil(lambda: len(order) == 20)
    assert order == list(range(20))


def test_of_latest_jobs_only_the_running_and_the_newest_run_and_one_result_comes(worker, qtbot):
    gate, started, ran, delivered = threading.Event(), threading.Event(), [], []

    def work(number):
        ran.append(number)
        started.set()
        assert gate.wait(5)
        return number

    for number in range(6):
        worker.run(lambda number=number: work(number), delivered.append, fail, key="figures", latest=True)
        assert started.wait(5)
    gate.set()
    qtbot.waitUntil(lambda: delivered != [])
    qtbot.waitUntil(lambda: not worker.is_busy())
    assert ran == [0, 5]
    assert delivered == [5]


def test_a_fault_reaches_its_owner_and_does_not_stop_the_queue(worker, qtbot):
    faults, done = [], []

    def broken():
        raise OSError("no")

    worker.run(broken, done.append, faults.append, key="save")
    worker.run(lambda: 1, done.append, fail, key="save")
    qtbot.waitUntil(lambda: done == [1])
    assert [type(fault) for fault in faults] == [OSError]


def test_a_cancelled_job_says_nothing(worker, qtbot):
    gate, done = threading.Event(), []
    job = worker.run(lambda: gate.wait(5), done.append, fail, key="a")
    after = worker.run(lambda: 2, done.append, fail, key="b")
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: done == [2] and not worker.is_busy())
    assert not after.cancelled


def test_finish_runs_what_still_waits(worker):
    gate, written = threading.Event(), []
    worker.run(lambda: gate.wait(5), lambda _result: None, fail, key="save")
    for number in range(5):
        worker.run(lambda number=number: written.append(number), lambda _result: None, fail, key="save")
    gate.set()
    worker.finish()
    assert written == [0, 1, 2, 3, 4]
