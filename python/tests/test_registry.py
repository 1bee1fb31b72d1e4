"""What a registry answers in Python."""

import datetime
import decimal
import json
import pathlib
import threading

import pytest
from conftest import ROOT, run

import tencode

DESK = dict(domain="law-enforcement", audience="desk", today="2026-11-01")


def test_a_registry_knows_what_it_holds(registry, path):
    assert registry.id.startswith("blake3:") and "law-enforcement" in registry.domains
    assert "call-types" in registry.sets
    again = tencode.Registry.from_bytes(path.read_bytes(), expect=registry.id)
    assert again.id == registry.id


def test_what_is_not_as_it_should_be_is_refused(path, key, tmp_path):
    with pytest.raises(tencode.RegistryError, match="not blake3:00"):
        tencode.Registry.open(path, expect="blake3:00")
    with pytest.raises(tencode.RegistryError):
        tencode.Registry.open(tmp_path / "none.registry")
    whole = bytearray(path.read_bytes())
    whole[-5] ^= 1
    with pytest.raises(tencode.RegistryError, match="damaged"):
        tencode.Registry.from_bytes(bytes(whole))
    keyless = tencode.Registry.open(path, key_file=tmp_path / "none.key")
    assert keyless.lookup("T-STOP")
    with pytest.raises(tencode.KeyFileError):
        keyless.run([], **DESK)
    with pytest.raises(tencode.KeyFileError):
        tencode.Registry.open(path, key_file=lambda: b"").check_key()


def test_questions_that_cannot_be_answered_say_why(registry):
    for wrong in (dict(domain="none"), dict(audience="nobody"), dict(record="none"), dict(odd=1), dict(today="soon")):
        with pytest.raises(tencode.RequestError):
            registry.run([], **{**DESK, **wrong})
    with pytest.raises(TypeError):
        registry.run("one text", **DESK)
    with pytest.raises(TypeError):
        list(registry.run([1], **DESK))


def test_records_are_answered_one_by_one(registry):
    seen = []
    records = [
        {"id": "a", "narrative": "traffic stop", "received": datetime.datetime(2026, 10, 1, 9, 0), "priority": decimal.Decimal(1)},
        None,
        '{"id":"b","narrative":"loud party"}',
        b"\xff",
        {"id": "c", "priority": float("nan")},
        "\ud800",
    ]
    answers = list(registry.run(iter(records), progress=seen.append, **DESK))
    assert [answer.get("id", answer.get("line")) for answer in answers] == ["a", 2, "b", 4, "c", 6]
    assert "T-STOP" in [it["code"] for it in answers[0]["candidates"]] and answers[0]["encounter"]["priority"] == 1
    assert answers[1]["error"] == "there is nothing in this row"
    assert seen[-1] == tencode.Counts(read=6, written=3, refused=3, wrong=0)


def test_the_answers_are_those_of_the_program(registry, path, key, program, calls, tmp_path):
    rows = [row for row in calls if row]
    file = tmp_path / "calls.ndjson"
    file.write_text("".join(json.dumps(json.loads(row)) + "\n" if row != "not json" else row + "\n" for row in rows))
    for audience in ("desk", "public"):
        arguments = ("run", "--registry", path, "--key-file", key, "--today", "2026-11-01", "--domain", "law-enforcement")
        said = run(program, *arguments, "--audience", audience, file).stdout
        asked = dict(DESK, audience=audience)
        assert registry.run_bytes(file.read_bytes(), **asked) == said
        assert registry.run_bytes(file.read_bytes(), jobs=2, **asked) == said
        lines = file.read_text().splitlines()
        assert [json.loads(line) for line in said.splitlines()] == list(registry.run(lines, **asked))


def test_a_text_is_classified_with_reasons(registry):
    answer = registry.classify("traffic stop of a silver sedan", domain="law-enforcement", set="call-types")
    stop = [it for it in answer["candidates"] if it["code"] == "T-STOP"][0]
    assert sum(reason["points"] for reason in stop["because"]) == pytest.approx(stop["score"], abs=0.01)
    record = registry.classify({"narrative": "loud party"}, domain="law-enforcement")
    assert record["candidates"]
    with pytest.raises(tencode.RequestError, match="none-such"):
        registry.classify("x", domain="law-enforcement", set="none-such")


