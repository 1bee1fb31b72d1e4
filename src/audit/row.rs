//! What a row says: who, what for, by which policy, about how much; never the content.

use serde::Serialize;

/// Milliseconds since 1970-01-01T00:00Z.
pub type Millis = u64;

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Somebody asks; nothing has been shown.
    Asked,
    /// It may be shown, and is shown if the program lives on.
    Shown,
    /// It was refused by policy.
    Denied,
    /// It could not be read or answered.
    Error,
    /// The asking has ended.
    Done,
}

/// How it is known who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// The operating system says so.
    Proved,
    /// Whoever asks says so.
    Claimed,
}

/// Who is shown something and by which right: the same for all rows of one asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// What is done: `run`, `redact`, `classify`, `stats`.
    pub command: &'static str,
    /// The user's name.
    pub actor: String,
    /// Whether that is proved or only claimed.
    pub actor_is: Proof,
    /// The user's number, as the system has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Who will read it.
    pub audience: String,
    /// What for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// Why, in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `name@version`.
    pub policy: String,
    /// Hash of the registry.
    pub registry: String,
    /// Domain; empty for free text of no domain.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// Record of the domain.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub record: String,
}

/// What one row says besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// How it went.
    pub outcome: Outcome,
    /// Line of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Token of whom it is about; see [`Tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How many encounters, texts or answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Codes shown, by code set.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "counts")]
    pub codes: Vec<(String, u64)>,
    /// What was done to the fields and texts: operator and kind.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "counts")]
    pub did: Vec<(String, u64)>,
}

impl Entry {
    /// An entry that says nothing but how it went.
    pub fn new(outcome: Outcome) -> Entry {
        Entry { outcome, line: None, subject: None, count: None, codes: Vec::new(), did: Vec::new() }
    }

    /// The same about so many.
    #[must_use]
    pub fn count(mut self, count: u64) -> Entry {
        self.count = Some(count);
        self
    }

    /// Counts a code shown.
    pub fn code(&mut self, set: &str) {
        add(&mut self.codes, set);
    }

    /// Counts something done.
    pub fn did(&mut self, what: &str, kind: &str) {
        let is_known = |known: &str| known.strip_prefix(what).and_then(|it| it.strip_prefix(' ')) == Some(kind);
        match self.did.iter_mut().find(|(known, _)| is_known(known)) {
            Some((_, count)) => *count += 1,
            None => self.did.push((format!("{what} {kind}"), 1)),
        }
    }
}

fn add(counts: &mut Vec<(String, u64)>, name: &str) {
    match counts.iter_mut().find(|(known, _)| known == name) {
        Some((_, count)) => *count += 1,
        None => counts.push((name.to_owned(), 1)),
    }
}

fn counts<S: serde::Serializer>(counts: &[(String, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(name, count)| (name, count)))
}

/// Rows on their way to the log, which gives them number, time and hash.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    /// The inside of each JSON object, a line each.
    pub(super) bytes: Vec<u8>,
    pub(super) count: u64,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, access: &Access, entry: &Entry) {
        #[derive(Serialize)]
        struct Row<'a> {
            #[serde(flatten)]
            access: &'a Access,
            #[serde(flatten)]
            entry: &'a Entry,
        }
        // Plain words and numbers: writing them to memory cannot fail. `line` leaves room for the brace.
        let start = self.bytes.len();
        if serde_json::to_writer(&mut self.bytes, &Row { access, entry }).is_err() {
            self.bytes.truncate(start);
            self.bytes.extend_from_slice(br#"{"outcome":"error"}"#);
        }
        self.bytes.push(b'\n');
        self.count += 1;
    }

    /// Takes what another holds.
    pub fn append(&mut self, other: &mut Rows) {
        self.bytes.append(&mut other.bytes);
        self.count += std::mem::take(&mut other.count);
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes them all out.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }
}

/// Makes the tokens of subjects: the same id of the same record has the same token in every log of this key, and nobody
/// without the key can tell whose it is.
pub struct Tokens {
    key: [u8; 32],
}

impl Tokens {
    /// Derives the key of the tokens from a secret.
    pub fn new(secret: &[u8; 32]) -> Tokens {
        Tokens { key: blake3::derive_key("tencode audit subjects", secret) }
    }

    /// The token of an id.
    pub fn token(&self, domain: &str, record: &str, id: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [domain, record, id] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut token = String::from("s-");
        for byte in hasher.finalize().as_bytes().iter().take(12) {
            token.push_str(&format!("{byte:02x}"));
        }
        token
    }
}
