//! The codes that a finding names for its audience to choose from.

use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::Choices;
use crate::registry::Registry;

/// Most codes that are named.
const MOST: usize = 24;

/// What to do, with the codes that are shown; `None` if there are none.
pub(super) fn help(
    registry: &Registry,
    choices: &Choices,
    is_shown: impl Fn(&(SetId, CodeId)) -> bool,
) -> Option<String> {
    let mut shown: Vec<String> = Vec::new();
    let mut count = 0;
    for (set, code) in choices.codes.iter().filter(|it| is_shown(it)) {
        count += 1;
        if count <= MOST {
            shown.push(format!("`{}`", registry.codes(*set).code(*code)));
        }
    }
    // Of what is used together a part would mislead.
    if choices.are_joined && count < choices.codes.len() {
        return None;
    }
    let last = if count <= MOST {
        shown.pop()?
    } else if choices.codes.len() >= Choices::MOST {
        "more".to_owned()
    } else {
        format!("{} more", count - MOST)
    };
    let (lead, link) = match (choices.codes.len(), choices.are_joined) {
        (1, _) => ("use", ""),
        // The others are not for this audience.
        (_, false) if count < choices.codes.len() => ("use a code such as", " or "),
        (_, true) => ("use together", " and "),
        (_, false) if count > MOST => ("use one of", " and "),
        (_, false) => ("use one of", " or "),
    };
    let link = if shown.is_empty() { "" } else { link };
    Some(format!("{lead} {}{link}{last}", shown.join(", ")))
}
