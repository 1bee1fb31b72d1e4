//! Who was shown what, and whether the log of it is whole.

use super::page;
use crate::server::api::audit::newest;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use maud::html;
use serde_json::Value;

/// Rows of the page.
const ROWS: usize = 200;
/// Fields of a row that are shown, in this order.
const SHOWN: [&str; 8] = ["seq", "time", "actor", "command", "audience", "domain", "outcome", "subject"];

/// The page.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let (rows, report) = newest(call, ROWS)?;
    let cell = |row: &Value, name: &str| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let (actor, outcome) = (call.query("actor").unwrap_or_default(), call.query("outcome").unwrap_or_default());
    page::page(
        call,
        language.say("audit"),
        html! {
            p class=(if report.faults.is_empty() { "good" } else { "error" }) {
                (report.rows) " " (language.say("rows")) " · "
                (if report.faults.is_empty() { language.say("log-whole") } else { language.say("log-broken") })
            }
            form method="get" class="bar" {
                label for="actor" { (language.say("actor")) }
                input id="actor" name="actor" value=(actor);
                label for="outcome" { (language.say("outcome")) }
                select id="outcome" name="outcome" {
                    @for word in ["", "asked", "shown", "denied", "error", "done"] {
                        option value=(word) selected[word == outcome] { (word) }
                    }
                }
                button { (language.say("filter")) }
                a class="button" href={ "/v1/audit?limit=1000" } { (language.say("export")) }
            }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("audit")) {
                table {
                    thead { tr { @for name in SHOWN { th scope="col" { (name) } } } }
                    tbody { @for row in &rows { tr { @for name in SHOWN { td { (cell(row, name)) } } } } }
                }
            }
        },
    )
}
