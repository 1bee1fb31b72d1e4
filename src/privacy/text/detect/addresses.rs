//! Mail and web addresses.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Page;
use crate::text::words::class;

/// Marks mail and web addresses.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    let text = page.text;
    for (at, _) in text.match_indices('@') {
        if let Some((start, end)) = mail(text, at) {
            found.add(start, end, Kind::Email, rank::FORM);
        }
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

fn web_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ']' | ')');
    let piece = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or("");
    from + piece.trim_end_matches(['.', ',', ';', ':', '!', '?', '-', '\'']).len()
}
