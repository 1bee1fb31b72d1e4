//! The kinds of diagnostic. A number once given is never given to another kind.
//!
//! D00xx reading a file · D01xx names and types · D02xx codes · D03xx rules and tables · D04xx policies and labels ·
//! D05xx scripts and manifests. Each has a page `docs/diagnostics/Dnnnn.md`.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The domain is refused.
    Error,
    /// The domain works, but probably not as meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Declares every kind once: number, severity, name, what it carries, its sentence.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $number:literal $severity:ident $kind:ident $({ $($field:ident: $type:ty),+ })? = $message:literal; )+) => {
        /// What is wrong.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[expect(missing_docs, reason = "what a kind carries is named in its sentence")]
        pub enum Kind {
            $( $(#[doc = $doc])+ #[error($message)] $kind $({ $($field: $type),+ })?, )+
        }

        impl Kind {
            /// Every number that is given, with the kind's name, ascending.
            pub const ALL: &'static [(u16, &'static str)] = &[$( ($number, stringify!($kind)), )+];

            /// Its number.
            pub const fn number(&self) -> u16 {
                match self { $( Kind::$kind { .. } => $number, )+ }
            }

            /// How bad the kind of this number is; `None` if no kind has it.
            pub const fn severity_of(number: u16) -> Option<Severity> {
                match number { $( $number => Some(Severity::$severity), )+ _ => None }
            }

            /// How bad it is.
            pub const fn severity(&self) -> Severity {
                match self { $( Kind::$kind { .. } => Severity::$severity, )+ }
            }
        }
    };
}

impl Kind {
    /// Its number as people write it: `D0104`.
    pub fn code(&self) -> String {
        format!("D{:04}", self.number())
    }
}

