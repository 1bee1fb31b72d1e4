"""Spark: the same answers in any number of partitions, and failures that say why."""

import json
import os
import shutil
import signal
import sys

import pytest
from conftest import run

import tencode

pyspark = pytest.importorskip("pyspark", reason="SKIPPED: pyspark is not installed")
pytest.importorskip("pyarrow", reason="SKIPPED: pyarrow is not installed")
if shutil.which("java") is None:
    pytest.skip("SKIPPED: Java is not installed", allow_module_level=True)

from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.functions import monotonically_increasing_id  # noqa: E402

from tencode import spark as tencode_spark  # noqa: E402

DESK = dict(domain="law-enforcement", audience="desk", today="2026-11-01")


@pytest.fixture(scope="module", params=["local[2]"])
def session(request, home):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master(request.param)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def rows(session, calls, partitions):
    frame = session.createDataFrame([(number, row) for number, row in enumerate(calls)], "number int, value string")
    return frame.repartitionByRange(partitions, "number").sortWithinPartitions("number")


@pytest.mark.parametrize("partitions", [1, 7])
def test_the_answers_are_those_without_spark(session, registry, path, key, calls, partitions):
    for audience in ("desk", "public"):
        asked = dict(DESK, audience=audience)
        metrics = tencode_spark.Metrics(session)
        frame = rows(session, calls, partitions)
        answered = tencode_spark.run(frame, registry=path, key_file=key, keep=["number"], metrics=metrics, **asked)
        found = answered.withColumn("place", monotonically_increasing_id()).collect()
        by_partition = sorted(found, key=lambda row: row["place"])
        assert [row["number"] for row in by_partition] == sorted(row["number"] for row in found), "out of order"
        answers = {row["number"]: json.loads(row["answer"]) for row in found}
        for number, expected in enumerate(registry.run(calls, **asked)):
            # The number of a line is counted in its partition.
            if "line" in expected:
                assert answers[number]["error"] == expected["error"]
            else:
                assert answers[number] == expected
        assert len(found) == len(calls)
        assert metrics.counts.read == len(calls) and metrics.counts.refused == 3


def test_the_typed_form_has_the_columns_of_frames(session, registry, path, key, calls):
    frame = rows(session, calls, 3)
    typed = tencode_spark.run(frame, registry=path, key_file=key, keep=["number"], typed=True, **DESK)
    found = {row["number"]: row.asDict(recursive=True) for row in typed.collect()}
    table = registry.run(__import__("pyarrow").table({"value": calls}), column="value", **DESK).to_pylist()
    for number, expected in enumerate(table):
        row = found[number]
        row.pop("number")
        if expected["error"]:
            assert row["error"] == expected["error"]
        else:
            assert row == expected


def test_what_is_missing_fails_before_or_with_its_reason(session, path, key, calls, tmp_path):
    frame = rows(session, calls, 2)
    with pytest.raises(tencode.RequestError, match="key"):
        tencode_spark.run(frame, registry=path, **DESK)
    with pytest.raises(tencode.RegistryError):
        tencode_spark.run(frame, registry=tmp_path / "none", ship_key=True, **DESK)
    with pytest.raises(tencode.RequestError):
        tencode_spark.run(frame, registry=path, ship_key=True, **dict(DESK, audience="nobody"))
    with pytest.raises(tencode.RequestError, match="no column"):
        tencode_spark.run(frame, registry=path, ship_key=True, column="none", **DESK)
    unkeyed = tencode_spark.run(frame, registry=path, key_file=tmp_path / "none.key", **DESK)
    with pytest.raises(Exception, match="KeyFileError"):
        unkeyed.collect()


def test_another_registry_on_a_worker_is_refused(session, path, key, calls):
    answered = rows(session, calls, 2)
    task = tencode_spark._Task(
        registry=tencode_spark._ship(session, str(path), tencode.Registry.open(path).id),
        id="blake3:00",
        key_file=str(key),
        key=None,
        domain="law-enforcement",
        wanted=(("audience", "desk"),),
        column="value",
        keep=(),
        typed=False,
        metrics=None,
        audit_folder=None,
        job="",
    )
    with pytest.raises(Exception, match="not blake3:00"):
        answered.select("value").mapInArrow(task, "answer string").collect()


def test_a_killed_worker_fails_the_job(session, path, key, calls):
    answered = tencode_spark.run(rows(session, calls, 2), registry=path, key_file=key, **DESK)

    def kill(batches):
        for batch in batches:
            os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    with pytest.raises(Exception):
        answered.mapInArrow(kill, "answer string").collect()


def test_each_task_notes_what_it_showed(session, path, key, calls, tmp_path, program):
    folder = tmp_path / "audit"
    folder.mkdir()
    frame = rows(session, calls[20:120], 2)
    answered = tencode_spark.run(frame, registry=path, key_file=key, audit_folder=str(folder), **DESK)
    assert answered.count() == 100
    logs = list(folder.glob("*.audit"))
    assert len(logs) == 2 and sum(log.read_text().count('"outcome":"shown"') for log in logs) == 100
    assert all(log.read_text().count('"outcome":"done"') == 1 for log in logs)
    assert b"2 logs; an attempt at 2 tasks came to its end" in run(program, "audit", "verify", folder).stdout
