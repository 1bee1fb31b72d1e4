//! What a cue announces, and the cue where a text has it.

use crate::model::text_kind::Kind;

/// What a cue announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    /// A number, or letters and digits, of a kind.
    Number(Kind),
    /// A code of few digits beside a card.
    CardCode,
    /// A code that is sent once or opens a door.
    Code,
    /// A code, if it is as long as codes of doors and telephones are.
    AnyCode,
    /// The same, but only where a colon or a word as `is` stands between.
    ToldCode,
    /// A word that only one person knows.
    Word,
    /// Nothing: what else the words of the cue would announce is of a thing.
    Nothing,
    /// The last four digits of a number.
    Last,
    /// A user name or a password.
    Secret,
    /// A telephone number.
    Phone,
    /// A postal code.
    Zip,
    /// A name.
    Name,
    /// The same, but only where a colon stands between.
    ToldName,
    /// A street address.
    Address,
}

/// What a cue was found to announce, and where the cue ends.
pub(super) struct Cue {
    /// Its first word, and the byte after its last.
    pub at: usize,
    pub end: usize,
    pub announced: Announced,
    /// After it few digits are enough.
    pub is_short: bool,
}

/// What the cues of the list `cue-KIND` announce.
pub(super) fn announced_by(kind: &str) -> Option<Announced> {
    Some(match kind {
        "card-code" => Announced::CardCode,
        "code" => Announced::Code,
        "any-code" => Announced::AnyCode,
        "told-code" => Announced::ToldCode,
        "word" => Announced::Word,
        "nothing" => Announced::Nothing,
        "last" => Announced::Last,
        "secret" | "user" => Announced::Secret,
        "phone" => Announced::Phone,
        "zip" => Announced::Zip,
        "name" => Announced::Name,
        "told-name" => Announced::ToldName,
        "address" => Announced::Address,
        kind => Announced::Number(*Kind::ALL.iter().find(|it| it.word() == kind)?),
    })
}
