"""One engine for the codes by which offices record encounters.

A registry holds compiled domains: code sets, rules and policies. ``Registry.open`` maps one that ``tencode build -o FILE`` or
``tencode.build`` made; ``Registry.shipped`` compiles the domains that come with the package, which have no official releases.

>>> import tencode
>>> registry = tencode.Registry.open("office.registry", key_file="pseudonyms.key")
>>> registry.classify("tracking shows nothing, where is my parcel", domain="customer-service")["candidates"][0]["code"]
>>> for answer in registry.run(records, domain="customer-service", audience="desk"):
...     answer["candidates"], answer["findings"], answer["encounter"]

Every answer is a *disclosure*: what the audience may see under the policy of the domain, and nothing else.
"""

from __future__ import annotations

import json
import os
import warnings
from functools import lru_cache
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _tencode
from ._rows import answer, is_frame, lines, row
from ._tencode import (
    AuditError,
    DefinitionError,
    KeyFileError,
    RegistryError,
    RequestError,
    TencodeError,
    __version__,
)

__all__ = [
    "AuditError",
    "Counts",
    "DefinitionError",
    "KeyFileError",
    "Registry",
    "RegistryError",
    "RequestError",
    "TencodeError",
    "__version__",
    "build",
]

Path = Union[str, "os.PathLike[str]"]
#: Where the key of the pseudonyms is: a file, or something that gives its bytes or text. Never the key itself.
Key = Union[Path, Callable[[], Union[str, bytes]]]
Record = Union[Mapping[str, Any], str, bytes, None]

#: Rows that are answered at once where records come one after the other.
BATCH = 2048


class Counts(NamedTuple):
    """How many encounters there were."""

    #: Encounters, readable or not.
    read: int
    #: Those for which a disclosure was made.
    written: int
    #: Those that could not be read; each has an answer ``{"line": …, "error": …}``.
    refused: int
    #: Those written of which a rule says that they have an error.
    wrong: int

    def __add__(self, other: Any) -> "Counts":
        return Counts(*(one + two for one, two in zip(self, other)))


