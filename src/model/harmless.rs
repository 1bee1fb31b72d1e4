//! What has words of a label in it and tells nothing of it, put together from lists of `domains/shared`.

/// List of what is harmless as it stands.
const LIST: &str = "label-harmless";
/// Two lists: each member of the one before each of the other is harmless: `cut himself` `while shaving`.
const MISHAPS: [&str; 2] = ["harmless-hurts", "harmless-mishaps"];
/// The same of ages and what is no person: `year old` `scotch`.
const GOODS: [&str; 2] = ["harmless-ages", "harmless-goods"];
/// List of words that may follow goods; before another word the age may be that of a person.
const ENDS: &str = "harmless-ends";

/// What has words of a label in it and tells nothing of it.
#[derive(Debug, Default)]
pub struct Harmless {
    /// Phrases: `baby monitor`; last of all those that are ages of goods.
    pub phrases: Vec<String>,
    /// How many of them are no ages of goods.
    pub plain: usize,
    /// Words that may follow the age of goods.
    pub ends: Vec<String>,
}

impl Harmless {
    /// From the lists of a name.
    pub fn new(list: impl Fn(&str) -> Vec<String>) -> Harmless {
        let product = |[first, second]: [&str; 2]| -> Vec<String> {
            let second = list(second);
            let with = |first: String| second.iter().map(move |second| format!("{first} {second}")).collect::<Vec<_>>();
            list(first).into_iter().flat_map(with).collect()
        };
        let mut phrases = list(LIST);
        phrases.extend(product(MISHAPS));
        let plain = phrases.len();
        phrases.extend(product(GOODS));
        Harmless { phrases, plain, ends: list(ENDS) }
    }
}
