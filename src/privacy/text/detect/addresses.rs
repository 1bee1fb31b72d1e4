//! Mail and web addresses, and mail addresses that are said: `jane dot roe at example dot com`.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::sign;
use crate::text::words::class;
use crate::text::words::rare;

/// Marks mail and web addresses.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    let text = page.text;
    if page.signs & sign::AT != 0 {
        for (at, _) in text.match_indices('@') {
            if let Some((start, end)) = mail(text, at) {
                found.add(start, end, Kind::Email, rank::FORM);
            }
        }
    }
    if page.rares & rare::MAIL_END != 0 {
        for (at, _) in page.words.iter().enumerate().filter(|(_, word)| word.rare & rare::MAIL_END != 0) {
            if let Some(from) = said(page, at) {
                let (start, end) = page.range(from, at + 1);
                found.add(start, end, Kind::Email, rank::FORM);
            }
        }
    }
    if page.classes & class::WEB == 0 {
        return;
    }
    // An address in an address is part of it.
    let mut after = 0;
    for word in page.words.iter().filter(|word| word.class & class::WEB != 0) {
        if word.start < after {
            continue;
        }
        let rest = text.get(word.end..).unwrap_or("");
        let begin = if rest.starts_with("://") { word.end + 3 } else { word.end + 1 };
        let is_host = rest.starts_with('.') && word.end - word.start == 3;
        let end = web_end(text, begin);
        if (is_host || begin == word.end + 3) && end > begin {
            found.add(word.start, end, Kind::Url, rank::FORM);
            after = end;
        }
    }
}

/// A name, the sign, and a host of two parts or more around it.
fn mail(text: &str, at: usize) -> Option<(usize, usize)> {
    let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '\'' | '-');
    let local = text.get(..at)?;
    let start = local.char_indices().rev().take_while(|(_, c)| is_local(*c)).last()?.0;
    let name = text.get(start..at)?;
    let start = start + (name.len() - name.trim_start_matches(['\'', '.', '-']).len());
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let rest = text.get(at + 1..)?;
    let host = rest.get(..rest.find(|c: char| !is_host(c)).unwrap_or(rest.len()))?;
    let host = host.trim_end_matches(['.', '-']);
    let is_whole = host.contains('.') && !host.starts_with('.') && !host.contains("..");
    (is_whole && start < at).then_some((start, at + 1 + host.len()))
}

/// Where a mail address begins that is said in words and ends with a word: `jane dot roe at example dot com`,
/// `jane[at]example[dot]com`, `jane at example.com`.
fn said(page: &Page<'_>, end: usize) -> Option<usize> {
    const MOST_PARTS: usize = 5;
    let (mut at, mut is_spoken) = (end, false);
    // The host, from its end: words with dots or `dot` between them.
    for _ in 0..MOST_PARTS {
        let (before, is_word) = past(page, at, rare::MAIL_DOT, ".")?;
        is_spoken |= is_word;
        at = before;
        if let Some(sign) = sign_before(page, at) {
            return local(page, sign, is_spoken);
        }
        page.has_shape(at, Shape::Lower).then_some(())?;
    }
    None
}

/// The word that `at` or `@` parts from the host that begins at a place.
fn sign_before(page: &Page<'_>, host: usize) -> Option<(usize, bool)> {
    let before = host.checked_sub(1)?;
    if page.is_rare(before, rare::MAIL_AT) && before > 0 && is_near(page, host) && is_near(page, before) {
        return Some((before - 1, true));
    }
    (bare_sign(page, host) == "@").then_some((before, false))
}

/// Where the part before the sign begins, from its last word. `is_spoken`: a dot of the host was said.
fn local(page: &Page<'_>, (last, is_said): (usize, bool), is_spoken: bool) -> Option<usize> {
    const MOST_PARTS: usize = 4;
    let mut from = last;
    for _ in 0..MOST_PARTS {
        let signed = matches!(page.between(from), "." | "_" | "-").then(|| from.checked_sub(1)).flatten();
        match signed.or_else(|| {
            past(page, from, rare::MAIL_DOT | rare::MAIL_SIGN, ".").filter(|(_, is_word)| *is_word).map(|(it, _)| it)
        }) {
            Some(before) => from = before,
            None => break,
        }
    }
    // `meet me at example.com` says no address of somebody.
    let is_name = !page.is(last, class::COMMON) && !page.is_language(last) || from < last;
    (is_spoken || !is_said || is_name).then_some(from)
}

/// The word before one that a word of a class or a sign parts from it, and whether it was a word.
fn past(page: &Page<'_>, at: usize, class: u64, sign: &str) -> Option<(usize, bool)> {
    let before = at.checked_sub(1)?;
    if page.is_rare(before, class) && is_near(page, at) && is_near(page, before) {
        return Some((before.checked_sub(1)?, true));
    }
    (bare_sign(page, at) == sign).then_some((before, false))
}

/// The sign before a word without blanks and brackets: `(@)`.
fn bare_sign<'t>(page: &Page<'t>, at: usize) -> &'t str {
    page.between(at).trim_matches([' ', '(', ')', '[', ']', '{', '}', '<', '>'])
}

/// Whether blanks, brackets or hyphens part a word from the one before, and nothing else.
fn is_near(page: &Page<'_>, at: usize) -> bool {
    let between = page.between(at);
    between.len() <= 4
        && between
            .chars()
            .all(|c| matches!(c, ' ' | '[' | ']' | '(' | ')' | '{' | '}' | '-' | '_' | '<' | '>' | '*' | '/'))
}

fn web_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ']' | ')');
    let piece = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or("");
    from + piece.trim_end_matches(['.', ',', ';', ':', '!', '?', '-', '\'']).len()
}
