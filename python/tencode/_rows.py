"""Records of Python as JSON texts."""

from __future__ import annotations

import datetime
import decimal
import json
import sys
from typing import Any, List, Mapping, Optional, Tuple


def row(record: Any) -> Optional[bytes]:
    """A record as JSON text: a mapping is written, a text stays as it is, ``None`` stays ``None``."""
    if record is None:
        return None
    if isinstance(record, bytes):
        return record
    if isinstance(record, str):
        # A lone half of a sign is no Unicode: the row is answered as one that cannot be read.
        return record.encode("utf-8", "surrogatepass")
    if not isinstance(record, Mapping):
        raise TypeError(f"a record is a mapping or JSON text, not {type(record).__name__}")
    try:
        return json.dumps(record, default=plain, allow_nan=False, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except ValueError:
        return json.dumps(_whole(record), default=plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def plain(value: Any) -> Any:
    """What JSON has no word for: dates as ISO text, amounts as exact text, what is missing as null."""
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return None if value != value else value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8")
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "item"):
        return value.item()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"a record holds {type(value).__name__}, which JSON has no word for")


def _whole(value: Any) -> Any:
    """The same without numbers that are none."""
    if isinstance(value, Mapping):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(inner) for inner in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def is_frame(records: Any) -> bool:
    """Whether it is a data frame or table of a library that is loaded."""
    names = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "Table"}
    for library, name in names.items():
        module = sys.modules.get(library)
        if module is not None and isinstance(records, getattr(module, name, ())):
            return True
    return False


def answer(
    engine: Any, rows: List[Optional[bytes]], first: int = 1, envelope: bool = False
) -> Tuple[bytes, List[int], Tuple[int, int, int, int]]:
    """The answers to rows: one behind the other, where each ends, and the numbers of ``Counts``."""
    ends, end = [], 0
    for one in rows:
        end += len(one or b"")
        ends.append(None if one is None else end)
    return engine.rows(b"".join(one for one in rows if one is not None), ends, first=first, envelope=envelope)


def lines(out: bytes, ends: List[int]) -> List[bytes]:
    """Answers that stand one behind the other, each by itself."""
    starts = [0, *ends]
    return [out[start:end] for start, end in zip(starts, ends)]
