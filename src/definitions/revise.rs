//! A list of codes that came again, put into the code set that was made of it before: what is new is added, what is said
//! otherwise is changed, what is gone ends. What a person wrote into the set stays.

use crate::definitions::format;
use crate::definitions::parse;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::File;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use std::collections::BTreeMap;

/// What became of a set.
#[derive(Debug, Default, PartialEq)]
pub struct Revised {
    /// The file, with everything in it.
    pub text: String,
    /// New codes with their titles, in the order of the list.
    pub added: Vec<(String, String)>,
    /// Codes of which something else is said, and what.
    pub changed: Vec<(String, Vec<String>)>,
    /// Codes that the list has no more, with their titles.
    pub ended: Vec<(String, String)>,
    /// Codes that had ended and are in the list again: whether they are in force is for a person to say.
    pub back: Vec<String>,
}

/// Puts a list, printed as one code set, into the set of a file. Codes that the list has no more end on `last`.
///
/// # Errors
/// If the file cannot be read whole, or has no such code set; `name` may be left out where it has one only.
pub fn revise(old: &str, name: Option<&str>, list: &str, last: Day) -> Result<Revised, String> {
    let (tree, problems) = parse::parse(old, Edition::Second);
    if problems.iter().any(crate::diagnostics::Diagnostic::is_error) {
        return Err("the file has errors: see `tencode check`".to_owned());
    }
    let (list_tree, _) = parse::parse(list, Edition::Second);
    let (new, _) = sets(&list_tree).next().ok_or("the list has no codes")?;
    let (own, span) = own_set(&tree, name)?;
    let mut revising = Revising { old, list, last, edits: Vec::new(), revised: Revised::default() };
    revising.heads(own, new, span);
    let known = codes(&own.items);
    let listed = codes(&new.items);
    for item in &new.items {
        if let SetItem::Code(code) = &item.item {
            revising.code(code, item.span, span, &known);
        }
    }
    for (code, (def, span)) in &known {
        if !listed.contains_key(code) && !holds_listed(def, &listed) {
            revising.end(def, *span);
        }
    }
    let mut text = format::print(&revising.edited());
    if old.contains("\r\n") {
        text = text.replace('\n', "\r\n");
    }
    Ok(Revised { text, ..revising.revised })
}

fn sets(file: &File) -> impl Iterator<Item = (&CodeSetDef, Span)> {
    file.statements.iter().filter_map(|statement| match &statement.item {
        Statement::CodeSet(def) => Some((def, statement.span)),
        _ => None,
    })
}

fn own_set<'t>(tree: &'t File, name: Option<&str>) -> Result<(&'t CodeSetDef, Span), String> {
    let fits = |def: &CodeSetDef| !def.is_overlay && name.is_none_or(|name| def.name.item == name);
    let mut found = sets(tree).filter(|(def, _)| fits(def));
    match (found.next(), found.next(), name) {
        (Some(one), None, _) => Ok(one),
        (None, _, Some(name)) => Err(format!("there is no code set `{name}` in the file")),
        (None, _, None) => Err("there is no code set in the file".to_owned()),
        (Some(_), Some(_), _) => Err("there are several code sets in the file: say which with --name".to_owned()),
    }
}

/// Codes by what makes their names the same, with the groups, and where each stands.
type Codes<'t> = BTreeMap<String, (&'t CodeDef, Span)>;

/// A name as the code set compares it: without regard to case and dots.
fn folded(name: &str) -> String {
    name.chars().filter(|sign| *sign != '.').flat_map(char::to_uppercase).collect()
}

/// Whether a code or group has codes inside that the list has: it goes on with them, though no list names headings.
fn holds_listed(code: &CodeDef, listed: &Codes<'_>) -> bool {
    code.items.iter().any(|item| match &item.item {
        CodeItem::Code(inner) => {
            name_of(inner).is_some_and(|name| listed.contains_key(&folded(name))) || holds_listed(inner, listed)
        }
        _ => false,
    })
}

fn codes(items: &[Spanned<SetItem>]) -> Codes<'_> {
    let mut out = Codes::new();
    for item in items {
        if let SetItem::Code(code) = &item.item {
            add(code, item.span, &mut out);
        }
    }
    out
}

fn add<'t>(code: &'t CodeDef, span: Span, out: &mut Codes<'t>) {
    if let Some(name) = name_of(code) {
        out.entry(folded(name)).or_insert((code, span));
    }
    for item in &code.items {
        if let CodeItem::Code(inner) = &item.item {
            add(inner, item.span, out);
        }
    }
}

/// The name of a code that stands alone; lines about several codes say nothing of their own.
fn name_of(code: &CodeDef) -> Option<&str> {
    match code.codes.as_slice() {
        [range] if range.to.is_none() => Some(range.from.item.as_str()),
        _ => None,
    }
}

