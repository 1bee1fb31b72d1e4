"""Answers as data frames: of pandas, polars and pyarrow, a row for each row, in their order.

The columns are ``id``, ``audience``, ``purpose``, ``policy``, ``registry``, ``codes``, ``candidates``, ``findings``, ``missing``,
``obligations``, ``redactions``, ``encounter``, ``line``, ``error``. Codes, candidates and findings are lists of structs;
``encounter`` is JSON text, because redaction changes types: a date may become a year. A row that could not be read has ``line``
(its number, from 1) and ``error``, and nothing else.
"""

from __future__ import annotations

import io
import json
from typing import Any, Callable, List, Optional

from ._rows import answer, lines, row

#: Rows that are answered at once.
BATCH = 4096

_CODE = [("set", "string"), ("code", "string"), ("display", "string"), ("from", "string")]
_REASON = [("kind", "string"), ("path", "string"), ("what", "string"), ("points", "double")]
_CANDIDATE = [
    ("set", "string"),
    ("code", "string"),
    ("display", "string"),
    ("score", "double"),
    ("confidence", "double"),
    ("below", "bool"),
    ("by", "string"),
    ("because", [_REASON]),
]
_FINDING = [
    ("rule", "string"),
    ("severity", "string"),
    ("path", "string"),
    ("message", "string"),
    ("see", "string"),
    ("help", "string"),
    ("fix", [("set", "string"), ("code", "string")]),
    ("set", "string"),
    ("element", "string"),
    ("other", "string"),
    ("by", "string"),
]
#: Names and types of the columns: a word, a list of pairs for a struct, a list of one for a list.
COLUMNS: List[Any] = [
    ("id", "string"),
    ("audience", "string"),
    ("purpose", "string"),
    ("policy", "string"),
    ("registry", "string"),
    ("codes", [_CODE]),
    ("candidates", [_CANDIDATE]),
    ("findings", [_FINDING]),
    ("missing", ["string"]),
    ("obligations", [[("name", "string"), ("text", "string")]]),
    ("redactions", [[("path", "string"), ("did", "string"), ("why", "string")]]),
    ("encounter", "string"),
    ("line", "long"),
    ("error", "string"),
]


def is_list(kind: Any) -> bool:
    """Whether a type is a list of another."""
    return isinstance(kind, list) and not isinstance(kind[0], tuple)


def arrow_schema() -> Any:
    """The columns as a schema of pyarrow."""
    import pyarrow as pa

    words = {"string": pa.string(), "double": pa.float64(), "bool": pa.bool_(), "long": pa.int64()}

    def of(kind: Any) -> Any:
        if isinstance(kind, str):
            return words[kind]
        if is_list(kind):
            return pa.list_(of(kind[0]))
        return pa.struct([(name, of(inner)) for name, inner in kind])

    return pa.schema([(name, of(kind)) for name, kind in COLUMNS])


def polars_schema() -> Any:
    """The columns as a schema of polars."""
    import polars as pl

    words = {"string": pl.String, "double": pl.Float64, "bool": pl.Boolean, "long": pl.Int64}

    def of(kind: Any) -> Any:
        if isinstance(kind, str):
            return words[kind]
        if is_list(kind):
            return pl.List(of(kind[0]))
        return pl.Struct({name: of(inner) for name, inner in kind})

    return {name: of(kind) for name, kind in COLUMNS}


def run(
    engine: Any,
    frame: Any,
    *,
    column: Optional[str] = None,
    typed: bool = True,
    progress: Optional[Callable[..., None]] = None,
) -> Any:
    """Answers a data frame; see ``Registry.run``. Without ``typed`` there is one column ``answer`` of JSON texts, which costs
    less."""
    from . import Counts

    library = type(frame).__module__.split(".")[0]
    rows = _rows(library, frame, column)
    parts: List[bytes] = []
    counts = Counts(0, 0, 0, 0)
    # Rules that look at several encounters need all of them.
    size = len(rows) if engine.looks_at_others else BATCH
    for start in range(0, len(rows), size or BATCH):
        out, ends, numbers = answer(engine, rows[start : start + size], first=start + 1, envelope=typed)
        parts.extend(lines(out, ends))
        counts += Counts(*numbers)
        if progress is not None:
            progress(counts)
    engine.finish(counts.written)
    if not typed:
        return _texts(library, frame, parts)
    data = b"\n".join(parts)
    if library == "polars":
        import polars as pl

        return pl.read_ndjson(io.BytesIO(data), schema=polars_schema()) if data else pl.DataFrame(schema=polars_schema())
    if library == "pyarrow":
        return arrow_table(data)
    import pandas as pd

    answers = [json.loads(line) for line in data.splitlines()]
    return pd.DataFrame(answers, columns=[name for name, _ in COLUMNS], index=frame.index)


def _texts(library: str, frame: Any, parts: List[bytes]) -> Any:
    """A frame of JSON texts."""
    answers = {"answer": [part.decode() for part in parts]}
    if library == "polars":
        import polars as pl

        return pl.DataFrame(answers, schema={"answer": pl.String})
    if library == "pyarrow":
        import pyarrow as pa

        return pa.table(answers, schema=pa.schema([("answer", pa.string())]))
    import pandas as pd

    return pd.DataFrame(answers, index=frame.index)


def arrow_table(data: bytes) -> Any:
    """Answers in envelopes as a table of pyarrow."""
    import pyarrow.json as read

    schema = arrow_schema()
    if not data:
        return schema.empty_table()
    options = read.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    # A block has to hold the longest answer.
    block = max(1 << 20, max(len(line) for line in data.splitlines()) + 1)
    table = read.read_json(io.BytesIO(data), read.ReadOptions(use_threads=False, block_size=block), options)
    return table.select(schema.names)


def _rows(library: str, frame: Any, column: Optional[str]) -> List[Optional[bytes]]:
    if column is not None:
        values = frame[column]
        values = values.to_pylist() if library == "pyarrow" else values.tolist() if library == "pandas" else values.to_list()
        return [None if value is None or value != value else row(value) for value in values]
    if library == "polars":
        records = frame.to_dicts()
    elif library == "pyarrow":
        records = frame.to_pylist()
    else:
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [row({name: value for name, value in record.items() if value is not None}) for record in records]
