//! The desk of a record: one box, the list under it, the record beside it, and what each choice leads to before it is kept.

use super::form;
use super::form::Typed;
use super::list;
use super::near;
use super::page;
use super::question;
use super::question::question;
use super::words::Language;
use crate::encounters::listed;
use crate::encounters::listed::Line;
use crate::encounters::listed::Question;
use crate::encounters::near::free_field;
use crate::encounters::write::plain;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::model::record::Kind;
use crate::privacy::Disclosure;
use crate::privacy::ShownFields;
use crate::privacy::text::TextRedactor;
use crate::server::api::encounters::draft_of;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::HTML;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::random_id;
use maud::Markup;
use maud::html;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Frequent codes that are shown while the box is empty.
const FREQUENT: usize = 9;
/// The audience whose eyes words are noted for that no code fits.
const NOTED_FOR: &str = "public";

/// The desk, empty.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let desk = desk(call)?;
    let mut typed = Typed::default();
    prefill(&desk, &mut typed)?;
    show(call, &desk, &typed)
}

fn desk(call: &Call<'_>) -> Result<ForCaller, Problem> {
    call.engine(call.param("domain"), Some(call.param("record")), None)
}

/// A new encounter has a number and a moment from the start: a text field `id` and the field that dates it. Of several that
/// may date it, the last is the one that always holds.
fn prefill(desk: &ForCaller, typed: &mut Typed) -> Result<(), Problem> {
    let scalars = form::scalars(&desk.engine.record().fields, "");
    let dated = scalars.iter().rposition(|(_, field)| field.dates_encounter);
    for (place, (path, field)) in scalars.into_iter().enumerate() {
        let now = jiff::Zoned::now();
        let value = match &field.kind {
            Kind::Text if path == "id" => {
                let id: String = random_id()?.chars().filter(char::is_ascii_alphanumeric).take(6).collect();
                format!("{}-{}", now.strftime("%Y%m%d"), id.to_uppercase())
            }
            Kind::Date if dated == Some(place) => now.strftime("%Y-%m-%d").to_string(),
            Kind::DateTime if dated == Some(place) => now.strftime("%Y-%m-%dT%H:%M").to_string(),
            _ => continue,
        };
        typed.fields.push((path, value));
    }
    Ok(())
}

/// The list and all that depends on what is typed, for a script. Nobody is shown anything but what they typed themselves,
/// so that no key has to wait for the audit log; the glass is noted.
pub fn look(call: &Call<'_>) -> Result<Reply, Problem> {
    let (desk, typed, language) = (desk(call)?, Typed::new(call.form()), page::language(call));
    let record = typed.record(&desk.engine.record().fields, &call.loaded.registry).to_string();
    let mut worker = desk.engine.worker().showing(listed::LINES);
    let disclosure = worker.disclose(1, Ok(&record));
    let lines = lines(call, &desk, &typed, &disclosure)?;
    let glass = glass(call, &desk, &typed, &record, &disclosure)?;
    let markup = html! {
        p role="status" id="count" { (said(language, &lines, &typed)) }
        (list::listbox(language, &lines))
        (ask(call, &desk, &typed)?)
        (below(call, language, &typed, &disclosure))
        (glass)
    };
    Ok(Reply::of(HTML, markup.into_string()))
}

fn said(language: Language, lines: &[Line], typed: &Typed) -> String {
    match (lines.len(), typed.text.trim().is_empty()) {
        (0, true) => String::new(),
        (0, false) if !typed.picked.is_empty() => String::new(),
        (0, false) => language.say("no-code-fits").to_owned(),
        (count, true) => format!("{}: {count}", language.say("frequent-codes")),
        (count, false) => format!("{}: {count}", language.say("codes-listed")),
    }
}

