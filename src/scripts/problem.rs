//! What the author of a script is told.

/// What is wrong with a script before it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptProblem {
    /// The file, as the domain names it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in letters, from 1.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl ScriptProblem {
    pub(super) fn new(file: &str, line: usize, column: usize, message: impl Into<String>) -> ScriptProblem {
        ScriptProblem { file: file.to_owned(), line, column, message: message.into() }
    }
}
