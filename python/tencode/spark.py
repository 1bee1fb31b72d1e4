"""Answers on Spark: every worker process maps one registry and answers in process, by ``DataFrame.mapInArrow``.

>>> from tencode import spark as tencode_spark
>>> answers = tencode_spark.run(calls, domain="law-enforcement", audience="desk", registry="office.registry", ship_key=True)

As many rows come out as go in, in their order within each partition. A bad, blank or missing row is an answer; a registry or key
that is missing, or a worker that ends, fails the job and says why.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from array import array
from typing import Any, Dict, Iterator, List, Optional, Sequence

from . import Counts, Registry, RequestError
from ._rows import lines
from .frames import COLUMNS, arrow_table, is_list

#: Rows that are answered at once.
BATCH = 2048

_engines: Dict[Any, Any] = {}
#: Files that were sent, by their names.
_shipped: Dict[str, str] = {}


class Metrics:
    """How many rows there were, added up over all workers. A task that Spark runs again counts again."""

    def __init__(self, session: Any) -> None:
        context = session.sparkContext
        self._sums = tuple(context.accumulator(0) for _ in Counts._fields)

    @property
    def counts(self) -> Counts:
        """So far."""
        return Counts(*(one.value for one in self._sums))

    def _add(self, numbers: Sequence[int]) -> None:
        for total, number in zip(self._sums, numbers):
            total.add(number)


def run(
    frame: Any,
    *,
    domain: str,
    registry: Any,
    audience: Optional[str] = None,
    key_file: Any = None,
    ship_key: bool = False,
    column: str = "value",
    keep: Sequence[str] = (),
    typed: bool = False,
    metrics: Optional[Metrics] = None,
    audit_folder: Optional[str] = None,
    **options: Any,
) -> Any:
    """Answers a column of JSON texts.

    ``registry`` is the path of a registry file on the driver; it is sent to the workers once and checked there by its id.
    The key of the pseudonyms is read on each worker from ``key_file``, a path that is mounted there; with ``ship_key`` the
    driver reads it (``key_file``, or the key of this user) and sends it with the tasks.

    The result has the columns of ``keep`` as they were, and ``answer``, a JSON text; with ``typed`` the columns of
    ``tencode.frames`` in its place. ``audit_folder`` is a folder on the workers in which each task notes what it showed, in a file
    ``JOB-PARTITION-ATTEMPT.audit``. Other options are those of ``Registry.run``.

    Raises ``RequestError``, ``RegistryError`` or ``KeyFileError`` before a job starts, as far as the driver can tell.
    """
    if not ship_key and key_file is None:
        raise RequestError("workers need one key: name a `key_file` that is mounted on them, or say `ship_key=True`")
    session = frame.sparkSession
    path = os.fspath(registry)
    given = None
    if ship_key:
        given = _read_key(key_file)
    local = Registry.open(path, key_file=(lambda: given) if given else (lambda: bytes(32)))
    today = options.pop("today", None) or _today()
    wanted = {"audience": audience, "today": today, **{name: value for name, value in options.items() if value is not None}}
    if audit_folder is None:
        # What is wrong with the question is told before a job starts.
        engine = local._engine(domain, **wanted)
        if engine.looks_at_others:
            raise RequestError("rules of this record look at several encounters: answer a whole file with `run_bytes`")
    for name in (column, *keep):
        if name not in frame.columns:
            raise RequestError(f"the frame has no column `{name}`; it has {', '.join(frame.columns)}")
    task = _Task(
        registry=_ship(session, path, local.id),
        id=local.id,
        key_file=None if ship_key else os.fspath(key_file),
        key=given,
        domain=domain,
        wanted=tuple(sorted(wanted.items())),
        column=column,
        keep=tuple(keep),
        typed=typed,
        metrics=metrics,
        audit_folder=audit_folder,
        job=uuid.uuid4().hex[:12] if audit_folder else "",
    )
    kept = [f"`{name}` {frame.schema[name].dataType.simpleString()}" for name in keep]
    answered = [f"`{name}` {_ddl(kind)}" for name, kind in COLUMNS] if typed else ["`answer` string"]
    return frame.select(column, *[name for name in keep if name != column]).mapInArrow(task, ", ".join(kept + answered))


class _Task:
    """What a worker does with the batches of a partition."""

    def __init__(self, **about: Any) -> None:
        self.__dict__.update(about)

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        engine, number, written = self._engine(), 1, 0
        for whole in batches:
            for start in range(0, whole.num_rows, BATCH):
                batch = whole.slice(start, BATCH)
                data, ends = _texts(batch.column(batch.schema.get_field_index(self.column)))
                out, answered, numbers = engine.rows(data, ends, first=number, envelope=self.typed)
                if len(answered) != batch.num_rows:
                    raise RuntimeError(f"{batch.num_rows} rows went in and {len(answered)} came out")
                number += batch.num_rows
                written += Counts(*numbers).written
                if self.metrics is not None:
                    self.metrics._add(numbers)
                kept = [batch.column(batch.schema.get_field_index(name)) for name in self.keep]
                names = list(self.keep)
                if self.typed:
                    table = arrow_table(b"\n".join(lines(out, answered))).combine_chunks()
                    columns = [one.chunk(0) if one.num_chunks else pa.array([], one.type) for one in table.columns]
                    names += table.schema.names
                else:
                    offsets = pa.py_buffer(array("i", [0, *answered]))
                    columns = [pa.StringArray.from_buffers(len(answered), offsets, pa.py_buffer(out))]
                    names.append("answer")
                yield pa.RecordBatch.from_arrays(kept + columns, names=names)
        engine.finish(written)

    def _engine(self) -> Any:
        """The engine of this process; a new one for each task that notes what it shows."""
        wanted = dict(self.wanted)
        if self.audit_folder is not None:
            from pyspark import TaskContext

            context = TaskContext.get()
            name = f"{self.job}-{context.partitionId():05}-{context.attemptNumber()}.audit"
            wanted["audit"] = os.path.join(self.audit_folder, name)
            return self._registry()._new_engine(self.domain, **wanted)
        known = (self.id, self.key_file, self.key, self.domain, self.wanted)
        if known not in _engines:
            _engines[known] = self._registry()._new_engine(self.domain, **wanted)
        return _engines[known]

    def _registry(self) -> Registry:
        from pyspark import SparkFiles

        known = (self.id, self.key_file, self.key)
        if known not in _engines:
            key: Any = (lambda: self.key) if self.key is not None else self.key_file
            _engines[known] = Registry.open(SparkFiles.get(self.registry), expect=self.id, key_file=key)
        return _engines[known]


def _texts(column: Any) -> Any:
    """The texts of a column one behind the other, and where each ends; ``None`` for one that is not there."""
    import pyarrow as pa

    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    count = len(column)
    if count == 0:
        return b"", []
    _, offsets, data = column.buffers()
    places = memoryview(offsets).cast("i")[column.offset : column.offset + count + 1]
    first, last = places[0], places[count]
    texts = data.slice(first, last - first).to_pybytes() if data is not None and last > first else b""
    ends: List[Optional[int]] = [place - first for place in places[1:]]
    if column.null_count:
        for place, is_there in enumerate(column.is_valid().to_pylist()):
            if not is_there:
                ends[place] = None
    return texts, ends


def _ship(session: Any, path: str, registry_id: str) -> str:
    """Sends the registry to all workers, under a name that is its own; gives that name."""
    name = f"tencode-{registry_id.rpartition(':')[2][:32]}.registry"
    if name not in _shipped:
        _shipped[name] = os.path.join(tempfile.mkdtemp(prefix="tencode-"), name)
        # Spark calls a link by the name of what it points at, so that the file itself has to have the name.
        try:
            os.link(os.path.realpath(path), _shipped[name])
        except OSError:
            shutil.copyfile(path, _shipped[name])
        atexit.register(shutil.rmtree, os.path.dirname(_shipped[name]), ignore_errors=True)
    linked = _shipped[name]
    if hasattr(session, "addArtifact") and not hasattr(session, "_sc"):
        session.addArtifact(linked, file=True)
    else:
        session.sparkContext.addFile(linked)
    return name


def _read_key(key_file: Any) -> bytes:
    if key_file is None:
        from . import _tencode

        return bytes(_tencode.user_key())
    key = key_file() if callable(key_file) else open(key_file, "rb").read()
    return key.encode() if isinstance(key, str) else key


def _today() -> str:
    import datetime

    return datetime.date.today().isoformat()


def _ddl(kind: Any) -> str:
    """A type as Spark writes it."""
    if isinstance(kind, str):
        return {"long": "bigint", "bool": "boolean"}.get(kind, kind)
    if is_list(kind):
        return f"array<{_ddl(kind[0])}>"
    return "struct<" + ", ".join(f"`{name}`: {_ddl(inner)}" for name, inner in kind) + ">"
