//! Scripts that mean harm: each is stopped by operations or memory or is refused, the program lives on, and one plain line
//! says so.

use super::made_up;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::encounters::engine::Engine;
use tencode::encounters::write;
use tencode::registry::Registry;
use tencode::registry::lay_out;
use tencode::registry::segments::Segments;

const DOMAIN: &str = r#"
record visit "Visit" { id text identifies incident; day date dates encounter plain; note text free }
policy all "All" { audience all; version 1; keep every field; id to keep; findings keep }
"#;

/// Far above what the operations of a call take without optimisation, far below what a lock or an endless loop takes.
const LONGEST: Duration = Duration::from_secs(8);

/// Bodies of `validate`. None of them may come to a good end.
const BODIES: &[(&str, &str)] = &[
    ("a loop that counts down past zero", "let n = 10; while n != 0.5 { n -= 1; }"),
    ("a loop over a range that goes backwards and never", "let n = 0; do { n += 2; } while n % 2 == 0;"),
    ("a loop in a loop in a try", "loop { try { while true { throw 1; } } catch (e) { continue; } }"),
    (
        "a stop swallowed by sort",
        "let a = []; a.pad(500, 1); a.sort(|x, y| { while true { } 0 });  loop { a.sort(|x, y| 0); }",
    ),
    ("a stop swallowed by map", "let a = [1, 2, 3]; loop { try { a.map(|x| { loop { } x }); } catch { } }"),
    ("a stop swallowed by filter", "let a = [1, 2, 3]; loop { try { a.filter(|x| { loop { } true }); } catch { } }"),
    ("a stop swallowed by retain", "let a = [1, 2, 3]; loop { try { a.retain(|x| { loop { } true }); } catch { } }"),
    ("a stop swallowed by reduce", "let a = [1, 2, 3]; loop { try { a.reduce(|s, x| { loop { } s }); } catch { } }"),
    (
        "a stop swallowed by dedup",
        "let a = []; a.pad(900, 1); loop { a.dedup(|x, y| { loop { } true }); a.pad(900, 1); }",
    ),
    ("a stop swallowed by index_of", "let a = [1, 2, 3]; loop { try { a.index_of(|x| { loop { } }); } catch { } }"),
    (
        "a stop swallowed by some and all",
        "let a = [1, 2]; loop { try { a.some(|x| { loop { } }) || a.all(|x| { loop { } }); } catch { } }",
    ),
    ("a closure that captures itself", "let f = (); let g = || { f = 1; f }; f = g; loop { g.call(); f = g; }"),
    (
        "a closure pushed into the list it captures",
        "let a = []; let f = || a.len(); loop { try { a.push(f); } catch { } }",
    ),
    ("the same by insert", "let a = [1]; let f = || a.len(); loop { try { a.insert(0, f); } catch { } }"),
    ("the same by append", "let a = [1]; let f = || a.len(); loop { try { a.append([f]); } catch { } }"),
    ("the same by pad", "let a = [1]; let f = || a.len(); loop { try { a.pad(100, f); } catch { } }"),
    (
        "the same in a sort",
        "let a = [1]; let f = || a.len(); let b = []; b.pad(1000, 2); loop { b.sort(|x, y| { a.push(f); 1 }); }",
    ),
    ("the same in a map", "let m = #{}; let f = || m.len(); loop { try { m.mixin(#{ f: f }); } catch { } }"),
    (
        "the same through two lists",
        "let a = []; let b = []; let f = || a.len() + b.len(); loop { try { a.push(f); b.push(f); } catch { } }",
    ),
    ("a list that is mapped by what reads it", "let a = [1, 2, 3]; loop { try { a.map(|x| a.len()); } catch { } }"),
    (
        "a list that is filtered by what changes it",
        "let a = [1, 2, 3]; loop { try { a.retain(|x| { a.push(x); true }); } catch { } }",
    ),
    ("a list for each of itself", "let a = [1, 2, 3]; loop { try { a.for_each(|| a.push(this)); } catch { } }"),
    ("lists that hold each other", "loop { let a = []; let b = []; let f = || a; let g = || b; a = [g]; b = [f]; }"),
    ("closures chained", "let f = || 1; loop { let g = f; f = || { g.call() }; }"),
    ("closures that call each other", "let f = |f, n| f.call(f, n + 1); f.call(f, 0);"),
    ("a pointer to a hook", "let f = Fn(\"validate\"); f.call(encounter);"),
    ("text that doubles", "let t = \"ab\"; for i in 0..60 { t += t; }"),
    ("text that doubles in a try", "let t = \"ab\"; loop { try { t += t; } catch { t = \"ab\"; } }"),
    ("text that is put into itself", "let t = \"ab\"; loop { t = `${t}${t}${t}`; }"),
    ("text made upper again and again", "let t = \"x\"; t.pad(60000, \"y\"); loop { let u = t.to_upper(); }"),
    ("text split again and again", "let t = \"x\"; t.pad(60000, \" y\"); loop { let u = t.split(); }"),
    ("text turned to signs", "let t = \"x\"; t.pad(60000, \"y\"); loop { let u = t.chars(); for c in u { } }"),
    ("text turned to bytes", "let t = \"x\"; t.pad(60000, \"y\"); let all = []; loop { all.push(t.to_blob()); }"),
    ("text cut and joined", "let t = \"x\"; t.pad(60000, \"y\"); loop { t = t.sub_string(1) + \"z\"; }"),
    ("a list of huge texts", "let all = []; for i in 0..2000 { let t = \"\"; t.pad(60000, \"y\"); all.push(t); }"),
    ("a list of lists that double", "let a = [1, 2]; loop { a = a + a; }"),
    ("a list that is padded to the sky", "let a = []; a.pad(9223372036854775807, 1); loop { }"),
    ("a list of a range", "let a = []; for i in 0..9223372036854775807 { a.push(i); }"),
    ("a list in a list in a list", "let a = []; loop { let b = [a, a]; a = b; }"),
    ("a list that is compared with itself", "let a = []; a.pad(2000, [1, 2, 3]); loop { a == a; }"),
    ("a list reversed without end", "let a = []; a.pad(2000, 1); loop { a.reverse(); }"),
    ("a list chopped without end", "let a = []; a.pad(2000, 1); loop { let b = a.extract(0); }"),
    ("a map of maps", "let m = #{}; loop { m = #{ a: m, b: m }; }"),
    ("a map with a name for each number", "let m = #{}; let n = 0; loop { m[`k${n}`] = n; n += 1; }"),
    ("a map of its own keys", "let m = #{ a: 1 }; loop { for k in m.keys() { m[k + \"a\"] = m.values(); } }"),
    ("bytes without end", "let b = blob(9223372036854775807, 7); loop { }"),
    ("bytes that double", "let b = blob(1000, 7); loop { b += b; }"),
    (
        "bytes written again and again",
        "let b = blob(2000, 7); loop { b.write(0, b.parse_le_int(0, 8)); let c = b + b; }",
    ),
    ("a power of whole numbers", "let n = 3; loop { n = n ** 62; }"),
    ("a power that is not there", "let n = 9 ** 9223372036854775807; loop { }"),
    ("a huge shift", "let n = 1; loop { n = (n << 9223372036854775807) | 1; }"),
    ("a shift by less than nothing", "let n = 1; loop { n = (n >> -9223372036854775807) | 1; }"),
    ("the smallest number turned round", "let n = -9223372036854775807 - 1; -n; n.abs(); loop { }"),
    ("what is no number", "let n = 0.0 / 0.0; while !(n == 1.0) { n = n + n; }"),
    (
        "a list sorted by what is no number",
        "let a = []; for i in 0..900 { a.push((i % 7) / 0.0); } loop { a.sort(|x, y| x - y); }",
    ),
    ("a flood of prints", "loop { print(\"flood\"); debug(\"flood\"); }"),
    ("a flood of findings", "loop { report(\"warning\", \"note\", \"flood\"); }"),
    ("a flood of caught findings", "loop { try { report(\"warning\", \"note\", \"flood\"); } catch { } }"),
    ("a flood of searches", "loop { try { search(\"none\", \"flood\", 20); } catch { } }"),
    ("many variables", "let n = 0; loop { let a = n; let b = a; let c = b; { let d = c; { let e = d; } } n += 1; }"),
    ("text parsed without end", "loop { parse_int(\"12345678901234567890123456789\"); }"),
    ("evaluated text", "eval(\"loop { }\");"),
    ("evaluated text in a list", "let a = [\"loop { }\"]; a.map(|t| eval(t));"),
    ("an import in a body", "import \"hooks\" as h; h::validate(encounter);"),
    ("a clock", "let t = timestamp(); while t.elapsed < 100 { }"),
    ("a rest", "loop { sleep(1); }"),
    ("an encounter that is set", "encounter.id = \"other\"; encounter[\"id\"] = 1; throw encounter;"),
    ("an error with an encounter in it", "throw #{ all: encounter, deep: [[[[encounter]]]] };"),
    ("a switch without end", "let n = 0; loop { n = switch n { 0 => 1, 1 => 0, _ => 2 }; }"),
    ("a return that never comes", "while true { if false { return; } }"),
];

