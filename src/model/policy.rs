//! Who is asking, and what they may see.

use super::day::Day;
use super::day::Days;
use super::expression::Path;
use super::ids::CodeId;
use super::ids::FieldId;
use super::ids::LabelId;
use super::ids::RecordId;
use super::ids::SetId;
use super::record::Field;
use super::record::Kind;
use serde::Deserialize;
use serde::Serialize;

/// Why a field or code is sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Where it comes from; may be empty.
    pub see: String,
    /// Words in a free text that give the label to the encounter, as written.
    pub says: Vec<String>,
    /// Names of fields, declared or not, that have the label; case and joints do not matter.
    pub fields: Vec<String>,
    /// What has the label is shown to nobody, whatever a policy says.
    pub is_never_shown: bool,
    /// Only a consent that names this label and no other covers it.
    pub wants_own_consent: bool,
}

impl Label {
    /// Whether a field of this name has the label.
    pub fn names_field(&self, name: &str) -> bool {
        let letters = |text: &'_ str| -> String {
            text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let name = letters(name);
        self.fields.iter().any(|field| letters(field) == name)
    }
}

/// Which codes of a set have a label, on which days, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRule {
    /// The code set.
    pub set: SetId,
    /// The label.
    pub label: LabelId,
    /// First day; since ever if `None`.
    pub from: Option<Day>,
    /// Last day; open if `None`.
    pub to: Option<Day>,
    /// The source; may be empty.
    pub see: String,
    /// The codes, first and last place of each range; what is under them has the label too.
    pub codes: Vec<(CodeId, CodeId)>,
}

/// What a disclosure is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// Name, such as `HPAYMT`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Where it comes from; may be empty.
    pub see: String,
    /// The wider purpose it is part of, by name: who may ask for that may ask for this.
    pub under: Option<String>,
    /// Has to be asked for with a reason.
    pub is_emergency: bool,
    /// What is disclosed for it can be read by anybody.
    pub is_public: bool,
}

/// What one audience may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// Version, shown as `name@version`.
    pub version: u32,
    /// Who asks.
    pub audience: String,
    /// What for; the first is assumed where none is given. Any purpose if empty.
    pub purposes: Vec<String>,
    /// Purposes that are refused although they are part of one of `purposes`.
    pub not_purposes: Vec<String>,
    /// Name for people.
    pub title: String,
    /// What happens to fields, in the order written. The strictest wins; what no line reaches is removed.
    pub fields: Vec<FieldLine>,
    /// How far domains may loosen this policy of `shared`: fields, and the mildest that may be done to them.
    pub allows: Vec<FieldLine>,
    /// What happens to free text.
    pub texts: Vec<TextLine>,
    /// What happens to codes with a label.
    pub codes: Vec<CodeLine>,
    /// What is withheld with all that speaks of it, and what lifts that.
    pub guards: Vec<Guard>,
    /// What happens to encounters that have a label, wherever they have it from.
    pub encounters: Vec<EncounterLine>,
    /// Nothing is shown of an encounter without a consent in force.
    pub requires_consent: bool,
    /// What whoever receives the disclosure is told.
    pub obligations: Vec<Obligation>,
    /// Whether candidates are shown, if the policy says so.
    pub candidates: Option<Showing>,
    /// Whether findings are shown, if the policy says so.
    pub findings: Option<Showing>,
    /// Counts below this are suppressed in statistics.
    pub counts_under: Option<u32>,
    /// Further counts are suppressed so that none can be worked out.
    pub counts_complement: bool,
    /// Lines that hold on some days only.
    pub dated: Vec<DatedLines>,
}

/// Lines of a policy, and the days on which they hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatedLines {
    /// When they hold: days on which somebody asks.
    pub days: Days,
    /// A policy that says these lines and nothing else.
    pub lines: Policy,
}

/// One line about fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldLine {
    /// Which.
    pub fields: Selector,
    /// What happens.
    pub operator: Treatment,
}

/// `withhold LABELS unless …`: codes, fields and texts that speak of one of the labels are withheld together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Any of these labels.
    pub labels: Vec<LabelId>,
    /// Any of these lifts it.
    pub unless: Vec<Lift>,
}

