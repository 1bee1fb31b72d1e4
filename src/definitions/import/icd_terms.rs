//! The lines of the Alphabetic Index and of its tables, one under another.

/// A line of the index.
#[derive(Debug, Default)]
pub(super) struct Term {
    /// 0 for a main term.
    pub level: usize,
    pub title: String,
    /// Nonessential modifiers with their brackets; may be empty.
    pub optional: String,
    /// Where to look instead, or too; may be empty.
    pub see: String,
    /// Empty if the line leads to no code itself.
    pub code: String,
    /// Column and code of a table.
    pub cells: Vec<(u8, String)>,
}

/// Visits each term with the terms it stands under, itself last.
pub(super) fn walk<'a>(terms: &'a [Term], mut visit: impl FnMut(&[&'a Term], &'a Term)) {
    let mut path: Vec<&Term> = Vec::new();
    for term in terms {
        path.truncate(term.level);
        path.push(term);
        visit(&path, term);
    }
}

/// `main term, subterm (optional), …`
pub(super) fn written(path: &[&Term]) -> String {
    let mut out = String::new();
    for term in path.iter().filter(|term| !term.title.is_empty()) {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&term.title);
        if !term.optional.is_empty() {
            out.push(' ');
            out.push_str(&term.optional);
        }
    }
    out
}

/// The code without the dash that says that more characters follow, and without a bracketed manifestation.
pub(super) fn plain_code(code: &str) -> String {
    let code = code.split_whitespace().next().unwrap_or("");
    code.trim_end_matches(['-', '.', ',']).to_owned()
}
