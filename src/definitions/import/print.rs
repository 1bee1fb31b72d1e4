//! A code set as definition text.

use super::merge::Merged;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::ids::CodeId;
use std::fmt::Write;

/// Prints what files came to as a `codeset` statement: codes stand in the braces of their main parent.
pub fn to_definition(merged: &Merged) -> String {
    let (set, mut out) = (&merged.set, String::new());
    let columns = columns(merged);
    let title = if set.title.is_empty() { String::new() } else { format!(" {}", quoted(&set.title)) };
    let _ = writeln!(out, "codeset {}{title} {{", name(&set.name));
    if !set.uri.is_empty() {
        let _ = writeln!(out, "  uri {}", quoted(&set.uri));
    }
    for release in &set.releases {
        let span = Validity { from: release.from, to: release.to, is_assignable: true };
        let _ = writeln!(
            out,
            "  release {}{}",
            name(&release.name),
            days(&span).map_or(String::new(), |days| format!(" {days}"))
        );
    }
    for relation in &set.relations {
        let symmetric = if relation.is_symmetric { " symmetric" } else { "" };
        let inherited = if relation.is_inherited { " inherited" } else { "" };
        let _ = writeln!(out, "  relation {}{symmetric}{inherited}", name(&relation.name));
    }
    for (property, is_integer) in &columns {
        let _ = writeln!(out, "  property {} {}", name(property), if *is_integer { "integer" } else { "text" });
    }
    let mut open: Vec<CodeId> = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes) {
        let parent = code.parents.first();
        while open.last().is_some_and(|top| Some(top) != parent) {
            close(&mut out, &mut open);
        }
        let has_children =
            id.next().and_then(|next| next.get(&set.codes)).is_some_and(|next| next.parents.first() == Some(&id));
        let mut lines = lines(set, code, has_children);
        lines.extend(values(merged, id, &columns));
        print_code(&mut out, code, lines, open.len() + 1, has_children);
        if has_children {
            open.push(id);
        }
    }
    while !open.is_empty() {
        close(&mut out, &mut open);
    }
    out.push_str("}\n");
    out
}

fn close(out: &mut String, open: &mut Vec<CodeId>) {
    open.pop();
    let _ = writeln!(out, "{}}}", "  ".repeat(open.len() + 1));
}

/// The properties that the codes have, in the order in which they come, and whether all their values are whole numbers.
fn columns(merged: &Merged) -> Vec<(String, bool)> {
    let mut columns: Vec<(String, bool)> = Vec::new();
    for (_, property, value) in &merged.properties {
        // A number with a zero before it is the text of a code.
        let is_integer = value.parse::<i64>().is_ok_and(|number| number.to_string() == *value);
        match columns.iter_mut().find(|(known, _)| known == property) {
            Some((_, all)) => *all &= is_integer,
            None => columns.push((property.clone(), is_integer)),
        }
    }
    columns
}

/// The lines of a code's properties.
fn values(merged: &Merged, id: CodeId, columns: &[(String, bool)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (property, is_integer) in columns {
        // They stand in the order of the codes.
        let start = merged.properties.partition_point(|(code, ..)| *code < id);
        let own = merged.properties.iter().skip(start).take_while(|(code, ..)| *code == id);
        let own = own.filter(|(_, known, _)| known == property);
        let own: Vec<String> = own.map(|(.., value)| if *is_integer { value.clone() } else { quoted(value) }).collect();
        if !own.is_empty() {
            lines.push(format!("{} {}", name(property), own.join(", ")));
        }
    }
    lines
}

fn print_code(out: &mut String, code: &Code, lines: Vec<String>, depth: usize, has_children: bool) {
    let indent = "  ".repeat(depth);
    let word = if code.is_assignable { "code" } else { "group" };
    let _ = write!(out, "{indent}{word} {} {}", name(&code.code), quoted(&code.title));
    if lines.is_empty() && !has_children {
        out.push('\n');
        return;
    }
    out.push_str(" {\n");
    for line in lines {
        let _ = writeln!(out, "{indent}  {line}");
    }
    if !has_children {
        let _ = writeln!(out, "{indent}}}");
    }
}

fn lines(set: &CodeSet, code: &Code, has_children: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let named = |id: &CodeId| id.get(&set.codes).map_or(String::new(), |code| name(&code.code));
    if has_children && code.is_assignable {
        lines.push("assignable".to_owned());
    }
    if !code.synonyms.is_empty() {
        let synonyms: Vec<String> = code.synonyms.iter().map(|synonym| quoted(synonym)).collect();
        lines.push(format!("also {}", synonyms.join(", ")));
    }
    lines.extend(
        code.designations.iter().map(|(language, title)| format!("title {} {}", name(language), quoted(title))),
    );
    if !code.definition.is_empty() {
        lines.push(format!("definition {}", quoted(&code.definition)));
    }
    if let Some(more) = code.parents.get(1..).filter(|more| !more.is_empty()) {
        lines.push(format!("under {}", more.iter().map(named).collect::<Vec<_>>().join(", ")));
    }
    lines.extend(code.spans.iter().filter(|span| span.is_assignable || !code.is_assignable).filter_map(days));
    lines.extend(code.notes.iter().map(|(kind, text)| match kind.as_str() {
        "includes" => format!("inclusion {}", quoted(text)),
        _ => format!("note {}", quoted(text)),
    }));
    for (relation, from, to) in &code.relations {
        let range = if from == to { named(from) } else { format!("{}..{}", named(from), named(to)) };
        let name = relation.get(&set.relations).map_or("", |relation| relation.name.as_str());
        lines.push(format!("{name} {range}"));
    }
    // Where no code of the list replaces it, the line would say nothing.
    let replaced_by = code.replaced_by.as_ref().filter(|replacement| !replacement.codes.is_empty());
    if let (Some(replacement), Some(last)) = (replaced_by, code.spans.last().and_then(|span| span.to)) {
        let how = match replacement.how {
            Replacing::One => "",
            Replacing::Either => "either ",
            Replacing::Both => "both ",
        };
        let codes = replacement.codes.iter().map(named).collect::<Vec<_>>().join(", ");
        lines.push(format!("retired {last} replaced by {how}{codes}"));
    }
    lines
}

fn days(span: &Validity) -> Option<String> {
    match (span.from, span.to) {
        (Some(from), Some(to)) => Some(format!("from {from} to {to}")),
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(to)) => Some(format!("to {to}")),
        (None, None) => None,
    }
}

/// A name or code as it is, if it may stand so; else in quotes.
fn name(text: &str) -> String {
    let inside = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/');
    let is_plain = text.starts_with(|sign: char| sign.is_ascii_alphanumeric())
        && text.ends_with(|sign: char| sign.is_ascii_alphanumeric())
        && text.chars().all(inside)
        && !text.contains("..");
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{}\"", text.replace('\r', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_their_parents() {
        let code = |code: &str, parents: &[CodeId], is_assignable| Code {
            code: code.to_owned(),
            title: format!("The \"{code}\""),
            parents: parents.to_vec(),
            is_assignable,
            ..Code::default()
        };
        let codes = vec![code("A", &[], false), code("A 1", &[CodeId::FIRST], true), code("B", &[], true)];
        let set = CodeSet { name: "x".to_owned(), codes, ..CodeSet::default() };
        let text = "codeset x {\n  group A \"The \\\"A\\\"\" {\n    code \"A 1\" \"The \\\"A 1\\\"\"\n  }\n  code B \"The \\\"B\\\"\"\n}\n";
        assert_eq!(to_definition(&Merged { set, ..Merged::default() }), text);
    }
}