fn engine(script: &str) -> Result<Engine, String> {
    let (file, diagnostics) = parse_file(&PathBuf::from("visit.codes"), DOMAIN.to_owned());
    let scripts = vec![(PathBuf::from("hooks.rhai"), script.to_owned())];
    let domain =
        DomainSource { name: "own".into(), files: vec![file], scripts, diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![domain], &[]);
    if !outcome.refused.is_empty() {
        let error = outcome.diagnostics.iter().find(|it| it.is_error()).unwrap();
        return Err(format!("{}: {}", error.file.display(), error.kind));
    }
    let bytes = lay_out(&PathBuf::from("it"), &outcome.compiled.parts([0; 32]), &Segments::none()).unwrap();
    let registry = Arc::new(Registry::from_bytes(&bytes).unwrap());
    Ok(made_up::asked(&registry, "own", "all"))
}

/// What a script comes to: why it was refused, or the answer to an encounter.
fn answered(script: &str) -> Result<String, String> {
    let engine = engine(script)?;
    let mut out = Vec::new();
    let encounter = r#"{"id":"V-1","day":"2026-10-01","note":"fell down"}"#;
    write::line(&engine.worker().disclose(1, Ok(encounter)), &mut out);
    Ok(String::from_utf8(out).unwrap())
}

