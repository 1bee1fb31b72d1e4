//! Codes and groups.

use crate::definitions::format::Printer;
use crate::definitions::format::expression::code_ranges;
use crate::definitions::format::expression::paths;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Body;
use crate::definitions::format::page::Shape;
use crate::definitions::format::sets::match_kind;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::days;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::CodeDef;
use crate::definitions::parse::tree::CodeItem;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MapsTo;
use crate::definitions::parse::tree::NoteKind;
use crate::definitions::parse::tree::ReplacedBy;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
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
                keyword("title", Flow::of(format!("{} {}", language.item, quoted(&title.item))))
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
                    NoteKind::Inclusion => "inclusion",
                };
                keyword(word, Flow::of(quoted(&text.item)))
            }
            CodeItem::Label(line) => {
                let mut flow = listed(&line.labels, 1);
                days(&mut flow, line.from.as_ref(), line.to.as_ref());
                if let Some(see) = &line.see {
                    flow.word(&format!("see {}", quoted(&see.item)));
                }
                keyword("labelled", flow)
            }
            CodeItem::Propose { condition, points } => {
                let mut flow = self.when(condition);
                if let Some(points) = points {
                    flow.word(&format!("points {}", points.item));
                }
                keyword("propose", flow)
            }
            CodeItem::Never(condition) => keyword("never", self.when(condition)),
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
            CodeItem::Raise { property, value, when, days: on } => {
                let mut flow = self.expression(value);
                flow.append(self.when(when));
                days(&mut flow, on.from.as_ref(), on.to.as_ref());
                Shape::Keyword(property.item.clone(), flow)
            }
            CodeItem::MapsTo(targets) => self.maps_to(targets),
            CodeItem::Property { name, values, days: on } => {
                let values = values.iter().map(|value| self.expression(value));
                let mut flow = joined(values, 1);
                days(&mut flow, on.from.as_ref(), on.to.as_ref());
                Shape::Keyword(name.item.clone(), flow)
            }
            _ => Shape::Plain(Flow::default()),
        }
    }

    /// Targets in one set are a block. The first edition can name several sets in one statement; that stays as it is.
    fn maps_to(&self, targets: &[MapsTo]) -> Shape {
        let Some(set) = targets.first().map(|target| &target.set.item) else {
            return Shape::Plain(Flow::of("maps to"));
        };
        if targets.iter().all(|target| target.set.item == *set) {
            let lines = targets.iter().map(|target| Shape::Plain(self.target(target, "")));
            return Shape::Block(Flow::of(format!("maps to {set}")), Body::made(lines), String::new());
        }
        let mut flow = Flow::of("maps to");
        for (at, target) in targets.iter().enumerate() {
            if at > 0 {
                flow.push(";");
                flow.may_break(0);
            } else {
                flow.push(" ");
            }
            flow.glue(self.target(target, &format!("{}/", target.set.item)));
        }
        Shape::Plain(flow)
    }

    fn target(&self, target: &MapsTo, set: &str) -> Flow {
        let mut flow = Flow::of(format!("{set}{}", bare(&target.code.item)));
        if let Some(kind) = &target.kind {
            flow.word(match_kind(*kind));
        }
        self.condition(&mut flow, target.when.as_ref(), target.otherwise);
        flow
    }

    pub(super) fn when(&self, condition: &Spanned<Expr>) -> Flow {
        let mut flow = Flow::of("when");
        flow.append(self.expression(condition));
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
