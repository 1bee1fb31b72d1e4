"""Data frames in and out."""

import json

import pytest

import tencode
from tencode import frames

DESK = dict(domain="law-enforcement", audience="desk", today="2026-11-01")


def envelopes(registry, rows):
    """What a frame has to hold, made of the plain answers."""
    out = []
    for answer in registry.run(rows, **DESK):
        if "encounter" in answer:
            answer["encounter"] = json.dumps(answer["encounter"], separators=(",", ":"), ensure_ascii=False)
        out.append(answer)
    return out


def bare(value):
    """Without what is not there."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def same(found, expected):
    expected = [{name: value for name, value in one.items() if name in dict(frames.COLUMNS)} for one in expected]
    assert bare(found) == bare(expected)


def test_polars(registry, calls):
    pl = pytest.importorskip("polars", reason="SKIPPED: polars is not installed")
    from tencode import polars

    frame = pl.DataFrame({"value": calls})
    answered = registry.run(frame, column="value", **DESK)
    same(answered.to_dicts(), envelopes(registry, calls))
    assert answered.schema == pl.Schema(frames.polars_schema())
    assert polars.run(frame.lazy(), registry=registry, column="value", **DESK).collect().equals(answered)
    texts = registry.run(frame, column="value", typed=False, **DESK)
    assert [json.loads(text) for text in texts["answer"]] == list(registry.run(calls, **DESK))
    lazy = polars.run(frame.lazy(), registry=registry, column="value", typed=False, **DESK)
    assert lazy.collect().equals(texts)
    fields = pl.DataFrame([{"id": "a", "narrative": "loud party"}, {"id": "b", "narrative": None}])
    assert registry.run(fields, **DESK)["id"].to_list() == ["a", "b"]
    assert registry.run(frame.head(0), column="value", **DESK).height == 0


def test_pandas(registry, calls):
    pd = pytest.importorskip("pandas", reason="SKIPPED: pandas is not installed")
    frame = pd.DataFrame({"value": calls}, index=range(100, 100 + len(calls)))
    answered = registry.run(frame, column="value", **DESK)
    assert list(answered.index) == list(frame.index)
    found = [{k: v for k, v in row.items() if isinstance(v, (list, dict)) or v == v} for row in answered.to_dict("records")]
    same(found, envelopes(registry, calls))
    texts = registry.run(frame.head(20), column="value", typed=False, **DESK)
    assert list(texts.index) == list(frame.index[:20]) and json.loads(texts["answer"].iloc[0])["id"] == "C-0"
    fields = pd.DataFrame({"id": ["a", "b"], "narrative": ["loud party", None], "received": pd.to_datetime(["2026-10-01", None])})
    answers = registry.run(fields, **DESK)
    assert json.loads(answers["encounter"][0])["received"] == "2026-10-01T00:00:00"
    assert "received" not in json.loads(answers["encounter"][1])


def test_pyarrow(registry, calls):
    pa = pytest.importorskip("pyarrow", reason="SKIPPED: pyarrow is not installed")
    answered = registry.run(pa.table({"value": calls}), column="value", **DESK)
    assert answered.schema == frames.arrow_schema()
    same(answered.to_pylist(), envelopes(registry, calls))
    texts = registry.run(pa.table({"value": calls[:20]}), column="value", typed=False, **DESK)
    assert texts.column_names == ["answer"] and texts.num_rows == 20


def test_rules_over_several_encounters_see_all_rows(registry):
    pd = pytest.importorskip("pandas", reason="SKIPPED: pandas is not installed")
    asked = dict(domain="customer-service", audience="desk", record="contact", today="2026-11-01")
    assert registry._engine(**asked).looks_at_others
    ids, texts = [f"T-{number}" for number in range(1000)], ["tracking shows nothing, my parcel has not arrived", "hello"] * 500
    tickets = pd.DataFrame({"id": ids, "text": texts})
    answers = registry.run(tickets, **asked)
    assert list(answers["id"]) == ids and any(found for found in answers["candidates"])
    file = tickets.to_json(orient="records", lines=True).encode()
    expected = [json.loads(line) for line in registry.run_bytes(file, **asked).splitlines()]
    assert list(registry.run(tickets.to_dict("records"), **asked)) == expected
    assert answers["findings"].tolist() == [answer["findings"] for answer in expected]
    rows = [{"id": "a"}, None, " ", "{\n}", "no json", {"id": "b"}]
    found = [answer.get("id", answer.get("line")) for answer in registry.run(rows, **asked)]
    assert found == ["a", 2, 3, 4, 5, "b"]
    assert list(registry.run([], **asked)) == [] and registry.run(tickets.head(0), **asked).empty