/// What lifts a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lift {
    /// A consent in force that covers the label.
    Consent,
    /// A purpose that is an emergency, asked for with a reason.
    Emergency,
    /// The recipient is in one of these states.
    Recipient(Vec<String>),
}

/// `encounters labelled … …`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncounterLine {
    /// Any of these labels.
    pub labels: Vec<LabelId>,
    /// What happens.
    pub doing: EncounterTreatment,
}

/// What happens to an encounter that has a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EncounterTreatment {
    /// Nothing of it is shown.
    Refuse,
    /// Its codes are treated as if they had the label.
    Codes(CodeTreatment),
    /// Fields of it.
    Fields(FieldLine),
}

/// `obligation NAME "…" with LABELS`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Name.
    pub name: String,
    /// What the recipient is told.
    pub text: String,
    /// Only if what has one of these labels is shown; always if empty.
    pub labels: Vec<LabelId>,
}

/// Which fields a line speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Selector {
    /// Fields that identify one of these kinds; of any kind if empty.
    Identifying(Vec<String>),
    /// Quasi-identifiers.
    QuasiIdentifying,
    /// Dates and date-times.
    Dates,
    /// Free texts.
    Free,
    /// Fields with a label; any label if `None`.
    Labelled(Option<LabelId>),
    /// What anybody may see.
    Plain,
    /// What speaks of what the codes say.
    Signals,
    /// Every declared field but consents.
    Every,
    /// Fields that no record declares.
    Undeclared,
    /// One field by its name, in whichever record has it: `persons.name`.
    Named(String),
    /// One field of one record: place of the record in its domain, path.
    At(RecordId, Path),
}

/// What happens to a value, mildest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Treatment {
    /// Stays.
    Keep,
    /// The hour of a date-time.
    Hour,
    /// The day of a date-time.
    Day,
    /// Dates moved by as many days for all dates of one subject: a multiple of so many.
    Shift(u32),
    /// The month of a date.
    Month,
    /// The year of a date.
    Year,
    /// The year of a birth, but none that tells of an age over 89.
    BirthYear,
    /// Ages over 89 become 90.
    Age90,
    /// Numbers, in bands of so many.
    Band(u32),
    /// Coordinates, to the middle of a cell so many thousandths of a degree wide.
    Grid(u32),
    /// The hundred block of an address.
    Block,
    /// Three digits of a ZIP code.
    Zip3,
    /// What stands so many levels above a code.
    Group(u32),
    /// The first so many characters.
    First(u32),
    /// The last so many characters.
    Last(u32),
    /// Other digits of the same shape, the same for the same number and audience.
    Token,
    /// A keyed token, the same for the same value and audience.
    Pseudonym,
    /// A mark instead of it.
    Mask,
    /// Gone.
    Remove,
}

/// What happens to free text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextLine {
    /// Stays as it is.
    Keep,
    /// Gone.
    Remove,
    /// What names these kinds is replaced; all kinds if empty. The text may hold `{kind}`.
    Mask(Vec<String>, String),
}

/// What happens to codes with a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// Any of these labels; any label if empty.
    pub labels: Vec<LabelId>,
    /// What happens.
    pub treatment: CodeTreatment,
}

/// What happens to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CodeTreatment {
    /// Stays.
    Keep,
    /// The nearest group outside the labelled codes.
    RollUp,
    /// A neutral mark.
    Withhold,
}

/// How much of candidates or findings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Showing {
    /// Whole.
    #[default]
    Keep,
    /// The rule and severity, no message.
    CodesOnly,
    /// Nothing.
    Remove,
}

