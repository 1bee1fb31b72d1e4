//! A code set as definition text.

use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::ids::CodeId;
use std::fmt::Write;

/// Prints a code set as a `codeset` statement: codes stand in the braces of their main parent.
pub fn to_definition(set: &CodeSet) -> String {
    let mut out = String::new();
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
    let mut open: Vec<CodeId> = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes) {
        let parent = code.parents.first();
        while open.last().is_some_and(|top| Some(top) != parent) {
            close(&mut out, &mut open);
        }
        let has_children =
            id.next().and_then(|next| next.get(&set.codes)).is_some_and(|next| next.parents.first() == Some(&id));
        print_code(&mut out, set, code, open.len() + 1, has_children);
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

fn print_code(out: &mut String, set: &CodeSet, code: &Code, depth: usize, has_children: bool) {
    let indent = "  ".repeat(depth);
    let word = if code.is_assignable { "code" } else { "group" };
    let _ = write!(out, "{indent}{word} {} {}", name(&code.code), quoted(&code.title));
    let lines = lines(set, code, has_children);
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
    if let (Some(replacement), Some(last)) = (&code.replaced_by, code.spans.last().and_then(|span| span.to)) {
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
        assert_eq!(to_definition(&set), text);
    }
}
