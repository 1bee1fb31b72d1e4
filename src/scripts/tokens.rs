//! A script as words and signs, for whoever checks what it names before it runs.

/// One part of a script and the byte at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub is: Sort,
    /// Where it begins.
    pub at: usize,
}

/// What a part of a script is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// A name or keyword.
    Word(String),
    /// A text without anything put in.
    Text(String),
    /// A sign, or any other part of which nothing is known.
    Sign(char),
}

/// The parts of a script, without its comments.
pub fn tokens(script: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut letters = script.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, letter)| *letter);
        match letter {
            _ if letter.is_whitespace() => {}
            '/' if next == Some('/') => while letters.next().is_some_and(|(_, letter)| letter != '\n') {},
            '/' if next == Some('*') => {
                letters.next();
                comment(&mut letters);
            }
            '"' => out.push(Token { is: text(&mut letters), at }),
            '`' => {
                while letters.next().is_some_and(|(_, letter)| letter != '`') {}
                out.push(Token { is: Sort::Sign('`'), at });
            }
            _ if letter.is_alphabetic() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some((_, more)) = letters.next_if(|(_, it)| it.is_alphanumeric() || *it == '_') {
                    word.push(more);
                }
                out.push(Token { is: Sort::Word(word), at });
            }
            _ => out.push(Token { is: Sort::Sign(letter), at }),
        }
    }
    out
}

/// Comments may stand in comments.
fn comment(letters: &mut impl Iterator<Item = (usize, char)>) {
    let (mut depth, mut before) = (1, ' ');
    for (_, letter) in letters.by_ref() {
        match (before, letter) {
            ('*', '/') => depth -= 1,
            ('/', '*') => depth += 1,
            _ => {
                before = letter;
                continue;
            }
        }
        before = ' ';
        if depth == 0 {
            return;
        }
    }
}

/// A text with an escape other than of a quotation mark is not told: it is no name of anything.
fn text(letters: &mut impl Iterator<Item = (usize, char)>) -> Sort {
    let (mut text, mut is_plain) = (String::new(), true);
    while let Some((_, letter)) = letters.next() {
        match letter {
            '"' => break,
            '\\' => {
                is_plain = false;
                letters.next();
            }
            _ => text.push(letter),
        }
    }
    if is_plain { Sort::Text(text) } else { Sort::Sign('"') }
}

/// A call of a function by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub name: String,
    /// Where its name stands.
    pub at: usize,
    /// What it is given: texts that are written there, and where; `None` for anything else.
    pub arguments: Vec<Option<(String, usize)>>,
}

/// The calls in a script; one written behind a dot is not among them.
pub fn calls(tokens: &[Token]) -> Vec<Call> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Sort::Word(name) = &token.is else { continue };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| &token.is);
        let is_named = matches!(before, Some(Sort::Sign('.'))) || is_word(before, "fn");
        if !is_named && tokens.get(at + 1).is_some_and(|token| token.is == Sort::Sign('(')) {
            let arguments = arguments(tokens.get(at + 2..).unwrap_or_default());
            out.push(Call { name: name.clone(), at: token.at, arguments });
        }
    }
    out
}

/// The calls that are written behind a dot, such as `text.len()`: the value before the dot is no argument here.
pub fn methods(tokens: &[Token]) -> Vec<Call> {
    let mut out = Vec::new();
    for (at, parts) in tokens.windows(3).enumerate() {
        if let [Token { is: Sort::Sign('.'), .. }, Token { is: Sort::Word(name), at: place }, open] = parts
            && open.is == Sort::Sign('(')
        {
            let arguments = arguments(tokens.get(at + 3..).unwrap_or_default());
            out.push(Call { name: name.clone(), at: *place, arguments });
        }
    }
    out
}

/// Names under which a script puts values into maps: they may be functions, and be called behind a dot.
pub fn keys(tokens: &[Token]) -> Vec<&str> {
    let mut out = Vec::new();
    for parts in tokens.windows(3) {
        match parts {
            [Token { is: Sort::Word(name) | Sort::Text(name), .. }, colon, _] if colon.is == Sort::Sign(':') => {
                out.push(name.as_str());
            }
            [dot, Token { is: Sort::Word(name), .. }, equals]
                if dot.is == Sort::Sign('.') && equals.is == Sort::Sign('=') =>
            {
                out.push(name.as_str());
            }
            _ => {}
        }
    }
    out
}

/// The functions that a script defines: name, number of parameters, where the name stands.
pub fn functions(tokens: &[Token]) -> Vec<(String, usize, usize)> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let (true, Some(Token { is: Sort::Word(name), at: place })) =
            (is_word(Some(&token.is), "fn"), tokens.get(at + 1))
        {
            let inside = tokens.get(at + 3..).unwrap_or_default().iter();
            let inside = inside.take_while(|token| token.is != Sort::Sign(')'));
            let count = inside.filter(|token| matches!(token.is, Sort::Word(_))).count();
            out.push((name.clone(), count, *place));
        }
    }
    out
}