fn lines(call: &Call<'_>, desk: &ForCaller, typed: &Typed, disclosure: &Disclosure<'_>) -> Result<Vec<Line>, Problem> {
    let registry = &call.loaded.registry;
    let (sets, on) = (sets(call, desk, &typed.set)?, day(call, desk, typed));
    let mut lines = listed::lines(registry, &Question { text: &typed.text, sets: &sets, on }, disclosure);
    if typed.text.trim().is_empty() {
        for set in &sets {
            let name = registry.codes(*set).name();
            for (code, _) in call.service.store.frequent(call.param("domain"), name, FREQUENT)? {
                let found = registry.codes(*set).find(&code);
                lines.extend(found.and_then(|code| listed::of_code(registry, *set, code, on)));
            }
        }
        lines.truncate(FREQUENT);
    }
    lines.retain(|line| !typed.picked.iter().any(|(set, code)| *set == line.set && *code == line.code));
    Ok(lines)
}

/// The code sets asked for: the one named, or that which the record is coded with first.
fn sets(call: &Call<'_>, desk: &ForCaller, named: &str) -> Result<Vec<SetId>, Problem> {
    match named {
        "" => Ok(desk.engine.main_set().into_iter().collect()),
        "*" => Ok(desk.engine.classified()),
        name => Ok(vec![call.set(name)?]),
    }
}

/// The day of the encounter, else today.
fn day(call: &Call<'_>, desk: &ForCaller, typed: &Typed) -> Day {
    let dated = form::scalars(&desk.engine.record().fields, "").into_iter().find(|(_, field)| field.dates_encounter);
    let day = dated.and_then(|(path, _)| Day::parse(typed.value(&path).get(..10)?));
    day.unwrap_or_else(|| call.service.today())
}

/// The whole page.
fn show(call: &Call<'_>, desk: &ForCaller, typed: &Typed) -> Result<Reply, Problem> {
    let (language, registry) = (page::language(call), &call.loaded.registry);
    let (engine, fields) = (&desk.engine, &desk.engine.record().fields);
    let record = typed.record(fields, registry).to_string();
    let mut worker = engine.worker().showing(listed::LINES);
    let disclosure = worker.disclose(1, Ok(&record));
    let lines = lines(call, desk, typed, &disclosure)?;
    let glass = glass(call, desk, typed, &record, &disclosure)?;
    let (domain, name) = (call.param("domain"), engine.record().name.as_str());
    let (main, mut classified) = (engine.main_set(), engine.classified());
    classified.sort_by_key(|set| Some(*set) != main);
    let free = free_field(fields).map(|path| path.join("."));
    let content = html! {
        (saved(call, language))
        form method="post" id="desk" action={ "/desk/" (domain) "/" (name) } autocomplete="off" {
            (page::secret(call))
            div class="desk" {
                section class="words" aria-label=(language.say("words")) {
                    label for="text" { (language.say("box")) @if let Some(free) = &free { " " small { (free) } } }
                    textarea id="text" name="text" rows="4" autofocus spellcheck="false" { (typed.text) }
                    div class="bar" {
                        label for="set" { (language.say("code-set")) }
                        select id="set" name="set" {
                            @for set in &classified {
                                @let name = registry.codes(*set).name();
                                option value=(if Some(*set) == main { "" } else { name }) selected[typed.set == name] { (name) }
                            }
                            @if classified.len() > 1 { option value="*" selected[typed.set == "*"] { (language.say("all")) } }
                        }
                        noscript { button name="act" value="look" { (language.say("find")) } }
                    }
                    ul id="picked" aria-label=(language.say("picked")) {
                        @for (set, code) in &typed.picked { (chip(call, language, set, code)) }
                    }
                    div id="answer" {
                        p role="status" id="count" { (said(language, &lines, typed)) }
                        (list::buttons(language, &lines))
                        (ask(call, desk, typed)?)
                        (below(call, language, typed, &disclosure))
                        (glass)
                    }
                    div class="bar" {
                        button name="act" value="save" class="main" id="save" { (language.say("save")) " " kbd { "Ctrl+Enter" } }
                        button name="act" value="unfit" { (language.say("nothing-fits")) }
                        a href={ "/desk/" (domain) "/" (name) } class="button" { (language.say("next")) }
                        (glasses(call, desk, language, typed))
                    }
                }
                section class="record" aria-label=(language.say("record")) {
                    h2 { (name) }
                    div id="near" role="status" { (near::at_place(call, desk, typed)?) }
                    (form::inputs(language, fields, typed, &wanted(desk)))
                }
            }
        }
    };
    let title = format!("{name} · {domain}");
    page::page(call, &title, content)
}