kinds! {
    // reading
    /// The file cannot be read at all.
    1 Error UnreadableFile { reason: String } = "the file cannot be read: {reason}";
    /// Bytes that are not UTF-8.
    2 Error NotUtf8 = "this is not UTF-8 text";
    /// A sign that looks like one of the language, or that cannot be seen.
    3 Error MisleadingSign { sign: String, why: String } = "the sign {sign} {why}";
    /// Something else stood where the grammar wanted one of a few things.
    4 Error Expected { expected: String, found: String } = "expected {expected}, found {found}";
    /// A word that begins no statement but looks like one that does.
    5 Error MisspeltKeyword { found: String, meant: String } = "`{found}` is not a word of the language, `{meant}` is";
    /// A word that begins no statement here.
    6 Error UnknownStatement { found: String, place: String } = "`{found}` begins no statement in {place}";
    /// A block without its `}`.
    7 Error MissingBrace { of: String } = "the block of {of} is not closed";
    /// A `}` too many.
    8 Error ExtraBrace = "this `}}` closes no block";
    /// A bracket that is not closed, or closed twice.
    9 Error UnbalancedBracket { bracket: String } = "this `{bracket}` has no partner";
    /// A text without its second quotation mark.
    10 Error UnclosedText = "this text has no closing quotation mark on its line";
    /// A backslash before something that needs none.
    11 Error BadEscape { escape: String } = "`{escape}` is no escape";
    /// Brackets or blocks inside one another beyond any use.
    12 Error TooDeep { limit: usize } = "more than {limit} brackets or blocks stand inside one another";
    /// Written like a date, but no calendar has it.
    13 Error BadDate { text: String } = "`{text}` is not a day of the calendar";
    /// Written like a number, but none.
    14 Error BadNumber { text: String } = "`{text}` is not a number";
    /// Written like a duration, but none.
    15 Error BadDuration { text: String } = "`{text}` is not a length of time";
    /// The file has so many problems that the rest of them is not listed.
    16 Warning TooManyProblems { count: usize } = "… and {count} more in this file";
    /// The file is longer than any definition is.
    17 Error TooLong { limit: usize } = "the file is longer than {limit} bytes";
    /// `<` and `>` in a row, or `is` twice: comparisons do not chain.
    18 Error ChainedComparison = "a comparison cannot be compared again";
    /// A file in UTF-16.
    19 Error Utf16 { order: String } = "the file is in UTF-16 ({order}), not in UTF-8";
    /// A file that holds no text.
    20 Error NotText { what: String } = "this is no text file: it is {what}";
    /// A word of the first edition of the language.
    21 Error FirstEdition { word: String, instead: String } = "`{word}` belongs to the first edition of the language, now it is `{instead}`";

    // names and types
    /// A name that nothing defines.
    101 Error UnknownName { what: String, name: String } = "there is no {what} `{name}`";
    /// A name that two statements define.
    102 Error DuplicateName { what: String, name: String } = "the {what} `{name}` is defined twice";
    /// A path that the record does not have.
    103 Error UnknownField { field: String, record: String } = "`{field}` is not a field of {record}";
    /// A value of one type where another is needed.
    104 Error TypeMismatch { expected: String, found: String } = "expected {expected}, found {found}";
    /// A bare word that is no value of the field it is compared with.
    105 Error UnknownValue { value: String, of: String } = "`{value}` is not a value of {of}";
    /// A record has two fields of one name.
    106 Error DuplicateField { field: String } = "the field `{field}` is declared twice";
    /// A loop or quantifier over something that is no list.
    107 Error NotAList { path: String } = "`{path}` is not a list";
    /// A function that is not there.
    108 Error UnknownFunction { name: String } = "there is no function or table `{name}`";
    /// A function given more or fewer arguments than it takes.
    109 Error WrongArguments { name: String, expected: String, found: usize } = "`{name}` takes {expected}, not {found}";
    /// A regular expression that cannot be read.
    111 Error BadPattern { reason: String } = "the pattern cannot be read: {reason}";
    /// A file of a release that is not installed.
    112 Warning UnknownSource { file: String } = "the source `{file}` is not installed, so the codes written here stand alone";
    /// A format that no importer reads.
    113 Error UnknownFormat { format: String } = "there is no import format `{format}`";
    /// A source that is there but cannot be imported.
    114 Error ImportFailed { file: String, reason: String } = "`{file}` cannot be imported: {reason}";
    /// A domain with several records, and a statement that does not say which one it is about.
    117 Error MissingRecord { what: String } = "{what} does not say which record it is about";
    /// A ladder or choice with one value twice.
    124 Error RepeatedValue { value: String } = "`{value}` stands here twice";

    /// A list of definitions that is longer than what a registry can number.
    125 Error TooMany { what: String, limit: usize } = "there are more than {limit} {what}";
    /// The name of a thing in another form than kebab-case.
    126 Error NotKebabCase { what: String, name: String } = "the {what} `{name}` is not called in small letters with `-` between its words";
    /// The name of something that is computed with, with a minus in it.
    127 Warning NotSnakeCase { what: String, name: String } = "the {what} `{name}` has a minus in its name";
    /// A calendar that is closed on every weekday.
    128 Error NeverOpen { calendar: String } = "the calendar `{calendar}` is closed on every day of the week";
    /// A row of a list that could not be used, or not whole.
    129 Warning RowNotUsed { file: String, line: u32, why: String } = "`{file}`, line {line}: {why}";
    /// Further rows of a list that could not be used.
    130 Warning MoreRows { file: String, count: usize } = "`{file}` has {count} more lines that could not be used, or not whole";
    /// A line of a reader that cannot work.
    131 Error UselessReader { reason: String } = "the reader cannot work so: {reason}";

    // domains that extend others
    /// A domain to extend that is not there.
    150 Error UnknownParentDomain { domain: String } = "there is no domain `{domain}` to extend";
    /// Domains that extend one another.
    151 Error ExtendsCircle { domain: String } = "`{domain}` would extend itself, by way of the domains that it extends";
    /// What the extended domain says does not hold in the one that extends it.
    152 Error DoesNotFit { domain: String, at: String, reason: String } = "what `{domain}` says does not fit here ({at}): {reason}";
    /// The extended domain has errors.
    153 Error RefusedParent { domain: String } = "`{domain}`, which this domain extends, has errors and is refused";
    /// A rule of the domain itself that is switched like one of the domain it extends.
    154 Error OwnRuleSwitched { rule: String } = "`{rule}` is a rule of this domain";
    /// A policy that shows more than the extended domain does.
    155 Error LoosenedParent { policy: String, field: String, domain: String } = "`{policy}` would show more of `{field}` than `{domain}` does";
    /// A table of pairs with columns that no pair has.
    160 Error PairsShape = "a table of pairs has two texts, perhaps a date, and one text that they give";
    /// A line of a reader that a writer cannot turn round.
    166 Error NotInvertible { writer: String, reason: String } = "`{writer}` cannot turn this line round: {reason}";
    /// A word, number or truth without quotation marks in the place of a text.
    180 Error BareText { found: String } = "expected a text in quotation marks, found {found}";

    // codes
    /// A code names a parent that its code set does not define.
    201 Error UnknownParent { code: String, parent: String } = "code `{code}` sits under `{parent}`, which is not in this code set";
    /// A code that its set does not have.
    202 Error UnknownCode { code: String, set: String } = "`{code}` is not a code of `{set}`";
    /// A code defined twice.
    203 Error DuplicateCode { code: String, set: String } = "the code `{code}` is defined twice in `{set}`";
    /// A code that is above itself.
    204 Error ParentCycle { codes: String } = "these codes stand above themselves: {codes}";
    /// A code that is replaced by itself in the end.
    205 Error ReplacementCycle { codes: String } = "these codes replace one another in a circle: {codes}";
    /// Days between two releases that belong to none.
    206 Error ReleaseGap { before: String, after: String } = "there is a gap between release {before} and release {after}";
    /// Days that belong to two releases.
    207 Error ReleaseOverlap { before: String, after: String } = "release {before} has not ended when release {after} begins";
    /// A crosswalk to a code that has ended.
    208 Error MapToRetired { code: String, set: String, day: String } = "`{set}/{code}` was retired on {day}";
    /// A crosswalk to a code that cannot be recorded.
    209 Warning MapToGroup { code: String, set: String } = "`{set}/{code}` is a group and cannot be recorded itself";
    /// A code that no input can reach.
    210 Warning UnreachableCode { code: String } = "no encounter can be given the code `{code}`";
    /// A criterion that no encounter can meet.
    211 Error NeverHolds { why: String } = "this can never hold: {why}";
    /// A property that the code set does not declare.
    213 Error UnknownProperty { property: String, set: String } = "`{set}` declares no property `{property}`";
    /// A range whose end stands before its start.
    215 Error BadRange { from: String, to: String } = "the range `{from}..{to}` ends before it begins";
    /// A plain `replaced by` with several codes.
    216 Error ReplacedBySeveral = "`replaced by` names one code";
    /// Two validity spans of one code that share days.
    218 Error SpanOverlap { code: String } = "two spans of `{code}` share days";
    /// A code without a title.
    220 Error MissingTitle { code: String } = "the code `{code}` has no title";
    /// A code set without codes.
    221 Warning EmptyCodeSet { set: String } = "the code set `{set}` has no codes";
    /// A crosswalk line that repeats another.
    222 Error RepeatedMap { from: String, to: String } = "`{from}` is mapped to `{to}` twice";
    /// Conditions of a map that leave some encounters without a target.
    223 Warning MapWithoutOtherwise { from: String } = "the map of `{from}` has conditions and no `otherwise`";
    /// An overlay on a code set that no domain defines.
    224 Error OverlayOfNothing { set: String } = "there is no code set `{set}` for this overlay";

    /// Points that no match can be worth.
    225 Error BadPoints { points: String } = "`{points}` points cannot be given: they are above 0 and at most 100";

    /// A release states a relation between codes that its code set does not declare.
    226 Error UndeclaredRelation { relation: String, set: String } = "an import brings the relation `{relation}`, which `{set}` does not declare";

    /// A share that a code set is to decide by.
    227 Error BadShare { share: String } = "`{share} %` is no share: it is above 0 and at most 100";

    /// Examples that name a code which the set does not have.
    228 Warning ExampleOfNoCode { at: String, code: String, set: String } = "`{at}` has an example of `{code}`, a code that `{set}` does not have";

    /// A text model was asked for, and there is nothing that it could be asked about.
    229 Error NothingToLearn { set: String, why: String } = "`{set}` cannot learn: {why}";

    /// A confidence that no answer can have.
    240 Error BadConfidence { confidence: String } = "`{confidence}` is no confidence: it runs from 0 to 1";

    // rules and tables
    /// Inputs that no row covers.
    301 Error TableGap { table: String, row: String } = "no row of `{table}` covers {row}";
    /// Inputs that two rows cover.
    302 Error TableOverlap { table: String, row: String } = "two rows of `{table}` cover {row}";
    /// A rule that repeats another.
    303 Warning RepeatedRule { rule: String, other: String } = "the rule `{rule}` repeats `{other}`";
    /// A row with more or fewer cells than the table has columns.
    304 Error RowWidth { expected: usize, found: usize } = "the table has {expected} columns, this row has {found} cells";
    /// A severity that is not one.
    305 Error UnknownSeverity { severity: String } = "`{severity}` is not a severity";
    /// A rule that requires nothing and forbids nothing.
    306 Error RuleWithoutTest { rule: String } = "the rule `{rule}` requires nothing and forbids nothing";
    /// A placeholder of a message that is no path.
    307 Error UnknownPlaceholder { placeholder: String } = "`{{{placeholder}}}` in the message is neither a field nor a variable";
    /// A message that would repeat what identifies somebody.
    308 Error LeakyMessage { path: String } = "the message would show `{path}`, which identifies or is free text";
    /// A row that no input reaches, as rows before it take them all.
    309 Warning UnreachableRow = "no input reaches this row";
    /// A table so wide that gaps and overlaps cannot be looked for.
    310 Warning TableTooWide { table: String } = "`{table}` has too many combinations to look for gaps and overlaps";

    /// A function whose body, the functions it calls written out, is larger than any use.
    311 Error FunctionTooLarge { function: String, limit: usize } = "the function `{function}` has more than {limit} parts once its calls are written out";
    /// An alternative that stands among what is asked of each item of a list, and says nothing about the item.
    312 Warning SwallowedOr { variable: String } = "this part says nothing about `{variable}`, but belongs to what is asked of each `{variable}`";
    /// A name of the encounter itself among those of another one.
    313 Error OwnFieldAmongOthers { field: String, word: String } = "`{field}` would be that of `{word}` here, not the encounter's own";

    // labels and policies
    /// A label that nobody defines.
    401 Error UnknownLabel { label: String } = "there is no label `{label}`";
    /// An operator that policies do not have.
    402 Error UnknownPolicyOperator { operator: String } = "there is no policy operator `{operator}`";
    /// An operator that does not fit the type of the field.
    403 Error OperatorMismatch { operator: String, kind: String } = "`{operator}` cannot be done to {kind}";
    /// A kind of thing in text that the redactor does not know.
    404 Error UnknownTextKind { kind: String } = "the redactor knows no `{kind}`";

    // scripts and manifests
    /// A script that rhai cannot read.
    501 Error ScriptError { reason: String } = "the script cannot be read: {reason}";
    /// A script without the hook it is registered for.
    502 Error MissingHook { hook: String, script: String } = "`{script}` is registered for `{hook}` and has no such function";
    /// A manifest that cannot be read.
    503 Error BadManifest { reason: String } = "the manifest cannot be read: {reason}";
    /// A folder without `domain.toml`.
    505 Error MissingManifest { domain: String } = "the domain `{domain}` has no domain.toml";
    /// A hook that does not exist.
    506 Error UnknownHook { hook: String } = "there is no hook `{hook}`";
    /// A key of a manifest that nobody reads.
    507 Error UnknownKey { key: String, table: String } = "there is no key `{key}` in {table}";
    /// The audience of a manifest, of which no policy speaks.
    520 Error UnknownAudience { audience: String } = "no policy speaks of the audience `{audience}`";
    /// A function that is called almost like a hook, and that nothing calls.
    521 Error MisspeltHook { function: String, hook: String } = "the function `{function}` is no hook and nothing calls it";
    /// A key of a manifest that is read and changes nothing.
    522 Warning NoEffect { key: String } = "`{key}` has no effect: operations and memory decide when a script is stopped";

    // more of rules
    /// A statement in a block that it says nothing about.
    530 Error Misplaced { what: String, place: String } = "`{what}` cannot be said inside {place}";

    // what policies leave to be seen
    /// A policy for the public that leaves what identifies in the clear.
    550 Warning LeakyPolicy { policy: String, field: String, kind: String } = "`{policy}` shows `{field}`, which identifies a {kind}, to the public";
    /// A purpose that nobody defines.
    551 Error UnknownPurpose { purpose: String } = "there is no purpose `{purpose}`";
    /// One audience sees a number cut in one field and keyed in another.
    552 Warning CutAndKeyed { policy: String, cut: String, keyed: String } = "`{policy}` shows `{cut}` cut and `{keyed}` keyed: of one number, who has both has most of it";
    /// A domain would show more than the policy of `shared` allows.
    553 Error LoosenedPolicy { policy: String, field: String } = "`{policy}` would show more of `{field}` than `shared` allows";
    /// Fields of which nobody said what they are for privacy.
    554 Warning UnclassifiedFields { record: String, fields: String } = "`{record}` does not say what these are for privacy, so they are shown only where a policy names them or keeps every field: {fields}";
    /// A number in a policy that its operator does not take.
    555 Error BadPolicyNumber { what: String, takes: String, number: String } = "`{what}` takes {takes}, not {number}";
    /// Purposes that are part of themselves.
    556 Error PurposeCycle { purposes: String } = "these purposes stand under themselves: {purposes}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_are_given_once() {
        assert!(Kind::ALL.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_kind_knows_its_number_and_sentence() {
        let kind = Kind::UnknownPlaceholder { placeholder: "victim.name".into() };
        assert_eq!(kind.code(), "D0307");
        assert_eq!(kind.to_string(), "`{victim.name}` in the message is neither a field nor a variable");
        assert_eq!(Kind::ExtraBrace.to_string(), "this `}` closes no block");
    }
}