class Registry:
    """A compiled registry, and the key of the pseudonyms. It may be used by several threads at once."""

    def __init__(self, inner: _tencode.Registry) -> None:
        self._inner = inner
        self._kept_engine = lru_cache(maxsize=32)(self._new_engine)

    @classmethod
    def open(cls, path: Path, *, expect: Optional[str] = None, key_file: Optional[Key] = None) -> "Registry":
        """Maps a registry file.

        ``expect`` is the id that it must have (``blake3:…``). ``key_file`` is a file of 32 bytes or of a text, or a function
        that gives the bytes; without it the key is that of ``TENCODE_KEY`` or the one kept for this user.

        Raises ``RegistryError`` if the file is missing, damaged or of another id.
        """
        return cls(_tencode.Registry.open(os.fspath(path), expect=expect, **_key(key_file)))

    @classmethod
    def from_bytes(cls, data: bytes, *, expect: Optional[str] = None, key_file: Optional[Key] = None) -> "Registry":
        """A registry whose file is in memory. Raises ``RegistryError`` if it is damaged or of another id."""
        return cls(_tencode.Registry.from_bytes(data, expect=expect, **_key(key_file)))

    @classmethod
    def shipped(cls, *, key_file: Optional[Key] = None) -> "Registry":
        """The domains that come with the package, compiled once and kept in the cache of this user.

        They have no official releases: code sets such as ICD-10-CM hold a few codes for trying out.
        """
        warnings.warn(
            "the shipped domains have no official releases: build a registry with yours for real work", stacklevel=2
        )
        return cls(_tencode.Registry.build([], **_key(key_file)))

    @property
    def id(self) -> str:
        """The sum over its content, ``blake3:`` and 64 hexadecimal digits."""
        return self._inner.id

    @property
    def domains(self) -> List[str]:
        """Names of its domains."""
        return self._inner.domains

    @property
    def sets(self) -> List[str]:
        """Names of its code sets."""
        return self._inner.sets

    def check_key(self) -> None:
        """Raises ``KeyFileError`` if there is no key that may be used."""
        self._inner.check_key()

    def run(
        self,
        records: Any,
        *,
        domain: str,
        audience: Optional[str] = None,
        column: Optional[str] = None,
        typed: bool = True,
        progress: Optional[Callable[[Counts], None]] = None,
        **options: Any,
    ) -> Any:
        """Answers encounters, one answer for each, in their order.

        ``records`` is an iterable of mappings or of JSON texts, or a data frame of pandas or polars, or a pyarrow table. Of an
        iterable comes an iterator of disclosures (see docs/output.md); of a data frame one of the same library, a row for each
        row (see ``tencode.frames``). ``column`` names the column of a frame that holds JSON texts; else its columns are the
        fields. Without ``typed`` a frame has one column ``answer`` of JSON texts. What cannot be read gives ``{"line": number from 1, "error": why}`` and never ends the job.

        Options: ``record``, ``purpose``, ``reason``, ``recipient``, ``on`` and ``today`` (dates as text), ``candidates``,
        ``audit`` (path of an audit log), ``actor``. ``progress`` is called with ``Counts`` after each batch.

        Raises ``RequestError`` for a domain, record, audience or option that is not there.
        """
        engine = self._engine(domain, audience=audience, **options)
        if is_frame(records):
            from . import frames

            return frames.run(engine, records, column=column, typed=typed, progress=progress)
        if isinstance(records, (str, bytes, Mapping)):
            raise TypeError("`run` takes an iterable of records; for a whole file see `run_bytes`")
        return (json.loads(answer) for answer in _answers(engine, records, progress))

    def run_bytes(
        self,
        data: bytes,
        *,
        domain: str,
        audience: Optional[str] = None,
        format: Optional[str] = None,
        reader: Optional[str] = None,
        jobs: int = 1,
        progress: Optional[Callable[[Counts], None]] = None,
        **options: Any,
    ) -> bytes:
        """Answers a file that is in memory (NDJSON, JSON, CSV or what a reader of the domain knows): the bytes of ``tencode run``."""
        engine = self._engine(domain, audience=audience, **options)
        told = progress and (lambda numbers: progress(Counts(*numbers)))
        out, numbers = engine.run(bytes(data), format=format, reader=reader, jobs=jobs, progress=told)
        engine.finish(Counts(*numbers).written)
        return out

    def classify(
        self,
        record: Record,
        *,
        domain: str,
        audience: Optional[str] = None,
        set: Optional[str] = None,
        **options: Any,
    ) -> Dict[str, Any]:
        """Proposes codes for a text or a record: ``{"candidates": [{"set", "code", "display", "score", "confidence",
        "because"}]}``; where none fits well enough also ``"suggestions"``."""
        engine = self._engine(domain, audience=audience, **options)
        text = json.dumps(record, default=str) if isinstance(record, Mapping) else record
        if isinstance(text, bytes):
            text = text.decode()
        answer = json.loads(engine.classify(text or "", set=set))
        engine.finish(len(answer["candidates"]))
        return answer

    def lookup(
        self, code: str, *, set: Optional[str] = None, domain: Optional[str] = None, on: Optional[str] = None
    ) -> List[Dict[str, Any]]:
        """All that is known of a code on a day, from each code set that has it; an empty list if none has."""
        return json.loads(self._inner.lookup(code, set=set, domain=domain, on=on))

    def near(self, code: str, *, set: Optional[str] = None, domain: Optional[str] = None) -> List[str]:
        """Codes that are written nearly so."""
        return self._inner.near(code, set=set, domain=domain)

    def search(
        self,
        query: str,
        *,
        set: Optional[str] = None,
        domain: Optional[str] = None,
        on: Optional[str] = None,
        limit: int = 10,
    ) -> List[Dict[str, Any]]:
        """Codes by words, the best first: ``{"set", "code", "display", "billable", "score"}``."""
        return json.loads(self._inner.search(query, set=set, domain=domain, on=on, limit=limit))

    def map(self, code: str, *, to: str, set: str, on: Optional[str] = None) -> Dict[str, Any]:
        """Where the crosswalks of the registry lead from a code of one set to another set."""
        return json.loads(self._inner.map(code, to=to, set=set, on=on))

    def redact(
        self,
        texts: Union[str, Sequence[Optional[str]]],
        *,
        audience: str,
        domain: Optional[str] = None,
        today: Optional[str] = None,
        spans: bool = False,
    ) -> Any:
        """Texts as an audience may see them: a text for a text, a list for a list, ``None`` for ``None``.

        With ``spans``, ``{"text", "spans": [{"start", "end", "type"}]}`` in characters of the text that came in.
        """
        given = [texts] if isinstance(texts, str) else list(texts)
        masked = json.loads(self._inner.redact(given, audience=audience, domain=domain, today=today))
        shown = masked if spans else [one and one["text"] for one in masked]
        return shown[0] if isinstance(texts, str) else shown

    def explain(
        self, audience: str, *, domain: str, record: Optional[str] = None, today: Optional[str] = None
    ) -> Dict[str, Any]:
        """What the policy for an audience does to every field and label of a record."""
        return json.loads(self._inner.explain_policy(audience, domain=domain, record=record, today=today))

    def _engine(self, domain: str, **wanted: Any) -> _tencode.Engine:
        """An engine that is kept; with an audit log a new one, since each asking is noted."""
        if wanted.get("audit") is None:
            return self._kept_engine(domain, **wanted)
        return self._new_engine(domain, **{**wanted, "audit": os.fspath(wanted["audit"])})

    def _new_engine(self, domain: str, **wanted: Any) -> _tencode.Engine:
        return self._inner.engine(domain, **wanted)

    def __repr__(self) -> str:
        return repr(self._inner)


