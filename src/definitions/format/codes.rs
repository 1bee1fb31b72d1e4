//! Codes and groups.

use crate::definitions::format::Printer;
use crate::definitions::format::expression::code_ranges;
use crate::definitions::format::expression::paths;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Shape;
use crate::definitions::format::sets::days;
use crate::definitions::format::sets::match_kind;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::MapsTo;
use crate::definitions::parse::tree::NoteKind;
use crate::definitions::parse::tree::ReplacedBy;
use crate::diagnostics::span::Span;
use crate::model::content::Replacing;

impl Printer<'_> {
    pub(super) fn code(&mut self, def: &CodeDef, span: Span) -> Shape {
        let mut head = Flow::of(if def.is_group { "group" } else { "code" });
        head.append(code_ranges(&def.codes, 1));
        if let Some(title) = &def.title {
            head.word(&quoted(&title.item));
        }
        if def.is_starter {
            head.word("starter");
        }
        let has_codes = def.items.iter().any(|item| matches!(item.item, CodeItem::Code(_)));
        let mut body = self.block(&def.items, span, Printer::code_item);
        if body.is_empty() {
            return Shape::Plain(head);
        }
        body.may_be_short = !has_codes;
        Shape::Block(head, body, String::new())
    }

    fn code_item(&mut self, item: &CodeItem, span: Span) -> Shape {
        let keyword = |word: &str, flow: Flow| Shape::Keyword(word.to_owned(), flow);
        match item {
            CodeItem::Also(names) => keyword("also", texts(names, 1)),
            CodeItem::Designation { language, title } => {
                keyword("designation", Flow::of(format!("{} {}", language.item, quoted(&title.item))))
            }
            CodeItem::Definition(text) => keyword("definition", Flow::of(quoted(&text.item))),
            CodeItem::Under(codes) => keyword("under", listed(codes, 1)),
            CodeItem::Valid { from, to } => {
                let mut flow = Flow::default();
                days(&mut flow, from.as_ref(), to.as_ref());
                Shape::Plain(flow)
            }
            CodeItem::Retired { on, replaced_by: by } => {
                let mut flow = Flow::of(on.item.to_string());
                if let Some(by) = by {
                    flow.append(replaced_by(by));
                }
                keyword("retired", flow)
            }
            CodeItem::ReplacedBy(by) => Shape::Plain(replaced_by(by)),
            CodeItem::Relation { relation, codes } => keyword(&relation.item, code_ranges(codes, 1)),
            CodeItem::Note { kind, text } => {
                let word = match kind {
                    NoteKind::Note => "note",
                    NoteKind::Inclusion => "includes",
                };
                keyword(word, Flow::of(quoted(&text.item)))
            }
            CodeItem::Label(line) => {
                let mut flow = listed(&line.labels, 1);
                days(&mut flow, line.from.as_ref(), line.to.as_ref());
                if let Some(see) = &line.see {
                    flow.word(&format!("see {}", quoted(&see.item)));
                }
                keyword("label", flow)
            }
            CodeItem::When { condition, points } => {
                let mut flow = self.expression(condition);
                if let Some(points) = points {
                    flow.word(&format!("points {}", points.item));
                }
                keyword("when", flow)
            }
            CodeItem::Unless(condition) => keyword("unless", self.expression(condition)),
            CodeItem::Needs(fields) => keyword("needs", paths(fields, 1)),
            CodeItem::Code(code) => self.code(code, span),
            _ => self.fact(item),
        }
    }

    /// What a code says about itself.
    fn fact(&self, item: &CodeItem) -> Shape {
        match item {
            CodeItem::Assignable(is_assignable) => {
                Shape::Plain(Flow::of(if *is_assignable { "assignable" } else { "not assignable" }))
            }
            CodeItem::Raise { property, value, when } => {
                let mut flow = Flow::of(format!("{} to", property.item));
                flow.append(self.expression(value));
                flow.word("when");
                flow.append(self.expression(when));
                Shape::Keyword("raise".to_owned(), flow)
            }
            CodeItem::MapsTo(targets) => {
                let mut flow = Flow::of("maps to");
                for (at, target) in targets.iter().enumerate() {
                    if at > 0 {
                        flow.push(";");
                        flow.may_break(0);
                    } else {
                        flow.push(" ");
                    }
                    flow.glue(self.target(target));
                }
                Shape::Plain(flow)
            }
            CodeItem::Property { name, values } => {
                let values = values.iter().map(|value| self.expression(value));
                Shape::Keyword(name.item.clone(), joined(values, 1))
            }
            _ => Shape::Plain(Flow::default()),
        }
    }

    fn target(&self, target: &MapsTo) -> Flow {
        let mut flow = Flow::of(format!("{}/{}", target.set.item, bare(&target.code.item)));
        if let Some(kind) = &target.kind {
            flow.word(match_kind(*kind));
        }
        self.condition(&mut flow, target.when.as_ref(), target.otherwise);
        flow
    }
}

fn replaced_by(by: &ReplacedBy) -> Flow {
    let how = match by.how {
        Replacing::Either => "replaced by either",
        Replacing::Both => "replaced by both",
        Replacing::One => "replaced by",
    };
    let mut flow = Flow::of(how);
    flow.append(listed(&by.codes, 1));
    flow
}
