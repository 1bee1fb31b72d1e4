//! What comes in: counts by code, weekday and hour, drawn by the server with the table beneath. Small counts are hidden.

use super::page;
use super::words::Language;
use crate::server::api::encounters::counted;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use crate::statistics::Answer;
use maud::Markup;
use maud::html;

/// Bars of a drawing at most; the table has all.
const BARS: usize = 24;
/// Measures of a bar and of its words, in the units of the drawing.
const BAR_HEIGHT: usize = 22;
const LEFT: usize = 220;
const WIDE: usize = 420;

/// The domains to choose from.
pub fn choice(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, registry, grant) = (page::language(call), &call.loaded.registry, &call.caller()?.grant);
    let mut domains = Vec::new();
    for name in registry.domain_names().filter(|name| grant.covers(name)) {
        let title = registry.domain(name)?.filter(|domain| !domain.records.is_empty()).map(|it| it.title.clone());
        domains.extend(title.map(|title| (name.to_owned(), title)));
    }
    if let [(domain, _)] = domains.as_slice() {
        return Ok(Reply::see(&format!("/dashboard/{domain}")));
    }
    page::page(
        call,
        language.say("dashboard"),
        html! {
            ul class="cards" {
                @for (domain, title) in &domains { li { a href={ "/dashboard/" (domain) } { b { (domain) } br; (title) } } }
            }
        },
    )
}

/// The page; `?as=csv` gives the tables as a file.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, domain) = (page::language(call), call.param("domain"));
    let [by_code, by_day, by_hour] = counted(
        call,
        domain,
        [&|set, code, _| vec![set.to_owned(), code.to_owned()], &|_, _, at| vec![part(at, "%u %A")], &|_, _, at| {
            vec![part(at, "%H:00")]
        }],
    )?;
    if call.query("as") == Some("csv") {
        return csv(&[("code", &by_code), ("weekday", &by_day), ("hour", &by_hour)]);
    }
    let states = call.service.store.states(domain)?;
    let (all, open) = states
        .iter()
        .fold((0, 0), |(all, open), (state, count)| (all + count, open + if state == "open" { *count } else { 0 }));
    let unfit = call.service.store.unfit(domain, BARS)?;
    let title = format!("{} · {domain}", language.say("dashboard"));
    page::page(
        call,
        &title,
        html! {
            p { (all) " " (language.say("encounters")) " · " (language.say("uncoded")) " " (share(open, all))
                " · " a href={ "/dashboard/" (domain) "?as=csv" } { "CSV" } }
            (drawing(language, language.say("by-code"), &by_code))
            (drawing(language, language.say("by-weekday"), &by_day))
            (drawing(language, language.say("by-hour"), &by_hour))
            section { h2 { (language.say("asked-not-found")) }
                @if unfit.is_empty() { p { (language.say("none-kept")) } } @else {
                    table {
                        thead { tr { th scope="col" { (language.say("words")) } th scope="col" { (language.say("times")) }
                            th scope="col" { (language.say("changed")) } } }
                        tbody { @for it in &unfit { tr { th scope="row" { (it.words) } td { (it.times) } td { (page::moment(it.last)) } } } }
                    }
                } }
        },
    )
}

fn share(part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{} %", (part * 100 + whole / 2) / whole) }
}

/// A part of a moment, in UTC.
fn part(at: i64, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at).map(|it| it.strftime(format).to_string()).unwrap_or_default()
}

fn drawing(language: Language, title: &str, answer: &Answer) -> Markup {
    let mut shown: Vec<(String, Option<u64>)> =
        answer.cells.iter().map(|cell| (name(&cell.values), cell.count)).collect();
    if answer.cells.first().is_some_and(|cell| cell.values.len() > 1) {
        shown.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), name.clone()));
    }
    let most = shown.iter().filter_map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let bars: Vec<(usize, &(String, Option<u64>))> = shown.iter().take(BARS).enumerate().collect();
    html! {
        section { h2 { (title) }
            @if shown.is_empty() { p { (language.say("none-kept")) } } @else {
                svg role="img" aria-label=(title) viewBox={ "0 0 " (LEFT + WIDE + 80) " " (bars.len() * BAR_HEIGHT + 4) } class="chart" {
                    @for (place, (name, count)) in &bars {
                        @let top = place * BAR_HEIGHT;
                        text x=(LEFT - 8) y=(top + 16) text-anchor="end" { (name.chars().take(34).collect::<String>()) }
                        rect x=(LEFT) y=(top + 3) height=(BAR_HEIGHT - 6) width=(width(*count, most)) {}
                        text x=(LEFT + width(*count, most) + 6) y=(top + 16) { (said(language, *count)) }
                    }
                }
                details { summary { (language.say("table")) }
                    table {
                        thead { tr { th scope="col" { (title) } th scope="col" { (language.say("count")) } } }
                        tbody { @for (name, count) in &shown { tr { th scope="row" { (name) } td { (said(language, *count)) } } } }
                    } }
            } }
    }
}

fn name(values: &[Option<String>]) -> String {
    values.iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

fn said(language: Language, count: Option<u64>) -> String {
    count.map_or_else(|| language.say("hidden").to_owned(), |count| count.to_string())
}

fn width(count: Option<u64>, most: u64) -> usize {
    let width = u64::try_from(WIDE).unwrap_or(0) * count.unwrap_or(0) / most;
    usize::try_from(width).unwrap_or(0)
}

fn csv(tables: &[(&str, &Answer)]) -> Result<Reply, Problem> {
    let failed = |_| Problem::new(crate::server::problem::BROKEN, "the table cannot be written");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["by", "value", "count"]).map_err(failed)?;
    for (by, answer) in tables {
        for cell in &answer.cells {
            let count = cell.count.map(|count| count.to_string()).unwrap_or_default();
            writer.write_record([*by, &name(&cell.values), &count]).map_err(failed)?;
        }
    }
    let bytes =
        writer.into_inner().map_err(|_| Problem::new(crate::server::problem::BROKEN, "the table cannot be written"))?;
    Ok(Reply::of("text/csv; charset=utf-8", bytes)
        .with("content-disposition", "attachment; filename=\"dashboard.csv\""))
}
