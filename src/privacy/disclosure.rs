//! All that ever leaves, as typed values. What writes it is in another room.

use super::shown::ShownFields;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::model::policy::Obligation;
use crate::model::rules::Severity;
use std::borrow::Cow;

/// What an audience may see of one encounter. Made by [`super::Redactor`] only; whoever has it can read it, not change it.
pub struct Disclosure<'a> {
    inner: Inner<'a>,
    has_errors: bool,
    is_refused: bool,
}

enum Inner<'a> {
    Whole(Box<DisclosureParts<'a>>),
    Unreadable(UnreadableLine),
}

/// A line that could not be read.
#[derive(Clone, Copy)]
pub struct UnreadableLine {
    /// Its number in the input, from 1.
    pub line: u64,
    /// Why, in words of the program.
    pub error: &'static str,
}

impl<'a> Disclosure<'a> {
    pub(super) fn whole(parts: DisclosureParts<'a>, has_errors: bool) -> Disclosure<'a> {
        Disclosure { inner: Inner::Whole(Box::new(parts)), has_errors, is_refused: false }
    }

    /// What is left of an encounter of which a policy shows nothing.
    pub(super) fn refused(parts: DisclosureParts<'a>) -> Disclosure<'a> {
        Disclosure { inner: Inner::Whole(Box::new(parts)), has_errors: false, is_refused: true }
    }

    pub(super) fn unreadable(line: u64, error: &'static str) -> Disclosure<'a> {
        Disclosure { inner: Inner::Unreadable(UnreadableLine { line, error }), has_errors: true, is_refused: false }
    }

    /// The line it stands for could not be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.inner, Inner::Unreadable(_))
    }

    /// The line could not be read, or a rule found an error, shown or not: the exit status is 1.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// What the audit log says of it: how many codes of which set, what was done to fields of which kind; no content.
    pub fn entry(&self) -> Entry {
        let Inner::Whole(parts) = &self.inner else { return Entry::new(Outcome::Error) };
        let mut entry = Entry::new(if self.is_refused { Outcome::Denied } else { Outcome::Shown });
        parts.codes.iter().for_each(|code| entry.code(code.set));
        parts.candidates.iter().for_each(|candidate| entry.code(candidate.set));
        for redaction in &parts.redactions {
            entry.did(redaction.did, &redaction.why);
        }
        entry
    }

    /// Everything that is shown.
    ///
    /// # Errors
    /// If the line could not be read; then there is nothing else to say of it.
    pub fn parts(&self) -> Result<&DisclosureParts<'a>, UnreadableLine> {
        match &self.inner {
            Inner::Whole(parts) => Ok(parts),
            Inner::Unreadable(line) => Err(*line),
        }
    }

    /// The fields shown; `None` if the line could not be read.
    pub fn fields(&self) -> Option<&ShownFields<'a>> {
        self.parts().ok().map(|parts| &parts.encounter)
    }

    /// The codes shown that the encounter carries.
    pub fn codes(&self) -> &[ShownCode<'a>] {
        self.parts().map_or(&[], |parts| &parts.codes)
    }

    /// The codes proposed, best first.
    pub fn candidates(&self) -> &[ShownCandidate<'a>] {
        self.parts().map_or(&[], |parts| &parts.candidates)
    }

    /// What validation says, in the order of the rules.
    pub fn findings(&self) -> &[ShownFinding<'a>] {
        self.parts().map_or(&[], |parts| &parts.findings)
    }

    /// What whoever receives it is told.
    pub fn obligations(&self) -> &[ShownObligation<'a>] {
        self.parts().map_or(&[], |parts| &parts.obligations)
    }
}

