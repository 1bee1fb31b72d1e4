//! `tencode test`

use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::near;
use crate::cli::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::encounters::batch::Desk;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Options;
use crate::encounters::neighbours::Neighbours;
use crate::encounters::read::Format;
use crate::encounters::read::Source;
use crate::encounters::together;
use crate::encounters::validate;
use crate::encounters::write;
use crate::model::day::Day;
use crate::model::money;
use crate::model::outcome::SCRIPT_ERROR;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::privacy::Ask;
use crate::privacy::Disclosure;
use crate::privacy::ShownValue;
use crate::registry::Registry;
use crate::workspace::session::Reach;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Runs the cases of domains, and says which rules and codes no case has reached.
///
/// A case is a line of DOMAIN/cases/*.ndjson:
///
///     {"what": "…", "encounter": {…}, "record": "call", "audience": "desk", "on": "2026-01-01",
///      "expect": {"codes": ["set/CODE"], "candidates": ["set/CODE"], "findings": ["rule"],
///                 "not": ["rule or set/CODE"], "encounter": {…}, "hidden": ["note"], "unsaid": ["word"],
///                 "obligations": ["name"], "denied": "…"}}
///
/// `today`, `purpose`, `reason` and `recipient` may stand beside `audience`; `earlier` and `later` list encounters of the same
/// input, for rules that look at several.
///
/// `codes` have to be carried. `candidates` are the best of their code set, in that order. `findings` have to be there,
/// what `not` names must not. `encounter` is compared with the fields shown that it names. `hidden` names fields that are not shown,
/// `unsaid` words that stand nowhere in the answer, `denied` part of the message of an ask that is refused.
/// A case fails where a script fails, unless its `findings` name `script-error`, and where `not` names a rule or code that
/// does not exist. What scripts print stands below a case that fails. Exit status 1 if a case fails.
///
///     tencode test                  all domains
///     tencode test healthcare
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Test {
    /// Domains [default: all]
    #[arg(id = "tested", value_name = "DOMAIN")]
    domains: Vec<String>,
    /// Name the rules and codes that no case has reached
    #[arg(long)]
    missed: bool,
    /// Show what scripts print in every case
    #[arg(long)]
    trace: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    what: String,
    encounter: Value,
    /// Encounters of the same input before it.
    #[serde(default)]
    earlier: Vec<Value>,
    /// Those after it.
    #[serde(default)]
    later: Vec<Value>,
    record: Option<String>,
    audience: Option<String>,
    on: Option<String>,
    today: Option<String>,
    purpose: Option<String>,
    reason: Option<String>,
    recipient: Option<String>,
    expect: Expected,
}

impl Case {
    /// What the encounter is told of the others of the case.
    fn neighbours(&self, engine: &Engine) -> Result<Neighbours, String> {
        if self.earlier.is_empty() && self.later.is_empty() {
            return Ok(Neighbours::default());
        }
        let all = self.earlier.iter().chain([&self.encounter]).chain(&self.later);
        let lines: Vec<String> = all.map(Value::to_string).collect();
        let input = Box::new(Cursor::new(lines.join("\n")));
        let source = Source::new("the case", None, input, Some(Format::Ndjson), engine.schema());
        let mut source = source.map_err(|error| error.to_string())?;
        let gathered =
            together::gather(engine, &mut source, None, 1, &mut |_| {}).map_err(|error| error.to_string())?;
        gathered.map(|it| it.neighbours).ok_or_else(|| "no rule of this record looks at other encounters".to_owned())
    }

    fn ask(&self) -> Ask {
        Ask { purpose: self.purpose.clone(), reason: self.reason.clone(), recipient: self.recipient.clone() }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    codes: Vec<String>,
    candidates: Option<Vec<String>>,
    findings: Vec<String>,
    not: Vec<String>,
    encounter: Option<Value>,
    /// Fields that are not shown.
    hidden: Vec<String>,
    /// Words that stand nowhere in the answer.
    unsaid: Vec<String>,
    /// What recipients are told, by name.
    obligations: Option<Vec<String>>,
    /// The ask is refused, and the message says this.
    denied: Option<String>,
}

/// What the cases of a domain came to.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: Vec<String>,
    /// What scripts printed, with the case.
    traced: Vec<String>,
    rules: BTreeSet<String>,
    codes: BTreeSet<String>,
}

