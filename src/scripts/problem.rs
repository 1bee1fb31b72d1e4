//! What the author of a script is told.

use rhai::EvalAltResult;

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

/// What the parser says, as messages are written: beginning with a small letter, and not too long.
pub(super) fn lowered(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).take(300).collect()
}

/// The innermost function in which an error came up.
pub(super) fn within(error: &EvalAltResult) -> Option<&str> {
    match error {
        EvalAltResult::ErrorInFunctionCall(name, _, inner, _) => within(inner).or(Some(name)),
        _ => None,
    }
}