def test_codes_are_looked_up_searched_and_mapped(registry):
    assert registry.lookup("t-stop", set="call-types")[0]["code"] == "T-STOP"
    assert registry.lookup("no such code") == [] and registry.near("T-STOPP", set="call-types") == ["T-STOP"]
    assert registry.search("traffic", domain="law-enforcement")[0]["set"]
    assert registry.map("13A", set="nibrs-offenses", to="ucr-classes")["targets"]
    with pytest.raises(tencode.RequestError, match="call-types"):
        registry.lookup("T-STOP", set="call-type")


def test_texts_are_masked(registry):
    text = "Call Jo at 555-010-7788 or jo@example.org"
    assert "555-010-7788" not in registry.redact(text, audience="public")
    masked = registry.redact([text, None], audience="public", spans=True)
    assert masked[1] is None
    kinds = {text[span["start"] : span["end"]]: span["type"] for span in masked[0]["spans"]}
    assert "jo@example.org" in kinds


def test_a_policy_is_explained(registry):
    told = registry.explain("public", domain="law-enforcement", record="call")
    assert told["audience"] == "public" and any(field["path"] == "narrative" for field in told["fields"])


def test_definitions_with_errors_are_named(tmp_path):
    domain = tmp_path / "domains" / "office"
    (domain / "codes").mkdir(parents=True)
    (domain / "domain.toml").write_text('name = "office"\ntitle = "Office"\n')
    (domain / "codes" / "all.codes").write_text('codeset things {\n    code A "First"\n    code A "Again"\n}\n')
    with pytest.raises(tencode.DefinitionError) as wrong:
        tencode.build(tmp_path / "domains", tmp_path / "it.registry")
    first = wrong.value.diagnostics[0]
    assert first["number"].startswith("D") and first["line"] == 3 and first["message"]
    assert not (tmp_path / "it.registry").exists()


def test_a_hostile_script_is_stopped(tmp_path, key):
    domain = tmp_path / "domains" / "office"
    (domain / "codes").mkdir(parents=True)
    (domain / "scripts").mkdir()
    (domain / "domain.toml").write_text('name = "office"\ntitle = "Office"\n')
    (domain / "scripts" / "all.rhai").write_text("fn validate(encounter) { loop { } }\n")
    (domain / "codes" / "all.codes").write_text(
        'record visit "A visit" {\n    id text identifies visit\n}\n\npolicy desk "All" {\n    keep every field\n}\n'
    )
    registry = tencode.build(tmp_path / "domains", tmp_path / "it.registry", key_file=key)
    answers = list(registry.run([{"id": "1"}, {"id": "2"}], domain="office", audience="desk"))
    assert [answer["findings"][0]["rule"] for answer in answers] == ["script-error", "script-error"]


def test_what_is_shown_is_noted_where_a_log_is_named(registry, home, tmp_path, program):
    log = tmp_path / "office.audit"
    list(registry.run([{"id": "a"}, {"id": "b"}], audit=str(log), actor="the tests", **DESK))
    text = log.read_text()
    assert [text.count(f'"outcome":"{outcome}"') for outcome in ("asked", "shown", "done")] == [1, 2, 1]
    assert run(program, "audit", "verify", log).returncode == 0


def test_a_registry_is_for_many_threads(registry, calls):
    rows = [row for row in calls[20:520]]
    expected = list(registry.run(rows, **DESK))
    found = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: list(registry.run(rows, **DESK))})) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all(found[n] == expected for n in range(4))


def test_the_shipped_domains_warn(home):
    with pytest.warns(UserWarning, match="official releases"):
        assert "healthcare" in tencode.Registry.shipped().domains


def test_types_are_there():
    folder = pathlib.Path(tencode.__file__).parent
    assert (folder / "py.typed").exists() and (folder / "_tencode.pyi").exists()
    assert tencode.__version__ in (ROOT / "Cargo.toml").read_text()
