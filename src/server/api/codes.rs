//! Code sets, codes, searches, crosswalks. They say nothing of anybody, so they are not audited.

use crate::answers::lookup;
use crate::answers::map::follow;
use crate::answers::search::hits;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::call::day;
use crate::server::problem;
use crate::server::problem::Problem;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Hits of a search where no number is given, and at most.
const HITS: usize = 10;
const MOST_HITS: usize = 200;

fn described(call: &Call<'_>, set: SetId) -> Value {
    let codes = call.loaded.registry.codes(set);
    let releases = codes.releases();
    let releases = releases.iter().map(|release| {
        json!({
            "name": release.name,
            "from": release.from.map(|day| day.to_string()),
            "to": release.to.map(|day| day.to_string()),
        })
    });
    json!({
        "set": codes.name(),
        "title": codes.title(),
        "uri": codes.uri(),
        "codes": codes.len(),
        "starter": codes.is_starter(),
        "releases": releases.collect::<Vec<Value>>(),
    })
}

/// An answer about codes carries the registry that it was made under, and is not sent again to who has it.
fn tagged(call: &Call<'_>, reply: Reply) -> Reply {
    let tag = format!("\"{}\"", call.loaded.registry.id());
    if call.header("if-none-match").is_some_and(|it| it.split(',').any(|it| it.trim() == tag)) {
        return Reply { status: 304, body: Vec::new(), ..reply }.with("etag", tag);
    }
    reply.with("etag", tag).with("cache-control", "private, no-cache")
}

/// All code sets.
pub fn sets(call: &Call<'_>) -> Result<Reply, Problem> {
    let sets: Vec<Value> = call.loaded.registry.sets().map(|set| described(call, set)).collect();
    Ok(tagged(call, Reply::json(&sets)?))
}

/// One code set.
pub fn set(call: &Call<'_>) -> Result<Reply, Problem> {
    let set = call.set(call.param("set"))?;
    Ok(tagged(call, Reply::json(&described(call, set))?))
}

/// Releases of all code sets.
pub fn releases(call: &Call<'_>) -> Result<Reply, Problem> {
    let body = json!({
        "registry": call.loaded.registry.id(),
        "sets": call.loaded.registry.sets().map(|set| described(call, set)).collect::<Vec<Value>>(),
    });
    Ok(tagged(call, Reply::json(&body)?))
}

/// One code, whole.
pub fn code(call: &Call<'_>) -> Result<Reply, Problem> {
    let set = call.set(call.param("set"))?;
    let registry = &call.loaded.registry;
    let code = registry.codes(set).find(call.param("code")).ok_or_else(|| Problem::missing("code"))?;
    let on = call.on()?.unwrap_or_else(|| call.service.today());
    Ok(tagged(call, Reply::json(&lookup::whole(registry, set, code, on)?)?))
}

/// A code of each set that has it.
pub fn lookup(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (sets, on) = (sets_of(call, &asked)?, on_of(call, &asked)?);
    let (registry, code) = (&call.loaded.registry, text(&asked, "code")?);
    let mut found = Vec::new();
    for set in sets {
        if let Some(code) = registry.codes(set).find(code) {
            found.push(lookup::whole(registry, set, code, on)?);
        }
    }
    if found.is_empty() { Err(Problem::missing("code")) } else { Ok(tagged(call, Reply::json(&found)?)) }
}

/// Codes by words.
pub fn search(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (sets, on) = (sets_of(call, &asked)?, on_of(call, &asked)?);
    let limit = match asked.get("limit") {
        None | Some(Value::Null) => HITS,
        Some(value) => {
            let unusable = || Problem::new(problem::UNUSABLE, format!("`limit` is a number from 1 to {MOST_HITS}"));
            // JSON has one kind of number: 9.0 is 9.
            let limit = (1..=MOST_HITS).find(|limit| value.as_f64() == u32::try_from(*limit).ok().map(f64::from));
            limit.ok_or_else(|| unusable().at("/limit"))?
        }
    };
    Reply::json(&hits(&call.loaded.registry, &sets, text(&asked, "q")?, on, limit))
}

/// A crosswalk from one code.
pub fn map(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let on = on_of(call, &asked)?;
    let registry = &call.loaded.registry;
    let (from, to) = (call.set(text(&asked, "from")?)?, call.set(text(&asked, "to")?)?);
    let code = registry.codes(from).find(text(&asked, "code")?).ok_or_else(|| Problem::missing("code"))?;
    let mut starters: Vec<String> = Vec::new();
    for set in registry.sets().filter(|set| [from, to].contains(set) && registry.codes(*set).is_starter()) {
        starters.push(registry.codes(set).name().to_owned());
    }
    Ok(tagged(call, Reply::json(&follow(registry, (from, code), to, on, &starters))?))
}

fn sets_of(call: &Call<'_>, asked: &Map<String, Value>) -> Result<Vec<SetId>, Problem> {
    match optional(asked, "set")? {
        Some(name) => Ok(vec![call.set(name)?]),
        None => Ok(call.loaded.registry.sets().collect()),
    }
}

fn on_of(call: &Call<'_>, asked: &Map<String, Value>) -> Result<Day, Problem> {
    let on = optional(asked, "on")?.map(day).transpose()?;
    Ok(on.or(call.on()?).unwrap_or_else(|| call.service.today()))
}

/// A text that has to be there.
///
/// # Errors
/// If it is not.
pub(super) fn text<'v>(asked: &'v Map<String, Value>, name: &str) -> Result<&'v str, Problem> {
    let needed = || Problem::new(problem::UNUSABLE, format!("`{name}` is needed, as a text")).at(&format!("/{name}"));
    optional(asked, name)?.ok_or_else(needed)
}

/// A text that may be there.
///
/// # Errors
/// If something else than a text is.
pub(super) fn optional<'v>(asked: &'v Map<String, Value>, name: &str) -> Result<Option<&'v str>, Problem> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::new(problem::UNUSABLE, format!("`{name}` is no text")).at(&format!("/{name}"))),
    }
}