impl Test {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut session = context.session(Reach::Own)?;
        for name in &self.domains {
            if !session.has(name)? {
                session = context.session(Reach::All)?;
                break;
            }
        }
        if self.domains.is_empty() {
            session.need_domain()?;
        }
        let registry = Context::open(&session, terminal)?;
        let mut is_wrong = false;
        let mut behind = BTreeSet::new();
        let mut known: Vec<String> = Vec::new();
        for folder in session.folders()? {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            known.push(name.clone());
            let is_wanted =
                if self.domains.is_empty() { !session.is_shipped(&folder) } else { self.domains.contains(&name) };
            let files = if is_wanted { cases(&folder)? } else { Vec::new() };
            if files.is_empty() {
                continue;
            }
            if registry.domain(&name)?.is_none() {
                terminal.note(&format!("{name}: it has errors, so its cases cannot be run: see `tencode check`"));
                is_wrong = true;
                continue;
            }
            let mut tally = Tally::default();
            let mut engines = Engines { registry: Arc::clone(&registry), domain: name.clone(), made: BTreeMap::new() };
            for file in files {
                tally.file(&file, &mut engines)?;
            }
            self.report(&name, &tally, &registry, terminal)?;
            behind.extend(engines.starters());
            is_wrong |= !tally.failed.is_empty();
        }
        if let Some(odd) = self.domains.iter().find(|name| !known.contains(name)) {
            let said = format!("there is no domain `{odd}`; there is {}", known.join(", "));
            return Err(near::failure(&said, odd, known.iter().map(String::as_str)));
        }
        starters::note(&behind.into_iter().collect::<Vec<_>>(), terminal);
        Ok(if is_wrong { Verdict::Wrong } else { Verdict::Fine })
    }

    fn report(&self, name: &str, tally: &Tally, registry: &Registry, terminal: &mut Terminal) -> Result<(), Failure> {
        let domain = registry.domain(name)?.unwrap_or_default();
        let rules: BTreeSet<&str> = domain.rules.iter().map(|rule| rule.id.as_str()).collect();
        let mut codes = BTreeSet::new();
        for classifier in &domain.classifiers {
            let set = registry.codes(classifier.set);
            codes.extend(classifier.criteria.iter().map(|it| format!("{}/{}", set.name(), set.code(it.code))));
        }
        let rules_missed: Vec<&str> = rules.iter().filter(|rule| !tally.rules.contains(**rule)).copied().collect();
        let codes_missed: Vec<&String> = codes.iter().filter(|code| !tally.codes.contains(*code)).collect();
        let reached = |all: usize, missed: usize| all - missed;
        if terminal.json {
            return terminal.json(&json!({
                "domain": name, "passed": tally.passed, "failed": tally.failed.len(), "failures": tally.failed,
                "rules": rules.len(), "rules_reached": reached(rules.len(), rules_missed.len()),
                "codes": codes.len(), "codes_reached": reached(codes.len(), codes_missed.len()),
                "rules_missed": rules_missed, "codes_missed": codes_missed, "trace": tally.traced,
            }));
        }
        for line in tally.traced.iter().filter(|_| self.trace).chain(&tally.failed) {
            terminal.line(line)?;
        }
        terminal.line(&format!(
            "{name}: {} passed, {} failed; {} of {} rules and {} of {} codes with criteria reached",
            tally.passed,
            tally.failed.len(),
            reached(rules.len(), rules_missed.len()),
            rules.len(),
            reached(codes.len(), codes_missed.len()),
            codes.len()
        ))?;
        if self.missed {
            for missed in rules_missed.iter().copied().chain(codes_missed.iter().map(|code| code.as_str())) {
                terminal.line(&format!("    not reached: {missed}"))?;
            }
        }
        Ok(())
    }
}

/// Case files of a domain, by name.
fn cases(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = folder.join("cases");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder).map_err(|error| Failure::file(&folder, error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "ndjson")).collect();
    files.sort();
    Ok(files)
}

/// Record, audience, what is asked, the day judged for and today.
type Which = (Option<String>, Option<String>, Ask, Option<Day>, Option<Day>);

/// Engines of a domain, one a record, audience and day.
struct Engines {
    registry: Arc<Registry>,
    domain: String,
    made: BTreeMap<Which, Engine>,
}

impl Engines {
    /// Code sets behind the answers of which only the starter is installed.
    fn starters(&self) -> Vec<String> {
        self.made.values().flat_map(|engine| starters::behind(engine, &self.registry)).collect()
    }