struct Revising<'t> {
    old: &'t str,
    list: &'t str,
    last: Day,
    /// Pieces of the old text and what takes their place.
    edits: Vec<(Span, String)>,
    revised: Revised,
}

impl Revising<'_> {
    /// Declares the properties and relations that the list has and the set has not.
    fn heads(&mut self, own: &CodeSetDef, new: &CodeSetDef, set: Span) {
        let declared = |item: &SetItem| match item {
            SetItem::Property { name, .. } | SetItem::Relation { name, .. } => Some(name.item.clone()),
            _ => None,
        };
        let known: Vec<String> = own.items.iter().filter_map(|item| declared(&item.item)).collect();
        let is_new = |item: &&Spanned<SetItem>| declared(&item.item).is_some_and(|name| !known.contains(&name));
        for item in new.items.iter().filter(is_new) {
            let line = self.listed(item.span).to_owned();
            self.insert(set, &line);
        }
    }

    fn listed(&self, span: Span) -> &str {
        self.list.get(span.start..span.end).unwrap_or_default().trim()
    }

    /// Adds a code to the block it stands in, or goes through what is said of it and of the codes inside.
    fn code(&mut self, new: &CodeDef, span: Span, block: Span, known: &Codes<'_>) {
        let Some(name) = name_of(new) else { return };
        let Some((own, own_span)) = known.get(&folded(name)).copied() else {
            let text = self.written(new, span, known);
            self.insert(block, &text);
            return;
        };
        self.compare(name, own, own_span, new);
        for item in &new.items {
            if let CodeItem::Code(inner) = &item.item {
                self.code(inner, item.span, own_span, known);
            }
        }
    }

    /// A new code with the new ones inside; those that are there already stay where they stand.
    fn written(&mut self, new: &CodeDef, span: Span, known: &Codes<'_>) -> String {
        let name = name_of(new).unwrap_or_default();
        let title = new.title.as_ref().map(|title| title.item.clone()).unwrap_or_default();
        self.revised.added.push((name.to_owned(), title));
        let end = new.items.first().map_or(span.end, |first| first.span.start);
        let before = self.list.get(span.start..end).unwrap_or_default().trim_end();
        let head = before.strip_suffix('{').unwrap_or(before).trim().to_owned();
        let mut lines = Vec::new();
        for item in &new.items {
            match &item.item {
                CodeItem::Code(inner) if name_of(inner).is_some_and(|name| known.contains_key(&folded(name))) => {}
                CodeItem::Code(inner) => lines.push(self.written(inner, item.span, known)),
                _ => lines.push(self.listed(item.span).to_owned()),
            }
        }
        if lines.is_empty() { head } else { format!("{head} {{\n{}\n}}", lines.join("\n")) }
    }

    /// Changes what the list says otherwise of a code.
    fn compare(&mut self, name: &str, own: &CodeDef, own_span: Span, new: &CodeDef) {
        let mut changes = Vec::new();
        if let (Some(old), Some(title)) = (&own.title, &new.title)
            && old.item != title.item
        {
            changes.push(format!("title \"{}\", was \"{}\"", title.item, old.item));
            self.edits.push((old.span, self.listed(title.span).to_owned()));
        }
        for item in new.items.iter().filter(|item| !matches!(item.item, CodeItem::Code(_))) {
            let key = key(&item.item, self.listed(item.span));
            let text = |span: Span| self.old.get(span.start..span.end).unwrap_or_default().trim();
            let same = own
                .items
                .iter()
                .find(|own| !matches!(own.item, CodeItem::Code(_)) && self::key(&own.item, text(own.span)) == key);
            let mut line = self.listed(item.span).to_owned();
            if let CodeItem::Valid { from, to } = &item.item {
                match days(same.map(|same| &same.item), from.as_ref().map(|it| it.item), to.as_ref().map(|it| it.item))
                {
                    Some(days) => line = days,
                    None => continue,
                }
            }
            match same {
                None => {
                    changes.push(line.clone());
                    self.insert(own_span, &line);
                }
                Some(same) if is_said(&same.item, text(same.span), &item.item, &line) => {}
                Some(same) => {
                    let line = with_own_words(&same.item, &item.item).unwrap_or(line);
                    changes.push(format!("{line}, was {}", text(same.span)));
                    self.edits.push((same.span, line));
                }
            }
        }
        let has_days = |code: &CodeDef| code.items.iter().any(|item| ends(&item.item));
        if has_days(own) && !has_days(new) {
            self.revised.back.push(name.to_owned());
        }
        if !changes.is_empty() {
            self.revised.changed.push((name.to_owned(), changes));
        }
    }

    /// Ends a code that the list has no more.
    fn end(&mut self, own: &CodeDef, span: Span) {
        let name = name_of(own).unwrap_or_default();
        if own.items.iter().any(|item| ends(&item.item)) {
            return;
        }
        let title = own.title.as_ref().map(|title| title.item.clone()).unwrap_or_default();
        self.revised.ended.push((name.to_owned(), title));
        let begun = own.items.iter().find_map(|item| match &item.item {
            CodeItem::Valid { from: Some(from), to: None } => Some((item.span, from.item)),
            _ => None,
        });
        match begun {
            Some((span, from)) => self.edits.push((span, format!("from {from} to {}", self.last))),
            None => self.insert(span, &format!("to {}", self.last)),
        }
    }

    /// Puts a line at the end of a block, or behind what has none yet.
    fn insert(&mut self, block: Span, line: &str) {
        let has_block = self.old.get(block.start..block.end).is_some_and(|text| text.trim_end().ends_with('}'));
        if has_block {
            let text = self.old.get(block.start..block.end).unwrap_or_default();
            let at = block.start + text.trim_end().len() - 1;
            self.edits.push((Span::new(at, at), format!("\n{line}\n")));
            return;
        }
        // All lines of one new block are put together.
        let at = Span::new(block.end, block.end);
        match self.edits.iter_mut().find(|(span, text)| *span == at && text.starts_with(" {")) {
            Some((_, text)) => text.insert_str(text.len() - 1, &format!("{line}\n")),
            None => self.edits.push((at, format!(" {{\n{line}\n}}"))),
        }
    }

    /// The old text with all edits. Those at one place stay in their order.
    fn edited(&mut self) -> String {
        self.edits.sort_by_key(|(span, _)| span.start);
        let (mut out, mut at) = (String::new(), 0);
        for (span, text) in &self.edits {
            out.push_str(self.old.get(at..span.start).unwrap_or_default());
            out.push_str(text);
            at = span.end.max(at);
        }
        out.push_str(self.old.get(at..).unwrap_or_default());
        out
    }
}