impl Treatment {
    /// How strict it is: of two, the one that leaves less is greater.
    pub fn rank(&self) -> (u8, u32) {
        match self {
            Treatment::Keep => (0, 0),
            Treatment::Hour => (1, 0),
            Treatment::Day => (2, 0),
            Treatment::Shift(multiple) => (3, u32::MAX - multiple),
            Treatment::Month => (4, 0),
            Treatment::Year => (5, 0),
            Treatment::BirthYear => (6, 0),
            Treatment::Age90 => (7, 0),
            Treatment::Band(width) => (8, *width),
            Treatment::Grid(width) => (9, *width),
            Treatment::Block => (10, 0),
            Treatment::Zip3 => (11, 0),
            Treatment::Group(levels) => (12, *levels),
            Treatment::First(count) => (13, u32::MAX - count),
            Treatment::Last(count) => (14, u32::MAX - count),
            Treatment::Token => (15, 0),
            Treatment::Pseudonym => (16, 0),
            Treatment::Mask => (17, 0),
            Treatment::Remove => (18, 0),
        }
    }

    /// How a definition writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Treatment::Keep => "keep",
            Treatment::Hour => "hour",
            Treatment::Day => "day",
            Treatment::Shift(_) => "shift",
            Treatment::Month => "month",
            Treatment::Year => "year",
            Treatment::BirthYear => "birth-year",
            Treatment::Age90 => "age-90",
            Treatment::Band(_) => "band",
            Treatment::Grid(_) => "grid",
            Treatment::Block => "block",
            Treatment::Zip3 => "zip3",
            Treatment::Group(_) => "group",
            Treatment::First(_) => "first",
            Treatment::Last(_) => "last",
            Treatment::Token => "token",
            Treatment::Pseudonym => "pseudonym",
            Treatment::Mask => "mask",
            Treatment::Remove => "remove",
        }
    }
}

impl Selector {
    /// Whether it names the field itself: its path, and the slots of it in the record at a place of the domain.
    fn names(&self, at: &FieldAt<'_>) -> bool {
        match self {
            Selector::Named(name) => name == at.path,
            Selector::At(of, path) => *of == at.record && path.slots == at.slots,
            _ => false,
        }
    }

    /// Whether it selects the field by what it is.
    fn selects(&self, field: &Field) -> bool {
        let privacy = &field.privacy;
        match self {
            Selector::Identifying(kinds) => {
                privacy.identifies.as_ref().is_some_and(|kind| kinds.is_empty() || kinds.contains(kind))
            }
            Selector::QuasiIdentifying => privacy.is_quasi_identifier,
            Selector::Dates => is_date(&field.kind),
            Selector::Free => privacy.is_free,
            Selector::Labelled(None) => privacy.label.is_some(),
            Selector::Labelled(label) => privacy.label == *label,
            Selector::Plain => field.is_plain(),
            Selector::Signals => privacy.is_signal,
            Selector::Every => !privacy.is_consent,
            Selector::Undeclared | Selector::Named(_) | Selector::At(..) => false,
        }
    }
}

/// A field of a record of a domain, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct FieldAt<'f> {
    /// Its record.
    pub record: RecordId,
    /// Names from the top, joined by dots.
    pub path: &'f str,
    /// Its slots.
    pub slots: &'f [FieldId],
    /// The field.
    pub field: &'f Field,
}

/// The lines that speak of fields for one audience: those of `shared`, and those of a domain, which may only tighten them.
#[derive(Debug)]
pub struct FieldLines<'l> {
    /// Those of `shared`; `None` if it has no policy for the audience, so that the domain says all there is to say.
    shared: Option<Vec<&'l FieldLine>>,
    own: Vec<&'l FieldLine>,
    allowed: Vec<&'l FieldLine>,
}

impl<'l> FieldLines<'l> {
    /// The lines of the policies of `shared` and of a domain that an audience stands under.
    pub fn of(shared: &[&'l Policy], own: &[&'l Policy]) -> FieldLines<'l> {
        let lines = |policies: &[&'l Policy]| policies.iter().flat_map(|policy| &policy.fields).collect();
        FieldLines {
            shared: (!shared.is_empty()).then(|| lines(shared)),
            own: lines(own),
            allowed: shared.iter().flat_map(|policy| &policy.allows).collect(),
        }
    }

