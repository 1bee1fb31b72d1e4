//! The words of the language by the place they stand in, for "did you mean" and for whoever completes what is typed.

/// Words that begin a statement of a file.
pub const FILE: &[&str] = &[
    "record",
    "extend record",
    "codeset",
    "overlay",
    "list",
    "calendar",
    "reader",
    "writer",
    "table",
    "derive",
    "function",
    "rules for",
    "rule",
    "crosswalk",
    "label",
    "purpose",
    "policy",
];

/// What stands for other encounters, where a list would stand: those before, and all but the encounter itself.
pub const EARLIER: &str = "earlier";
/// See [`EARLIER`].
pub const OTHERS: &str = "others";

/// Words that begin a statement of a code set.
pub const CODE_SET: &[&str] = &[
    "uri", "release", "property", "decide", "learn", "search", "points", "relation", "import", "offer", "group",
    "code", "starter",
];

/// Words that begin a statement of a code; every other one is a property.
pub const CODE: &[&str] = &[
    "also",
    "title",
    "definition",
    "under",
    "from",
    "to",
    "retired",
    "replaced by",
    "note",
    "inclusion",
    "labelled",
    "propose when",
    "never when",
    "needs",
    "maps to",
    "assignable",
    "not assignable",
    "code",
    "group",
];

/// Words that begin a statement of a block of rules.
pub const RULES: &[&str] = &["rule"];

/// Words that begin a statement of a rule; every other one is a word for the finding.
pub const RULE: &[&str] = &[
    "severity",
    "for each",
    "for each pair",
    "let",
    "when",
    "require",
    "forbid",
    "at",
    "once",
    "check",
    "fix",
    "from",
    "to",
    "help",
    "see",
];

/// Words that begin a statement of a policy; every other one is a path.
pub const POLICY: &[&str] = &[
    "audience",
    "version",
    "purpose",
    "remove",
    "keep",
    "mask",
    "every",
    "free text",
    "codes",
    "candidates",
    "findings",
    "counts",
    "withhold",
    "require consent",
    "domains may",
    "encounters",
    "obligation",
];

/// Words that begin an option of an import.
pub const IMPORT: &[&str] = &[
    "code column",
    "title column",
    "short column",
    "parent column",
    "from column",
    "to column",
    "also column",
    "wording column",
    "definition column",
    "source column",
    "target column",
    "replaces column",
    "match column",
    "replaced by column",
    "dates",
    "assignable column",
    "labelled",
    "property",
    "only when",
    "path column",
    "attach",
];

/// Words that begin a statement of a label.
pub const LABEL: &[&str] = &["see", "says", "fields", "never shown", "own consent"];

/// Words that begin a statement of a calendar.
pub const CALENDAR: &[&str] = &["closed", "import csv"];

/// Words that begin a line of a reader; every other one is a field.
pub const READER: &[&str] = &[
    "csv",
    "json",
    "xml",
    "sheet",
    "recognise",
    "objects of",
    "zone",
    "null",
    "dates",
    "group by",
    "each encounter from",
    "skip when",
    "order by",
    "first when",
    "once by",
    "needs",
    "numbered by",
];

/// Words that begin a statement of a purpose.
pub const PURPOSE: &[&str] = &["under", "emergency", "public", "see"];
