//! Which phrases of a text are only parts of what its words say together.

use crate::model::ids::CodeId;

/// What the words of texts lead to, for the phrases in them.
#[derive(Default)]
pub(super) struct Parts {
    /// What a text holds possible only counts as if it were certain.
    pub takes_uncertain: bool,
    /// Words that lead to codes together.
    pub together: Vec<Together>,
}

/// Words of a text that lead to codes together: a phrase that has fewer of them means nothing of its own.
pub(super) struct Together {
    pub text: TextPosition,
    /// First byte and the byte after the last of each, in the order of the text.
    pub words: Vec<(usize, usize)>,
    pub codes: Vec<CodeId>,
}

/// The position of a field among the texts of the classifier, and of a text in the field, from 1.
pub(super) type TextPosition = (usize, usize);

impl Parts {
    /// Whether a phrase of a text that speaks for a code is a part of words that lead to other codes.
    pub(super) fn silences(&self, text: TextPosition, (start, end): (usize, usize), code: CodeId) -> bool {
        let holds = |it: &Together| {
            let has = |byte: usize| it.words.iter().any(|word| (word.0..word.1).contains(&byte));
            let is_longer = it.words.iter().any(|word| word.0 < start || word.1 > end);
            it.text == text && is_longer && has(start) && has(end.saturating_sub(1)) && !it.codes.contains(&code)
        };
        self.together.iter().any(holds)
    }
}
