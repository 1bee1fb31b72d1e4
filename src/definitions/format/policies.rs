//! Labels, purposes and policies.

use crate::definitions::format::Printer;
use crate::definitions::format::expression::path;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Body;
use crate::definitions::format::page::Shape;
use crate::definitions::format::records::titled;
use crate::definitions::format::words::days;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::EncounterDef;
use crate::definitions::parse::tree::LabelDef;
use crate::definitions::parse::tree::LiftDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OperatorDef;
use crate::definitions::parse::tree::PolicyDef;
use crate::definitions::parse::tree::PolicyItem;
use crate::definitions::parse::tree::PurposeDef;
use crate::definitions::parse::tree::SelectorDef;
use crate::definitions::parse::tree::TextDef;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::policy::CodeTreatment;
use crate::model::policy::Showing;

impl Printer<'_> {
    pub(super) fn label(def: &LabelDef) -> Shape {
        let mut lines = see(def.see.as_ref());
        if !def.says.is_empty() {
            lines.push(Shape::Keyword("says".to_owned(), texts(&def.says, 1)));
        }
        if !def.fields.is_empty() {
            lines.push(Shape::Keyword("fields".to_owned(), texts(&def.fields, 1)));
        }
        if def.is_never_shown {
            lines.push(Shape::Plain(Flow::of("never shown")));
        }
        if def.wants_own_consent {
            lines.push(Shape::Plain(Flow::of("own consent")));
        }
        defined(titled("label", &def.name, Some(&def.title)), lines)
    }

    pub(super) fn purpose(def: &PurposeDef) -> Shape {
        let mut lines = see(def.see.as_ref());
        if let Some(under) = &def.under {
            lines.push(Shape::Keyword("under".to_owned(), Flow::of(under.item.clone())));
        }
        if def.is_emergency {
            lines.push(Shape::Plain(Flow::of("emergency")));
        }
        if def.is_public {
            lines.push(Shape::Plain(Flow::of("public")));
        }
        defined(titled("purpose", &def.name, Some(&def.title)), lines)
    }

    pub(super) fn policy(&mut self, def: &PolicyDef, span: Span) -> Shape {
        let head = titled("policy", &def.name, def.title.as_ref());
        Shape::Block(head, self.block(&def.items, span, |_, item, _| policy_item(item)), String::new())
    }
}

fn see(see: Option<&Name>) -> Vec<Shape> {
    see.map(|see| Shape::Keyword("see".to_owned(), Flow::of(quoted(&see.item)))).into_iter().collect()
}

fn defined(head: Flow, lines: Vec<Shape>) -> Shape {
    if lines.is_empty() { Shape::Plain(head) } else { Shape::Block(head, Body::made(lines), String::new()) }
}

fn policy_item(item: &PolicyItem) -> Shape {
    let keyword = |word: &str, flow: Flow| Shape::Keyword(word.to_owned(), flow);
    match item {
        PolicyItem::Audience(name) => keyword("audience", Flow::of(name.item.clone())),
        PolicyItem::Version(number) => keyword("version", Flow::of(number.item.to_string())),
        PolicyItem::Purpose { purposes, not } => {
            let mut flow = listed(purposes, 1);
            if !not.is_empty() {
                flow.word("not");
                flow.append(listed(not, 1));
            }
            keyword("purpose", flow)
        }
        PolicyItem::Fields { selectors, operator } => fields(selectors, operator),
        PolicyItem::Text(text) => keyword("free text", free_text(text)),
        PolicyItem::Codes { labels, treatment } => {
            let mut flow = Flow::default();
            if !labels.is_empty() {
                flow = Flow::of("labelled");
                flow.append(listed(labels, 1));
            }
            flow.word(treated(*treatment));
            keyword("codes", flow)
        }
        PolicyItem::Withhold { labels, unless } => {
            let mut flow = listed(labels, 1);
            for (at, lift) in unless.iter().enumerate() {
                flow.word(if at == 0 { "unless" } else { "or" });
                flow.append(lifted(lift));
            }
            keyword("withhold", flow)
        }
        PolicyItem::RequireConsent => keyword("require", Flow::of("consent")),
        PolicyItem::Domains { selectors, operator } => domains(selectors, operator),
        PolicyItem::Encounters { labels, doing } => encounters(labels, doing),
        PolicyItem::Obligation { name, text, labels } => {
            let mut flow = Flow::of(format!("{} {}", name.item, quoted(&text.item)));
            if !labels.is_empty() {
                flow.word("with");
                flow.append(listed(labels, 1));
            }
            keyword("obligation", flow)
        }
        PolicyItem::Candidates(word) => keyword("candidates", Flow::of(shown(*word))),
        PolicyItem::Findings(word) => keyword("findings", Flow::of(shown(*word))),
        PolicyItem::Dated(item, on) => {
            let mut shape = policy_item(item);
            if let Shape::Keyword(_, flow) | Shape::Plain(flow) = &mut shape {
                days(flow, on.from.as_ref(), on.to.as_ref());
            }
            shape
        }
        PolicyItem::Counts { under, complement } => {
            let with = if *complement { " with complement" } else { "" };
            keyword("counts", Flow::of(format!("below {} hide{with}", under.item)))
        }
    }
}

