"""Answers for polars: a data frame in, a data frame out; a lazy frame is answered batch by batch when it is collected."""

from __future__ import annotations

from typing import Any, Optional

import polars as pl

from . import Registry
from .frames import polars_schema


def run(
    frame: Any,
    *,
    registry: Registry,
    domain: str,
    column: Optional[str] = None,
    typed: bool = True,
    **options: Any,
) -> Any:
    """Answers a ``polars.DataFrame`` or ``LazyFrame``, a row for each row, in their order; see ``Registry.run``."""

    def answered(part: pl.DataFrame) -> pl.DataFrame:
        return registry.run(part, domain=domain, column=column, typed=typed, **options)

    if isinstance(frame, pl.LazyFrame):
        schema = polars_schema() if typed else {"answer": pl.String}
        return frame.map_batches(answered, schema=schema, projection_pushdown=False, slice_pushdown=False)
    return answered(frame)
