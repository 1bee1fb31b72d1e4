//! The records in the lists of a disclosure.

use super::list::Items;
use super::list::List;
use super::list::Pairs;
use super::list::Texts;
use super::list::column;
use super::list::record;
use crate::privacy::ShownCandidate;
use crate::privacy::ShownCode;
use crate::privacy::ShownFinding;
use crate::privacy::ShownReason;
use arrow_array::ArrayRef;
use arrow_array::builder::BooleanBuilder;
use arrow_array::builder::Float64Builder;
use arrow_buffer::NullBufferBuilder;
use arrow_schema::ArrowError;

/// A text that is left out if it is empty.
fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Codes that an encounter carries.
pub(super) struct Codes {
    texts: Texts<4>,
    raised: Pairs,
}

impl Default for Codes {
    fn default() -> Codes {
        Codes { texts: Texts::new(["set", "code", "display", "from"]), raised: Pairs::default() }
    }
}

impl Codes {
    pub fn push(&mut self, it: &ShownCode<'_>) {
        self.texts.push([it.set, it.code, it.display, it.from].map(Some));
        self.raised.push(&it.raised);
    }
}

impl Items for Codes {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let mut columns = self.texts.columns();
        columns.push(("raised", self.raised.finish()?));
        record(columns, None).map(column)
    }
}

/// Codes that are proposed.
pub(super) struct Candidates {
    texts: Texts<4>,
    score: Float64Builder,
    confidence: Float64Builder,
    below: BooleanBuilder,
    because: List<Reasons>,
}

impl Default for Candidates {
    fn default() -> Candidates {
        Candidates {
            texts: Texts::new(["set", "code", "display", "by"]),
            score: Float64Builder::new(),
            confidence: Float64Builder::new(),
            below: BooleanBuilder::new(),
            because: List::new(Reasons::default()),
        }
    }
}

impl Candidates {
    pub fn push(&mut self, it: &ShownCandidate<'_>) {
        self.texts.push([Some(it.set), Some(it.code), Some(it.display), it.by]);
        self.score.append_value(it.score);
        self.confidence.append_value(it.confidence);
        self.below.append_value(it.below);
        self.because.push(&it.because, Reasons::push);
    }
}

impl Items for Candidates {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let mut columns = self.texts.columns();
        columns.push(("score", column(self.score.finish())));
        columns.push(("confidence", column(self.confidence.finish())));
        columns.push(("below", column(self.below.finish())));
        columns.push(("because", self.because.finish()?));
        record(columns, None).map(column)
    }
}

/// Parts of a score.
pub(super) struct Reasons {
    texts: Texts<3>,
    points: Float64Builder,
}

impl Default for Reasons {
    fn default() -> Reasons {
        Reasons { texts: Texts::new(["kind", "path", "what"]), points: Float64Builder::new() }
    }
}

impl Reasons {
    fn push(&mut self, it: &ShownReason<'_>) {
        self.texts.push([Some(it.kind), filled(&it.path), filled(&it.what)]);
        self.points.append_value(it.points);
    }
}

impl Items for Reasons {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let mut columns = self.texts.columns();
        columns.push(("points", column(self.points.finish())));
        record(columns, None).map(column)
    }
}

/// What validation says.
pub(super) struct Findings {
    texts: Texts<6>,
    fix: Texts<2>,
    has_fix: NullBufferBuilder,
    more: Pairs,
}

impl Default for Findings {
    fn default() -> Findings {
        Findings {
            texts: Texts::new(["rule", "severity", "path", "message", "see", "help"]),
            fix: Texts::new(["set", "code"]),
            has_fix: NullBufferBuilder::new(0),
            more: Pairs::default(),
        }
    }
}

impl Findings {
    pub fn push(&mut self, it: &ShownFinding<'_>) {
        let (rule, severity, path) = (Some(it.rule.as_str()), Some(it.severity.name()), filled(&it.path));
        self.texts.push([rule, severity, path, it.message.as_deref(), filled(&it.see), filled(&it.help)]);
        self.fix.push([it.fix.as_ref().map(|fix| fix.set), it.fix.as_ref().map(|fix| fix.code)]);
        self.has_fix.append(it.fix.is_some());
        self.more.push(&it.extra);
    }
}

impl Items for Findings {
    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let mut columns = self.texts.columns();
        columns.push(("fix", column(record(self.fix.columns(), self.has_fix.finish())?)));
        columns.push(("more", self.more.finish()?));
        record(columns, None).map(column)
    }
}