/// Says what is wrong with how a script ended, if anything is.
fn wrong(script: &str) -> Option<String> {
    let begun = Instant::now();
    let answer = answered(script);
    let took = begun.elapsed();
    if took > LONGEST {
        return Some(format!("took {took:?}"));
    }
    match answer {
        Err(refused) if refused.contains("hooks.rhai") && !refused.contains('\n') => None,
        Err(refused) => Some(format!("refused without its file: {refused}")),
        Ok(line) if line.contains("script-error") && line.matches('\n').count() == 1 => None,
        Ok(line) => Some(format!("was not stopped: {line}")),
    }
}

#[test]
fn seventy_hostile_scripts_are_stopped() {
    assert!(BODIES.len() >= 60, "{}", BODIES.len());
    let mut failed = String::new();
    for (name, body) in BODIES {
        if let Some(why) = wrong(&format!("fn validate(encounter) {{\n    {body}\n}}\n")) {
            let _ = writeln!(failed, "{name}: {why}");
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// A script that is stopped is stopped at the same point however it is called: 200 bodies, made of pieces, twice each.
#[test]
fn what_is_stopped_is_stopped_alike_again() {
    const SET: [&str; 4] =
        ["let a = [1, 2, 3];", "let a = [[1], [2]];", "let a = [\"x\", \"y\"];", "let a = [|| 1, || 2];"];
    const CAPTURE: [&str; 4] =
        ["let f = || a.len();", "let f = |x| { a = [x]; 1 };", "let f = || a;", "let f = |x, y| 1;"];
    const USE: [&str; 8] = [
        "a.push(f);",
        "a.map(f);",
        "a.sort(f);",
        "a.retain(f);",
        "a = [f];",
        "f.call(1);",
        "a.insert(0, f);",
        "a.for_each(f);",
    ];
    let mut random = fastrand::Rng::with_seed(21);
    let mut pick = |all: &[&'static str]| *random.choice(all).unwrap();
    for number in 0..200 {
        let (set, capture, one, two) = (pick(&SET), pick(&CAPTURE), pick(&USE), pick(&USE));
        let body = format!("{set} {capture} loop {{ try {{ {one} }} catch {{ }} try {{ {two} }} catch {{ }} }}");
        let script = format!("fn validate(encounter) {{ {body} }}\n");
        assert_eq!(wrong(&script), None, "{number}: {script}");
        if number % 8 == 0 {
            assert_eq!(answered(&script), answered(&script), "{script}");
        }
    }
}

/// Forty texts of 50 KB fit into the memory that a call has by default.
#[test]
fn what_fits_is_not_stopped() {
    let body = "for i in 0..40 { let t = \"x\"; t.pad(50000, \"y\"); if t.len() != 50000 { throw 1; } }";
    let line = answered(&format!("fn validate(encounter) {{ {body} }}\n")).unwrap();
    assert!(!line.contains("script-error"), "{line}");
}