/// Fields that codes of the record ask for, with how many codes do.
fn wanted(desk: &ForCaller) -> BTreeMap<String, usize> {
    let engine = &desk.engine;
    let mut out = BTreeMap::new();
    for classifier in engine.domain().classifiers.iter().filter(|it| engine.classified().contains(&it.set)) {
        for needed in classifier.criteria.iter().flat_map(|it| &it.needs) {
            *out.entry(needed.name.clone()).or_default() += 1;
        }
    }
    out
}

/// The one question that decides, while nothing is picked.
fn ask(call: &Call<'_>, desk: &ForCaller, typed: &Typed) -> Result<Markup, Problem> {
    let registry = &call.loaded.registry;
    let set = sets(call, desk, &typed.set)?.first().map(|set| registry.codes(*set).name());
    let asked = set.filter(|_| typed.picked.is_empty()).and_then(|set| question(desk, registry, typed, set));
    Ok(html! {
        @for path in &typed.silent { input type="hidden" name="silent" value=(path); }
        @if let Some(asked) = asked { (question::asked(page::language(call), &asked)) }
    })
}

/// A code that was picked, with a way to drop it.
fn chip(call: &Call<'_>, language: Language, set: &str, code: &str) -> Markup {
    let registry = &call.loaded.registry;
    let found = registry.set(set).and_then(|set| Some((set, registry.codes(set).find(code)?)));
    let title = found.map_or("", |(set, code)| registry.codes(set).display(code));
    html! {
        li data-code={ (set) "|" (code) } {
            input type="hidden" name="picked" value={ (set) "|" (code) };
            b { (code) } " " (title) " "
            button name="act" value={ "drop:" (set) "|" (code) } class="drop" aria-label={ (language.say("drop")) " " (code) } { "×" }
        }
    }
}

/// What was kept last, and a way to take it back.
fn saved(call: &Call<'_>, language: Language) -> Markup {
    let Some(id) = call.query("saved") else { return html! {} };
    html! {
        form method="post" action={ "/encounters/" (id) } class="saved" {
            (page::secret(call))
            p role="status" {
                (language.say("saved")) " " a href={ "/encounters/" (id) } { (id) } " "
                button name="act" value="undo" { (language.say("undo")) }
            }
        }
    }
}

/// The audiences that the glass may show: those of the configuration, or all that policies name but the caller's own.
fn preview(call: &Call<'_>, desk: &ForCaller) -> Vec<String> {
    let configured = &call.service.config.preview;
    if !configured.is_empty() {
        return configured.clone();
    }
    let shared = call.loaded.registry.shared().map(|shared| shared.policies.as_slice()).unwrap_or_default();
    let policies = shared.iter().chain(&desk.engine.domain().policies);
    let own = desk.engine.redactor().audience();
    let audiences: BTreeSet<&str> = policies.map(|it| it.audience.as_str()).filter(|it| *it != own).collect();
    audiences.into_iter().map(str::to_owned).collect()
}

/// The choice of audiences for the glass.
fn glasses(call: &Call<'_>, desk: &ForCaller, language: Language, typed: &Typed) -> Markup {
    let preview = preview(call, desk);
    html! {
        @if !preview.is_empty() {
            label for="glass" { (language.say("glass")) " " kbd { "F3" } }
            select id="glass" name="glass" {
                option value="" {}
                @for audience in &preview { option value=(audience) selected[typed.glass == *audience] { (audience) } }
            }
        }
    }
}

