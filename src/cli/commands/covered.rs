//! Says where an answer is about a day of which no installed release tells.

use crate::cli::commands::starters;
use crate::cli::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::registry::Registry;

/// Notes once on standard error which of the code sets do not cover a day.
pub(crate) fn note(registry: &Registry, sets: &[SetId], on: Day, terminal: &mut Terminal) {
    let (before, after) = beyond(registry, sets, on, on);
    say(&format!("{on} is"), &before, &after, terminal);
}

/// The same for the days that an engine judged encounters for.
pub(crate) fn note_engine(engine: &Engine, registry: &Registry, terminal: &mut Terminal) {
    let Some((first, last)) = engine.judged_days() else { return };
    let (before, after) = beyond(registry, &starters::sets(engine), first, last);
    say("some encounters are of days", &before, &after, terminal);
}

/// The first day of each set that begins after `first`, and the last day of each that ends before `last`.
fn beyond(registry: &Registry, sets: &[SetId], first: Day, last: Day) -> (Vec<String>, Vec<String>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for set in registry.sets().filter(|set| sets.contains(set)) {
        let codes = registry.codes(set);
        let (from, to) = codes.known_days();
        if let Some(from) = from.filter(|from| first < *from) {
            before.push(format!("`{}` from {from}", codes.full_name()));
        }
        if let Some(to) = to.filter(|to| last > *to) {
            after.push(format!("`{}` to {to}", codes.full_name()));
        }
    }
    (before, after)
}

fn say(days: &str, before: &[String], after: &[String], terminal: &mut Terminal) {
    for (side, sets) in [("before the first day", before), ("after the last day", after)] {
        if !sets.is_empty() {
            let listed = sets.join(", ");
            terminal.note(&format!("{days} {side} that the installed releases cover ({listed}): results may differ"));
        }
    }
}