/// The days of a code that is there already, where a list says others. A release that has the code does not tell that it
/// began with it: its first day only moves back, and one that ended stays so. `None` if nothing changes.
fn days(own: Option<&CodeItem>, from: Option<Day>, to: Option<Day>) -> Option<String> {
    let (own_from, own_to) = match own {
        Some(CodeItem::Valid { from, to }) => (from.as_ref().map(|it| it.item), to.as_ref().map(|it| it.item)),
        _ => (None, None),
    };
    let first = own_from.map(|own| from.map_or(own, |from| from.min(own)));
    let last = own_to.or(to);
    if (first, last) == (own_from, own_to) {
        return None;
    }
    let parts = [first.map(|day| format!("from {day}")), last.map(|day| format!("to {day}"))];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Whether a line says that the code ends.
fn ends(item: &CodeItem) -> bool {
    matches!(item, CodeItem::Valid { to: Some(_), .. } | CodeItem::Retired { .. })
}

/// What a line is about: of two lines that are about the same the one takes the place of the other.
fn key(item: &CodeItem, text: &str) -> String {
    match item {
        CodeItem::Also(_) => "also".to_owned(),
        CodeItem::Designation { language, .. } => format!("title {}", language.item),
        CodeItem::Definition(_) => "definition".to_owned(),
        CodeItem::Under(_) => "under".to_owned(),
        CodeItem::Valid { .. } => "days".to_owned(),
        CodeItem::Retired { .. } | CodeItem::ReplacedBy(_) => "retired".to_owned(),
        CodeItem::Property { name, .. } => format!("property {}", name.item),
        CodeItem::Assignable(_) => "assignable".to_owned(),
        _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Whether the set says already what the list says.
fn is_said(own: &CodeItem, own_text: &str, new: &CodeItem, new_text: &str) -> bool {
    match (own, new) {
        (CodeItem::Also(own), CodeItem::Also(new)) => new.iter().all(|it| own.iter().any(|own| own.item == it.item)),
        (CodeItem::Designation { title: own, .. }, CodeItem::Designation { title: new, .. })
        | (CodeItem::Definition(own), CodeItem::Definition(new)) => own.item == new.item,
        _ => own_text.split_whitespace().eq(new_text.split_whitespace()),
    }
}

/// Further words for a code: those of the set stay, too.
fn with_own_words(own: &CodeItem, new: &CodeItem) -> Option<String> {
    let (CodeItem::Also(own), CodeItem::Also(new)) = (own, new) else { return None };
    let more = new.iter().filter(|it| !own.iter().any(|own| own.item == it.item));
    let words: Vec<String> = own.iter().chain(more).map(|word| quoted(&word.item)).collect();
    Some(format!("also {}", words.join(", ")))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const OLD: &str = r#"# Permits of the town.
codeset permits "Permits" {
    search in note
    group B "Building" {
        code B1 "Fence" { also "garden fence" # by hand
            propose when wall }
        code B2 "Roof"
    }
    code C1 "Café" { from 2020-01-01 }
    code D1 "Old" { to 2021-12-31 }
    code E1 "Dog"
}
"#;
    const LIST: &str = r#"codeset permits {
  property fee integer
  group B "Building" {
    code B1 "Fence or wall" {
      also "hedge"
      fee 30
    }
    code B3 "Solar {panel}" {
      title es "Panel solar"
    }
  }
  code D1 "Old"
  code E1 "Dog" {
    definition "One dog"
  }
  code F1 "Fire"
}
"#;

    #[test]
    fn a_list_that_comes_again_changes_only_what_it_says_otherwise() {
        let revised = revise(OLD, None, LIST, Day::parse("2025-06-30").unwrap()).unwrap();
        let pair = |code: &str, title: &str| (code.to_owned(), title.to_owned());
        assert_eq!(revised.added, [pair("B3", "Solar {panel}"), pair("F1", "Fire")]);
        assert_eq!(revised.ended, [pair("B2", "Roof"), pair("C1", "Café")]);
        assert_eq!(revised.back, ["D1"]);
        let changed: Vec<&str> = revised.changed.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(changed, ["B1", "E1"]);
        let expected = r#"# Permits of the town.
codeset permits "Permits" {
    search   in note
    property fee integer
    group B "Building" {
        code B1 "Fence or wall" {
            # by hand
            also "garden fence", "hedge"
            propose when wall
            fee 30
        }
        code B2 "Roof" { to 2025-06-30 }
        code B3 "Solar {panel}" { title es "Panel solar" }
    }
    code C1 "Café" { from 2020-01-01 to 2025-06-30 }
    code D1 "Old" { to 2021-12-31 }
    code E1 "Dog" { definition "One dog" }
    code F1 "Fire"
}
"#;
        // The layout is the printer's; what counts is that nothing is lost and nothing else is said.
        assert_eq!(plain(&revised.text), plain(expected), "{}", revised.text);
        let again = revise(&revised.text, Some("permits"), LIST, Day::parse("2026-06-30").unwrap()).unwrap();
        assert_eq!((again.added, again.changed, again.ended), (vec![], vec![], vec![]), "{}", again.text);
        assert_eq!(again.text, revised.text);
    }

    /// Its words, in an order that does not depend on where lines and comments are put.
    fn plain(text: &str) -> Vec<&str> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        words.sort_unstable();
        words
    }

    #[test]
    fn what_held_before_holds_and_what_ended_stays_ended() {
        let old = "codeset permits \"Permits\" {\r\n    group B \"Building\" {\r\n        code B1 \"Fence\"\r\n        code B2 \"Roof\"\r\n    }\r\n    code C1 \"Late\" { from 2024-01-01 }\r\n    code D1 \"Old\" { to 2021-12-31 }\r\n    code E1 \"Gone\"\r\n}\r\n";
        let list = "codeset permits {\n  code b1 \"Fence\" { from 2026-01-01 }\n  code C1 \"Late\" { from 2026-01-01 to 2026-12-31 }\n  code D1 \"Old\" { from 2026-01-01 }\n  code F1 \"New\" { from 2026-01-01 }\n}\n";
        let revised = revise(old, None, list, Day::parse("2025-12-31").unwrap()).unwrap();
        let codes = |them: &[(String, String)]| them.iter().map(|(code, _)| code.clone()).collect::<Vec<_>>();
        assert_eq!(
            (codes(&revised.added), codes(&revised.ended)),
            (vec!["F1".to_owned()], vec!["B2".to_owned(), "E1".to_owned()])
        );
        for line in [
            "group B \"Building\" {",
            "code B1 \"Fence\"\r\n",
            "from 2024-01-01 to 2026-12-31",
            "code D1 \"Old\" { to 2021-12-31 }",
            "code F1 \"New\" { from 2026-01-01 }",
        ] {
            assert!(revised.text.contains(line), "{line}: {}", revised.text);
        }
        assert_eq!(revised.text.matches('\n').count(), revised.text.matches("\r\n").count());
        assert_eq!(revised.back, ["D1"]);
    }

    #[test]
    fn the_set_has_to_be_there_and_its_file_without_errors() {
        let last = Day::parse("2025-06-30").unwrap();
        let why = |old: &str, name| revise(old, name, LIST, last).unwrap_err();
        assert_eq!(why(OLD, Some("other")), "there is no code set `other` in the file");
        assert_eq!(why("", None), "there is no code set in the file");
        assert!(why("codeset a {\n}\ncodeset b {\n}\n", None).contains("say which with --name"));
        assert!(why("codeset a {\n", None).contains("has errors"));
    }
}