/// What follows from what is typed and picked: findings, what is missing, facts that were found, other lists.
fn below(call: &Call<'_>, language: Language, typed: &Typed, disclosure: &Disclosure<'_>) -> Markup {
    let Ok(parts) = disclosure.parts() else {
        return html! { p class="error" { (language.say("unreadable")) } };
    };
    let is_begun = !typed.text.trim().is_empty() || !typed.picked.is_empty();
    let mut missing: Vec<&str> = parts.missing.clone();
    missing.dedup();
    html! {
        @if is_begun && !parts.findings.is_empty() {
            section class="findings" aria-label=(language.say("findings")) {
                h2 { (language.say("findings")) }
                ul {
                    @for finding in &parts.findings {
                        li class=(finding.severity.name()) {
                            b { (language.say(finding.severity.name())) } " "
                            (finding.message.as_deref().unwrap_or(&finding.rule))
                            @if !finding.help.is_empty() { " — " (finding.help) }
                            @if let Some(fix) = &finding.fix { " → " b { (fix.code) } }
                            small { " " (finding.path) " · " (finding.rule) }
                        }
                    }
                }
            }
        }
        @if is_begun && !missing.is_empty() {
            section class="missing" id="missing" tabindex="-1" aria-label=(language.say("missing")) {
                h2 { (language.say("missing")) }
                ul { @for path in missing { li { a href={ "#f-" (path) } { (path) } } } }
            }
        }
        (facts(language, typed, &parts.encounter))
        (crosswalks(call, language, typed))
    }
}

/// Fields that the definitions have worked out and nobody has typed.
fn facts(language: Language, typed: &Typed, shown: &ShownFields<'_>) -> Markup {
    let is_typed = |name: &str| !typed.value(name).trim().is_empty();
    let known: Vec<(&str, String)> = shown
        .declared()
        .filter(|(name, value)| !is_typed(name) && value.fields().next().is_none())
        .map(|(name, value)| (name, plain(value)))
        .filter(|(_, text)| !text.is_empty() && text.trim() != typed.text.trim())
        .collect();
    html! {
        @if !known.is_empty() && !typed.text.trim().is_empty() {
            section class="facts" aria-label=(language.say("facts")) {
                h2 { (language.say("facts")) }
                dl { @for (name, text) in known { dt { (name) } dd { (text) } } }
            }
        }
    }
}

/// What the picked codes are in other code sets.
fn crosswalks(call: &Call<'_>, language: Language, typed: &Typed) -> Markup {
    let (registry, today) = (&call.loaded.registry, call.service.today());
    let mut rows = Vec::new();
    for (name, code) in &typed.picked {
        let Some((set, found)) = registry.set(name).and_then(|set| Some((set, registry.codes(set).find(code)?))) else {
            continue;
        };
        for other in registry.mapped_sets(set) {
            let codes = registry.codes(other);
            for target in registry.map(set, found, other, today).iter().filter_map(|it| it.code) {
                rows.push((code.as_str(), codes.name(), codes.code(target), codes.display(target)));
            }
        }
    }
    html! {
        @if !rows.is_empty() {
            section class="crosswalks" aria-label=(language.say("other-lists")) {
                h2 { (language.say("other-lists")) }
                ul { @for (code, set, target, title) in rows { li { (code) " → " (set) " " b { (target) } " " (title) } } }
            }
        }
    }
}