/// Names that a script gives to values: variables, parameters, those of closures and loops.
pub fn bound(tokens: &[Token]) -> Vec<&str> {
    let mut out = Vec::new();
    let word = |token: Option<&'_ Token>| token.is_some_and(|token| matches!(token.is, Sort::Word(_)));
    for (at, pair) in tokens.windows(2).enumerate() {
        let [before, Token { is: Sort::Word(name), .. }] = pair else { continue };
        let opens = matches!(&before.is, Sort::Word(it) if matches!(it.as_str(), "let" | "const" | "for"));
        // A list of names ends with `|` or, behind `fn NAME(`, with `)`.
        let is_listed = matches!(before.is, Sort::Sign('|' | '(' | ','));
        let ends = |token: Option<&Token>| matches!(token.map(|it| &it.is), Some(Sort::Sign('|' | ')' | ',')));
        if (opens || is_listed && ends(tokens.get(at + 2))) && word(tokens.get(at + 1)) {
            out.push(name.as_str());
        }
    }
    out
}

/// The body of a function: the names of its parameters, and what stands between its braces.
pub fn body<'t>(tokens: &'t [Token], function: &str) -> Option<(Vec<&'t str>, &'t [Token])> {
    let start = tokens.windows(2).position(|pair| {
        let [one, other] = pair else { return false };
        is_word(Some(&one.is), "fn") && is_word(Some(&other.is), function)
    })?;
    let rest = tokens.get(start + 3..)?;
    let end = rest.iter().position(|token| token.is == Sort::Sign(')'))?;
    let parameters = rest.get(..end)?.iter().filter_map(|token| match &token.is {
        Sort::Word(name) => Some(name.as_str()),
        _ => None,
    });
    let body = rest.get(end + 2..)?;
    let mut depth = 1_usize;
    let length = body.iter().position(|token| {
        match token.is {
            Sort::Sign('{') => depth += 1,
            Sort::Sign('}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    Some((parameters.collect(), body.get(..length)?))
}

/// What is read of a value by names with dots: each name and where it stands; a name behind an index is one of an item.
pub fn reads<'t>(tokens: &'t [Token], value: &str) -> Vec<Vec<(&'t str, usize)>> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| &token.is);
        if is_word(Some(&token.is), value) && !matches!(before, Some(Sort::Sign('.'))) {
            out.push(names_behind(tokens.get(at + 1..).unwrap_or_default()));
        }
    }
    out.retain(|names| !names.is_empty());
    out
}

/// The names behind a value, up to the first call.
fn names_behind(tokens: &[Token]) -> Vec<(&str, usize)> {
    let (mut names, mut rest) = (Vec::new(), tokens);
    loop {
        rest = match rest {
            [Token { is: Sort::Sign('['), .. }, more @ ..] => behind_bracket(more),
            [Token { is: Sort::Sign('?'), .. }, more @ ..] if is_read(more) => more,
            [Token { is: Sort::Sign('.'), .. }, Token { is: Sort::Word(name), at }, more @ ..] => {
                if matches!(more.first().map(|token| &token.is), Some(Sort::Sign('('))) {
                    return names;
                }
                names.push((name.as_str(), *at));
                more
            }
            _ => return names,
        };
    }
}

/// Whether a part of a value follows.
fn is_read(tokens: &[Token]) -> bool {
    matches!(tokens.first().map(|token| &token.is), Some(Sort::Sign('.' | '[')))
}

/// What follows the bracket that closes an index.
fn behind_bracket(tokens: &[Token]) -> &[Token] {
    let mut depth = 1_usize;
    let end = tokens.iter().position(|token| {
        match token.is {
            Sort::Sign('[') => depth += 1,
            Sort::Sign(']') => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    end.and_then(|end| tokens.get(end + 1..)).unwrap_or_default()
}

fn is_word(sort: Option<&Sort>, wanted: &str) -> bool {
    matches!(sort, Some(Sort::Word(word)) if word == wanted)
}

/// What stands behind an opening bracket, up to the one that closes it.
fn arguments(tokens: &[Token]) -> Vec<Option<(String, usize)>> {
    let (mut out, mut depth, mut current) = (Vec::new(), 0_usize, Vec::new());
    for token in tokens {
        match token.is {
            Sort::Sign(')') if depth == 0 => {
                if !current.is_empty() {
                    out.push(written(&current));
                }
                return out;
            }
            Sort::Sign(',') if depth == 0 => {
                out.push(written(&current));
                current.clear();
                continue;
            }
            Sort::Sign('(' | '[' | '{') => depth += 1,
            Sort::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        current.push(token);
    }
    out
}

fn written(tokens: &[&Token]) -> Option<(String, usize)> {
    match tokens {
        [Token { is: Sort::Text(text), at }] => Some((text.clone(), *at)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::calls;
    use super::functions;
    use super::tokens;

    #[test]
    fn calls_are_told_with_the_texts_they_are_given() {
        let script =
            "fn f(a, b) { // g(\"x\")\n /* h() /* */ */ candidate(\"set\", `A${1}`, [1, 2], \"w\\n\"); a.k(1) }";
        let tokens = tokens(script);
        let found = calls(&tokens);
        assert_eq!(found.len(), 1, "{found:?}");
        let texts: Vec<Option<&str>> = found
            .iter()
            .flat_map(|call| &call.arguments)
            .map(|it| it.as_ref().map(|(text, _)| text.as_str()))
            .collect();
        assert_eq!(texts, [Some("set"), None, None, None]);
        let named: Vec<(String, usize)> =
            functions(&tokens).into_iter().map(|(name, count, _)| (name, count)).collect();
        assert_eq!(named, [("f".to_owned(), 2)]);
    }
}