    /// Makes the engine that answers a case, if there is none yet.
    fn engine(&mut self, case: &Case) -> Result<&Engine, String> {
        let on = match case.on.as_deref().map(engine_args::day).transpose() {
            Ok(on) => on,
            Err(why) => return Err(format!("`on`: {why}")),
        };
        let today = match case.today.as_deref().map(engine_args::day).transpose() {
            Ok(today) => today,
            Err(why) => return Err(format!("`today`: {why}")),
        };
        let which = (case.record.clone(), case.audience.clone(), case.ask(), on, today);
        if !self.made.contains_key(&which) {
            let options = Options {
                record: case.record.clone(),
                audience: case.audience.clone(),
                ask: case.ask(),
                on,
                today: today.unwrap_or_else(engine_args::today),
                candidates: None,
                // Cases compare no pseudonyms with those of any other run.
                key: [0; 32],
            };
            let engine = Engine::new(Arc::clone(&self.registry), &self.domain, options);
            self.made.insert(which.clone(), engine.map_err(|error| error.to_string())?);
        }
        self.made.get(&which).ok_or_else(|| "no engine".to_owned())
    }
}

impl Tally {
    fn file(&mut self, path: &Path, engines: &mut Engines) -> Result<(), Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        for (line, number) in lines {
            let place = format!("{}:{number}", path.display());
            let case: Case = match serde_json::from_str(line) {
                Ok(case) => case,
                Err(error) => {
                    self.failed.push(format!("{place}: this is no case: {error}"));
                    continue;
                }
            };
            let encounter = case.encounter.to_string();
            let mut printed = Vec::new();
            let answered = engines.engine(&case).and_then(|engine| Ok((engine, case.neighbours(engine)?)));
            let differences = match answered {
                Ok((engine, neighbours)) => {
                    let mut worker = engine.worker().among(Some(&neighbours)).tracing();
                    worker.at(case.earlier.len() as u64);
                    let mut differences = self.differences(&case.expect, &worker.disclose(1, Ok(&encounter)));
                    differences.extend(case.expect.not.iter().filter_map(|name| unknown(name, engine)));
                    let fields = &engine.record().fields;
                    let hidden = case.expect.hidden.iter();
                    differences.extend(hidden.filter_map(|path| unknown_field(path, fields, &case.encounter)));
                    printed = worker.take_trace();
                    differences
                }
                Err(why) => match &case.expect.denied {
                    Some(denied) if why.contains(denied.as_str()) => Vec::new(),
                    _ => vec![why],
                },
            };
            self.traced.extend(printed.iter().map(|text| format!("{place}: {text}")));
            if differences.is_empty() {
                self.passed += 1;
            } else {
                let below: String = printed.iter().map(|text| format!("\n    printed by {text}")).collect();
                self.failed.push(format!("{place}: {}: {}{below}", case.what, differences.join("; ")));
            }
        }
        Ok(())
    }

    /// In what an answer is not as expected.
    fn differences(&mut self, expected: &Expected, answer: &Disclosure<'_>) -> Vec<String> {
        let given: Vec<String> = answer.codes().iter().map(|it| format!("{}/{}", it.set, it.code)).collect();
        let candidates: Vec<String> = answer.candidates().iter().map(|it| format!("{}/{}", it.set, it.code)).collect();
        let findings: Vec<&str> = answer.findings().iter().map(|it| it.rule.as_str()).collect();
        self.rules.extend(findings.iter().map(|&rule| rule.to_owned()));
        self.codes.extend(candidates.iter().cloned());
        let mut out = Vec::new();
        if expected.denied.is_some() {
            out.push("it is answered, not denied".to_owned());
        }
        if let Err(unreadable) = answer.parts() {
            out.push(format!("it cannot be read: \"{}\"", unreadable.error));
        }
        for code in expected.codes.iter().filter(|code| !given.contains(code)) {
            out.push(format!("it does not carry {code}"));
        }
        if let Some(wanted) = &expected.candidates {
            out.extend(candidates_differ(wanted, &candidates));
        }
        for rule in expected.findings.iter().filter(|rule| !findings.contains(&rule.as_str())) {
            out.push(format!("no finding {rule}, but {}", listed(&findings)));
        }
        // A script that fails finds nothing, so a case could pass because of the fault.
        if !expected.findings.iter().any(|rule| rule == SCRIPT_ERROR) {
            let failed = answer.findings().iter().filter(|it| it.rule == SCRIPT_ERROR);
            out.extend(failed.map(|it| {
                let why = it.message.as_deref().unwrap_or_default();
                format!("a script failed: {why} {}", it.help).trim_end().to_owned()
            }));
        }
        for odd in &expected.not {
            if findings.contains(&odd.as_str()) || candidates.contains(odd) || given.contains(odd) {
                out.push(format!("{odd} is there"));
            }
        }
        shown_differ(expected, answer, &mut out);
        if let Some(wanted) = &expected.obligations {
            let told: Vec<&str> = answer.obligations().iter().map(|it| it.name).collect();
            if told != *wanted {
                out.push(format!("obligations {}, not {}", listed(&told), listed(wanted)));
            }
        }
        out
    }
}