/// The record as another audience would see it: never more than the caller sees, for nothing is shown where something is
/// hidden from the caller. It is noted.
fn glass(
    call: &Call<'_>,
    desk: &ForCaller,
    typed: &Typed,
    record: &str,
    own: &Disclosure<'_>,
) -> Result<Markup, Problem> {
    let language = page::language(call);
    if typed.glass.is_empty() {
        return Ok(html! {});
    }
    if !preview(call, desk).contains(&typed.glass) {
        return Err(Problem::new(problem::FORBIDDEN, "the glass does not show this audience"));
    }
    if own.parts().is_ok_and(|parts| !parts.redactions.is_empty()) {
        return Ok(html! { section class="glass" { p { (language.say("glass-needs-whole")) } } });
    }
    let domain = call.param("domain");
    let other = call.service.engine(
        &call.loaded,
        &crate::server::service::Asked {
            domain: domain.to_owned(),
            record: Some(desk.engine.record().name.clone()),
            audience: Some(typed.glass.clone()),
            purpose: None,
            on: None,
        },
    )?;
    let mut access = desk.audited.access.clone();
    access.command = "preview";
    other.redactor().audience().clone_into(&mut access.audience);
    other.redactor().policy().clone_into(&mut access.policy);
    let audited = crate::encounters::engine::Audited { access, tokens: call.service.tokens() };
    let mut worker = other.worker().noting(&audited);
    let disclosure = worker.disclose(1, Ok(record));
    let markup = html! {
        section class="glass" aria-label=(language.say("glass")) {
            h2 { (language.say("glass")) ": " (typed.glass) }
            @if let Ok(parts) = disclosure.parts() {
                dl { @for (name, value) in parts.encounter.iter() { dt { (name) } dd { (plain(value)) } } }
                ul { @for code in &parts.codes { li { b { (code.code) } " " (code.display) } } }
            }
        }
    };
    drop(disclosure);
    call.note(worker.noted())?;
    Ok(markup)
}

/// An act at the desk, of a form that was posted.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let desk = desk(call)?;
    let mut typed = Typed::new(call.form());
    let act = std::mem::take(&mut typed.act);
    let (act, what) = act.split_once(':').unwrap_or((act.as_str(), ""));
    let code = what.split_once('|').map(|(set, code)| (set.to_owned(), code.to_owned()));
    match (act, code) {
        ("pick", Some(code)) => {
            if !typed.picked.contains(&code) {
                typed.picked.push(code);
            }
            show(call, &desk, &typed)
        }
        ("drop", Some(code)) => {
            typed.picked.retain(|it| *it != code);
            show(call, &desk, &typed)
        }
        ("answer", Some((path, value))) => {
            typed.fields.retain(|(known, _)| *known != path);
            if value.is_empty() {
                typed.silent.push(path);
            } else {
                typed.fields.push((path, value));
            }
            show(call, &desk, &typed)
        }
        ("save" | "unfit", _) => save(call, &desk, &typed, act == "unfit"),
        _ => show(call, &desk, &typed),
    }
}

/// Keeps the encounter. Words that no code fits are noted besides, as the public may see them.
fn save(call: &Call<'_>, desk: &ForCaller, typed: &Typed, is_unfit: bool) -> Result<Reply, Problem> {
    let registry = &call.loaded.registry;
    let record = typed.record(&desk.engine.record().fields, registry);
    let (domain, name) = (call.param("domain"), desk.engine.record().name.as_str());
    let text = typed.text.trim();
    if is_unfit && !text.is_empty() {
        let domain = desk.engine.domain();
        let redactor = TextRedactor::new(registry.shared()?, Some(domain), NOTED_FOR, call.service.today())
            .map_err(|_| Problem::new(problem::UNAVAILABLE, "the words cannot be redacted, so they are not noted"))?;
        let redactor = if redactor.wants_names() { redactor.with_names(registry.names()?) } else { redactor };
        call.service.store.add_unfit(&domain.name, name, &redactor.redact(text).text)?;
    }
    let draft = draft_of(call, desk, &record.to_string())?;
    let id = call.service.store.add_encounter(draft, None)?;
    Ok(Reply::see(&format!("/desk/{domain}/{name}?saved={id}")))
}