    /// The line that decides about a field; `None` if none reaches it, so that it is not shown.
    ///
    /// The strictest line wins. A milder line of the domain counts only as far as `shared` allows it.
    pub fn deciding(&self, at: &FieldAt<'_>) -> Option<&'l FieldLine> {
        let Some(shared) = &self.shared else { return strictest(&self.own, at) };
        let (shared, own) = (strictest(shared, at), strictest(&self.own, at));
        let Some(own) = own else { return shared };
        if own.operator.rank() >= rank(shared) || self.allows(at, own) { Some(own) } else { shared }
    }

    /// The line of the domain that would show more of a field than `shared` allows, and therefore does not count.
    pub fn loosening(&self, at: &FieldAt<'_>) -> Option<&'l FieldLine> {
        let shared = strictest(self.shared.as_ref()?, at);
        let own = strictest(&self.own, at)?;
        (own.operator.rank() < rank(shared) && !self.allows(at, own)).then_some(own)
    }

    /// The strictest of all lines that speak of a field, whether they reach it or not.
    pub fn strictest(&self, at: &FieldAt<'_>) -> Option<&'l FieldLine> {
        let all = self.shared.iter().flatten().chain(&self.own);
        all.copied().filter(|line| line.speaks_of(at)).max_by_key(|line| line.operator.rank())
    }

    fn allows(&self, at: &FieldAt<'_>, line: &FieldLine) -> bool {
        self.allowed.iter().filter(|allowed| allowed.speaks_of(at)).any(|allowed| {
            let is_same = allowed.operator.word() == line.operator.word();
            allowed.operator == Treatment::Keep || is_same && line.operator.rank() >= allowed.operator.rank()
        })
    }
}

impl FieldLine {
    fn speaks_of(&self, at: &FieldAt<'_>) -> bool {
        self.fields.names(at) || self.fields.selects(at.field)
    }

    /// A field of which nobody said what it is can be reached by its path or with all others only.
    fn reaches(&self, at: &FieldAt<'_>) -> bool {
        let by_class = self.fields == Selector::Every || !at.field.is_unclassified();
        self.fields.names(at) || by_class && self.fields.selects(at.field)
    }
}

/// The strictest of the lines that speak of a field, if one of them reaches it.
fn strictest<'l>(lines: &[&'l FieldLine], at: &FieldAt<'_>) -> Option<&'l FieldLine> {
    lines.iter().find(|line| line.reaches(at))?;
    let speaking = lines.iter().copied().filter(|line| line.speaks_of(at));
    // A line that names the field wins over one as strict that does not: its reason is the better one.
    speaking.max_by_key(|line| (line.operator.rank(), line.fields.names(at)))
}

/// How strict a line is; what none reaches is removed.
fn rank(line: Option<&FieldLine>) -> (u8, u32) {
    line.map_or(Treatment::Remove.rank(), |line| line.operator.rank())
}

/// The strictest line of some that only add to others, and so need not reach what they speak of.
pub fn strictest_of<'l>(lines: &[&'l FieldLine], at: &FieldAt<'_>) -> Option<&'l FieldLine> {
    lines.iter().copied().filter(|line| line.speaks_of(at)).max_by_key(|line| line.operator.rank())
}

fn is_date(kind: &Kind) -> bool {
    match kind {
        Kind::Date | Kind::DateTime => true,
        Kind::List(item) => is_date(item),
        _ => false,
    }
}

/// The purposes of a registry, and which is part of which.
#[derive(Debug, Clone, Copy)]
pub struct Purposes<'p>(pub &'p [Purpose]);

impl<'p> Purposes<'p> {
    /// The purpose of a name.
    pub fn find(self, name: &str) -> Option<&'p Purpose> {
        self.0.iter().find(|purpose| purpose.name == name)
    }

    /// Whether a purpose is another or part of it.
    pub fn is_within(self, name: &str, wider: &str) -> bool {
        let mut name = name;
        for _ in 0..=self.0.len() {
            if name == wider {
                return true;
            }
            match self.find(name).and_then(|purpose| purpose.under.as_deref()) {
                Some(under) => name = under,
                None => return false,
            }
        }
        false
    }

    /// Whether a policy may be asked for a purpose.
    pub fn allows(self, policy: &Policy, name: &str) -> bool {
        let within = |purposes: &[String]| purposes.iter().any(|wider| self.is_within(name, wider));
        (policy.purposes.is_empty() || within(&policy.purposes)) && !within(&policy.not_purposes)
    }
}