/// What is wrong with the name of a rule or code that must not be there: a name of nothing is never there.
fn unknown(name: &str, engine: &Engine) -> Option<String> {
    let (registry, domain) = (engine.registry(), engine.domain());
    if let Some((set, code)) = name.split_once('/') {
        let codes = registry.set_of(domain, set).map(|set| registry.codes(set));
        let is_known = codes.is_some_and(|codes| codes.is_starter() || codes.find(code).is_some());
        return (!is_known).then(|| format!("there is no code {name}, so that `not` tests nothing"));
    }
    let rules = || domain.rules.iter().map(|rule| rule.id.as_str()).chain(validate::BUILT_IN).chain([SCRIPT_ERROR]);
    // Scripts name rules of their own in quotation marks.
    let is_said = domain.scripts.iter().any(|(_, text)| text.contains(&format!("\"{name}\"")));
    if is_said || rules().any(|rule| rule == name) {
        return None;
    }
    let help = did_you_mean(name, rules()).map(|help| format!(" ({help})")).unwrap_or_default();
    Some(format!("there is no rule {name}, so that `not` tests nothing{help}"))
}

/// What is wrong with a field that is to be hidden: one that neither the record nor the encounter has is never shown.
fn unknown_field(path: &str, fields: &[Field], encounter: &Value) -> Option<String> {
    let (mut level, mut given) = (fields, Some(encounter));
    for name in path.split('.') {
        let kind = level.iter().find(|field| field.name == name).map(|field| field.kind.innermost());
        given = given.and_then(|given| first_at(given, name));
        if kind.is_none() && given.is_none() {
            let help = did_you_mean(name, level.iter().map(|field| field.name.as_str()));
            let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
            return Some(format!("there is no field {path}, so that `hidden` tests nothing{help}"));
        }
        level = if let Some(Kind::Record(inner)) = kind { inner } else { &[] };
    }
    None
}

/// The field of a name in an object, or in the first item of a list that has it.
fn first_at<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| first_at(item, name)),
        value => value.get(name),
    }
}

/// The best candidates of each code set have to be those wanted; none wanted means none at all.
fn candidates_differ(wanted: &[String], found: &[String]) -> Option<String> {
    if wanted.is_empty() {
        return (!found.is_empty()).then(|| format!("no candidate expected, but {}", found.join(", ")));
    }
    let set = |code: &str| code.split_once('/').map_or_else(String::new, |(set, _)| set.to_owned());
    let sets: BTreeSet<String> = wanted.iter().map(|code| set(code)).collect();
    sets.into_iter().find_map(|name| {
        let of_set = |codes: &[String]| codes.iter().filter(|code| set(code) == name).cloned().collect::<Vec<_>>();
        let (wanted, found) = (of_set(wanted), of_set(found));
        let is_same = found.starts_with(&wanted);
        (!is_same).then(|| format!("candidates {} expected, but {}", wanted.join(", "), listed(&found)))
    })
}