/// `keep`, `remove`, `mask KINDS as "…"`.
fn free_text(def: &TextDef) -> Flow {
    match def {
        TextDef::Keep => Flow::of("keep"),
        TextDef::Remove => Flow::of("remove"),
        TextDef::Mask { kinds, replacement } => {
            let mut flow = Flow::of("mask");
            flow.append(if kinds.is_empty() { Flow::of("all") } else { listed(kinds, 1) });
            if let Some(replacement) = replacement {
                flow.word(&format!("as {}", quoted(&replacement.item)));
            }
            flow
        }
    }
}

fn encounters(labels: &[Name], doing: &EncounterDef) -> Shape {
    let mut flow = Flow::of("labelled");
    flow.append(listed(labels, 1));
    match doing {
        EncounterDef::Refuse => flow.word("refuse"),
        EncounterDef::Codes(treatment) => flow.word(&format!("codes {}", treated(*treatment))),
        EncounterDef::Fields { selectors, operator } => match fields(selectors, operator) {
            Shape::Keyword(word, rest) => {
                flow.word(&word);
                flow.append(rest);
            }
            Shape::Plain(rest) => flow.append(rest),
            _ => {}
        },
    }
    Shape::Keyword("encounters".to_owned(), flow)
}

/// `remove A, B`, or `A, B to OP`.
fn fields(selectors: &[Spanned<SelectorDef>], operator: &OperatorDef) -> Shape {
    let listed = joined(selectors.iter().map(|it| selector(&it.item)), 1);
    let is_verb = matches!(operator.name.item.as_str(), "remove" | "keep" | "mask");
    if is_verb && operator.argument.is_none() {
        return Shape::Keyword(operator.name.item.clone(), listed);
    }
    let argument = operator.argument.as_ref().map_or_else(String::new, |argument| format!(" {}", argument.item));
    let to = format!("to {}{argument}", operator.name.item);
    match selectors {
        [Spanned { item: SelectorDef::Path(field), .. }] => Shape::Keyword(path(field), Flow::of(to)),
        _ => {
            let mut flow = listed;
            flow.word(&to);
            Shape::Plain(flow)
        }
    }
}

/// `domains may keep …`, `domains may coarsen … by OP`.
fn domains(selectors: &[Spanned<SelectorDef>], operator: &OperatorDef) -> Shape {
    let listed = joined(selectors.iter().map(|it| selector(&it.item)), 1);
    let is_keep = operator.name.item == "keep";
    let mut flow = Flow::of(if is_keep { "may keep" } else { "may coarsen" });
    flow.append(listed);
    if !is_keep {
        let argument = operator.argument.as_ref().map_or_else(String::new, |argument| format!(" {}", argument.item));
        flow.word(&format!("by {}{argument}", operator.name.item));
    }
    Shape::Keyword("domains".to_owned(), flow)
}

fn selector(selector: &SelectorDef) -> Flow {
    match selector {
        SelectorDef::Identifying(kinds) if kinds.is_empty() => Flow::of("every field that identifies"),
        SelectorDef::Identifying(kinds) => {
            let mut flow = Flow::of("every field that identifies");
            flow.append(listed(kinds, 1));
            flow
        }
        SelectorDef::QuasiIdentifier => Flow::of("every quasi-identifier"),
        SelectorDef::Date => Flow::of("every date"),
        SelectorDef::Free => Flow::of("every free field"),
        SelectorDef::Sensitive(None) => Flow::of("every sensitive field"),
        SelectorDef::Sensitive(Some(label)) => Flow::of(format!("every sensitive field {}", label.item)),
        SelectorDef::Plain => Flow::of("plain"),
        SelectorDef::Signal => Flow::of("every signal field"),
        SelectorDef::Every => Flow::of("every field"),
        SelectorDef::Undeclared => Flow::of("undeclared"),
        SelectorDef::Path(field) => Flow::of(path(field)),
    }
}

fn treated(treatment: CodeTreatment) -> &'static str {
    match treatment {
        CodeTreatment::Keep => "keep",
        CodeTreatment::RollUp => "roll up to group",
        CodeTreatment::Withhold => "withhold",
    }
}

fn shown(showing: Showing) -> &'static str {
    match showing {
        Showing::Keep => "keep",
        Showing::CodesOnly => "codes-only",
        Showing::Remove => "remove",
    }
}

fn lifted(lift: &LiftDef) -> Flow {
    match lift {
        LiftDef::Consent => Flow::of("consent"),
        LiftDef::Emergency => Flow::of("emergency"),
        LiftDef::Recipient(states) => {
            let mut flow = Flow::of("recipient in");
            flow.append(super::words::bracketed(listed(states, 2)));
            flow
        }
    }
}