def build(domains: Union[Path, Sequence[Path]], path: Path, *, key_file: Optional[Key] = None) -> Registry:
    """Compiles folders of domains to a registry file, and opens it. Official releases are looked for as the program does.

    Raises ``DefinitionError`` if definitions have errors; ``diagnostics`` of it lists ``{"number", "file", "line", "message",
    "help"}``, and ``docs/diagnostics`` explains each number.
    """
    folders = [domains] if isinstance(domains, (str, os.PathLike)) else list(domains)
    folders = [os.fspath(folder) for folder in folders]
    return Registry(_tencode.Registry.build(folders, path=os.fspath(path), **_key(key_file)))


def _key(key_file: Optional[Key]) -> Dict[str, Any]:
    """Where the key is, as the module takes it."""
    if key_file is None:
        return {}
    if callable(key_file):
        key = key_file()
        return {"key": list(key.encode() if isinstance(key, str) else key)}
    return {"key_file": os.fspath(key_file)}


def _answers(
    engine: _tencode.Engine, records: Iterable[Record], progress: Optional[Callable[[Counts], None]]
) -> Iterator[bytes]:
    """The answers to records, as lines of JSON."""
    counts, number = Counts(0, 0, 0, 0), 1
    # Rules that look at several encounters need all of them.
    for rows in _batches(records, None if engine.looks_at_others else BATCH):
        out, ends, numbers = answer(engine, rows, first=number)
        yield from lines(out, ends)
        number += len(rows)
        counts += Counts(*numbers)
        if progress is not None:
            progress(counts)
    engine.finish(counts.written)


def _batches(records: Iterable[Record], size: Optional[int]) -> Iterator[List[Optional[bytes]]]:
    rows: List[Optional[bytes]] = []
    for record in records:
        rows.append(row(record))
        if size is not None and len(rows) >= size:
            yield rows
            rows = []
    if rows:
        yield rows