/// Fields and words that are otherwise than expected.
fn shown_differ(expected: &Expected, answer: &Disclosure<'_>, out: &mut Vec<String>) {
    let fields = answer.fields();
    if let Some(wanted) = &expected.encounter {
        match (wanted, fields) {
            (Value::Object(wanted), Some(fields)) => fields_differ(wanted, &|name| field(fields.iter(), name), "", out),
            (wanted, _) => out.push(format!(" is null, not {wanted}")),
        }
    }
    for path in &expected.hidden {
        if let Some(shown) = fields.and_then(|fields| at(fields.iter(), path)) {
            out.push(format!("{path} is {}, not hidden", json(shown)));
        }
    }
    if !expected.unsaid.is_empty() {
        let mut line = Vec::new();
        write::line(answer, &mut line);
        // The check sum of the registry holds any two digits sooner or later.
        let registry = answer.parts().map(|parts| format!(",\"registry\":\"{}\"", parts.registry)).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replacen(&registry, "", 1).to_lowercase();
        let odd = expected.unsaid.iter().filter(|word| line.contains(&word.to_lowercase()));
        out.extend(odd.map(|word| format!("`{word}` is said")));
    }
}

/// Fields that are wanted and are otherwise; `shown` finds a field by its name.
fn fields_differ<'s, 'a: 's>(
    wanted: &Map<String, Value>,
    shown: &dyn Fn(&str) -> Option<&'s ShownValue<'a>>,
    path: &str,
    out: &mut Vec<String>,
) {
    for (name, wanted) in wanted {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let value = shown(name).unwrap_or(&ShownValue::Nothing);
        match (wanted, value) {
            (Value::Object(wanted), ShownValue::Record(_) | ShownValue::Object(_)) => {
                fields_differ(wanted, &|name| field(value.fields(), name), &path, out);
            }
            (wanted, value) if is_same(wanted, value) => {}
            (wanted, value) => out.push(format!("{path} is {}, not {wanted}", json(value))),
        }
    }
}

/// Whether a value is exactly the one wanted: in a list and an object every item and field.
fn is_same(wanted: &Value, shown: &ShownValue<'_>) -> bool {
    match (wanted, shown) {
        (Value::Null, ShownValue::Nothing | ShownValue::Null) => true,
        (Value::Bool(wanted), ShownValue::Bool(shown)) => wanted == shown,
        (Value::Number(wanted), ShownValue::Number(shown) | ShownValue::Rounded(shown)) => {
            wanted.as_f64() == Some(*shown)
        }
        (Value::Number(wanted), ShownValue::Money(shown)) => wanted.as_f64() == Some(money::to_binary(*shown)),
        (Value::Number(wanted), ShownValue::Undeclared(shown)) => wanted.as_f64() == shown.as_f64(),
        (
            Value::String(wanted),
            ShownValue::Text(_) | ShownValue::Day(_) | ShownValue::Moment(_) | ShownValue::Span(_),
        ) => *wanted == write::plain(shown),
        (Value::Array(wanted), ShownValue::List(shown)) => {
            wanted.len() == shown.len() && wanted.iter().zip(shown).all(|(wanted, shown)| is_same(wanted, shown))
        }
        (Value::Object(wanted), ShownValue::Record(_) | ShownValue::Object(_)) => {
            let is_wanted =
                |(name, shown): (&str, &ShownValue<'_>)| wanted.get(name).is_some_and(|it| is_same(it, shown));
            wanted.len() == shown.fields().count() && shown.fields().all(is_wanted)
        }
        _ => false,
    }
}

/// The field of a name.
fn field<'s, 'a: 's>(
    fields: impl Iterator<Item = (&'s str, &'s ShownValue<'a>)>,
    name: &str,
) -> Option<&'s ShownValue<'a>> {
    // Of names that are shown as the same, the last counts, as for whoever reads the JSON.
    fields.filter(|(it, _)| *it == name).last().map(|(_, value)| value)
}

/// The first value at a path that stands for something: names joined by dots, through every item of a list.
fn at<'s, 'a: 's>(
    fields: impl Iterator<Item = (&'s str, &'s ShownValue<'a>)>,
    path: &str,
) -> Option<&'s ShownValue<'a>> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (field(fields, name)?, rest) {
        (ShownValue::Nothing | ShownValue::Null, _) => None,
        (value, None) => Some(value),
        (value, Some(rest)) => inside(value, rest),
    }
}

/// The first value at a path inside another.
fn inside<'s, 'a: 's>(value: &'s ShownValue<'a>, path: &str) -> Option<&'s ShownValue<'a>> {
    match value {
        ShownValue::List(items) => items.iter().find_map(|item| inside(item, path)),
        value => at(value.fields(), path),
    }
}

/// A value as it is written.
fn json(value: &ShownValue<'_>) -> String {
    let mut out = Vec::new();
    write::value(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn listed(names: &[impl AsRef<str>]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