/// The parts of a disclosure, in the order in which they are written.
pub struct DisclosureParts<'a> {
    /// Whose encounter it is.
    pub id: ShownId<'a>,
    /// Who asks.
    pub audience: &'a str,
    /// What for, if the ask or the policy says so.
    pub purpose: Option<&'a str>,
    /// The policy, as `name@version`.
    pub policy: &'a str,
    /// Hash of the definitions.
    pub registry: &'a str,
    /// Codes the encounter carries.
    pub codes: Vec<ShownCode<'a>>,
    /// Codes proposed, best first.
    pub candidates: Vec<ShownCandidate<'a>>,
    /// What validation says, in the order of the rules.
    pub findings: Vec<ShownFinding<'a>>,
    /// Paths of fields that a chosen code needs and that are absent.
    pub missing: Vec<&'a str>,
    /// The fields.
    pub encounter: ShownFields<'a>,
    /// What whoever receives the disclosure is told.
    pub obligations: Vec<ShownObligation<'a>>,
    /// What was done to fields, in their order, then what is removed from every encounter.
    pub redactions: Vec<Redaction<'a>>,
}

/// What whoever receives the disclosure is told.
pub struct ShownObligation<'a> {
    /// Name in the policy.
    pub name: &'a str,
    /// Wording.
    pub text: &'a str,
}

impl<'a> ShownObligation<'a> {
    pub(super) fn of(obligation: &'a Obligation) -> ShownObligation<'a> {
        ShownObligation { name: &obligation.name, text: &obligation.text }
    }
}

/// Whose encounter it is.
pub enum ShownId<'a> {
    /// Its id, or a pseudonym.
    Text(Cow<'a, str>),
    /// The line it stood in.
    Line(i64),
}

/// A code the encounter carries.
pub struct ShownCode<'a> {
    /// Name of the code set.
    pub set: &'a str,
    /// The code, or one above it that may be shown.
    pub code: &'a str,
    /// Title.
    pub display: &'a str,
    /// Where it comes from, in one word.
    pub from: &'static str,
    /// Properties that were raised for this encounter: name and value.
    pub raised: Vec<(String, String)>,
}

/// A code proposed.
pub struct ShownCandidate<'a> {
    /// Name of the code set.
    pub set: &'a str,
    /// The code.
    pub code: &'a str,
    /// Title.
    pub display: &'a str,
    /// Sum of the points of all its reasons, shown or not.
    pub score: f64,
    /// 0 to 1.
    pub confidence: f64,
    /// Below the threshold of its set.
    pub below: bool,
    /// `script`, if one proposed it or changed its score.
    pub by: Option<&'static str>,
    /// Why; empty if the audience may not see reasons.
    pub because: Vec<ShownReason<'a>>,
}

/// A part of a score.
pub struct ShownReason<'a> {
    /// `phrase`, `criterion`, `offer`, `word`, `learned`, `script`, `search`.
    pub kind: &'static str,
    /// Field it is about; empty if none.
    pub path: Cow<'a, str>,
    /// The words of the definition that were found or held; of a `learned` reason a word of the text that is shown.
    pub what: Cow<'a, str>,
    /// Points.
    pub points: f64,
}

/// What validation says, as far as it may be said.
pub struct ShownFinding<'a> {
    /// Rule.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Field it points at; may be empty.
    pub path: String,
    /// Message; `None` if it could tell what is hidden.
    pub message: Option<String>,
    /// Where the rule comes from; may be empty.
    pub see: String,
    /// What to do; may be empty.
    pub help: String,
    /// A code that would mend it.
    pub fix: Option<ShownFix<'a>>,
    /// Further words of the rule, such as `element`.
    pub extra: Vec<(String, String)>,
}

/// A code that would mend a finding.
pub struct ShownFix<'a> {
    /// Name of the code set.
    pub set: &'a str,
    /// The code.
    pub code: &'a str,
}

/// What was done, and why; never to what.
#[derive(PartialEq, Eq)]
pub struct Redaction<'a> {
    /// Field; empty for the encounter as a whole, `?` for what no record declares.
    pub path: Cow<'a, str>,
    /// `mask`, `remove`, `withhold`, or the operator.
    pub did: &'static str,
    /// One word: what it identifies, or the kind of policy line.
    pub why: Cow<'a, str>,
}
