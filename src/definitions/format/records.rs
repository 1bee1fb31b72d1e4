//! Records and types.

use crate::definitions::format::Printer;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::page::Shape;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::bracketed;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::listed;
use crate::definitions::format::words::quoted;
use crate::definitions::format::words::texts;
use crate::definitions::parse::tree::Attribute;
use crate::definitions::parse::tree::ExtendDef;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RecordDef;
use crate::definitions::parse::tree::SimpleKind;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;

/// What stands in the block of a record.
enum Item<'a> {
    Field(&'a FieldDef),
    Carried(&'a [Name]),
    Zone(&'a Name),
}

impl Printer<'_> {
    pub(super) fn record(&mut self, def: &RecordDef, span: Span) -> Shape {
        let head = titled("record", &def.name, def.title.as_ref());
        let Some(block) = self.trivia.block(span) else { return Shape::Plain(head) };
        let carried = def.carried.iter().map(|words| (words.span, Item::Carried(&words.item)));
        let zone = def.zone.iter().map(|zone| (zone.span, Item::Zone(zone)));
        let fields = def.fields.iter().map(|field| (field_span(field), Item::Field(field)));
        let mut items: Vec<(Span, Item<'_>)> = carried.chain(zone).chain(fields).collect();
        items.sort_by_key(|(span, _)| *span);
        let body = self.body(items.into_iter(), block, |printer, item, span| match item {
            Item::Field(field) => printer.field(field, span),
            Item::Carried(words) => Shape::Keyword("findings".to_owned(), carried_words(words)),
            Item::Zone(zone) => Shape::Keyword("zone".to_owned(), Flow::of(quoted(&zone.item))),
        });
        Shape::Block(head, body, String::new())
    }

    pub(super) fn extend(&mut self, def: &ExtendDef, span: Span) -> Shape {
        let head = Flow::of(format!("extend record {}", def.record.item));
        if self.trivia.block(span).is_none() {
            return Shape::Plain(head);
        }
        let body = self.fields(&def.fields, span);
        Shape::Block(head, body, String::new())
    }

    fn fields(&mut self, fields: &[FieldDef], of: Span) -> super::page::Body {
        let Some(block) = self.trivia.block(of) else { return super::page::Body::default() };
        let items = fields.iter().map(|field| (field_span(field), field));
        self.body(items, block, Printer::field)
    }

    fn field(&mut self, field: &FieldDef, span: Span) -> Shape {
        let mut attributes: Vec<&Spanned<Attribute>> = field.attributes.iter().collect();
        attributes.sort_by_key(|attribute| order(&attribute.item));
        let mut rest = Flow::default();
        for (at, attribute) in attributes.iter().enumerate() {
            let printed = self.attribute(&attribute.item);
            if at == 0 {
                rest = printed;
            } else {
                rest.append(printed);
            }
        }
        match nested(&field.kind.item) {
            Some((lists, fields)) => {
                let head = Flow::of(format!("{} {}", field.name.item, "list of ".repeat(lists)).trim_end());
                let body = self.fields(fields, span);
                Shape::Block(head, body, rest.line())
            }
            None => Shape::Field(field.name.item.clone(), kind(&field.kind.item), rest),
        }
    }

    fn attribute(&self, attribute: &Attribute) -> Flow {
        match attribute {
            Attribute::Required => Flow::of("required"),
            Attribute::QuasiIdentifier => Flow::of("quasi-identifier"),
            Attribute::Free => Flow::of("free"),
            Attribute::DatesEncounter => Flow::of("dates encounter"),
            Attribute::Subject => Flow::of("subject"),
            Attribute::Signal => Flow::of("signal"),
            Attribute::Plain => Flow::of("plain"),
            Attribute::Identifies(what) => Flow::of(format!("identifies {}", what.item)),
            Attribute::Sensitive(label) => Flow::of(format!("sensitive {}", label.item)),
            Attribute::Title(title) => Flow::of(quoted(&title.item)),
            Attribute::Ask(question) => Flow::of(format!("ask {}", quoted(&question.item))),
            Attribute::Also(names) => {
                let mut flow = Flow::of("also");
                flow.append(texts(names, 2));
                flow
            }
            Attribute::CodesOf(sets) => {
                let mut flow = Flow::of("codes of");
                flow.append(bracketed(listed(sets, 2)));
                flow
            }
            Attribute::Default(cases) => {
                let cases = cases.iter().map(|(value, when)| {
                    let mut flow = self.expression(value);
                    match when {
                        Some(when) => {
                            flow.word("when");
                            flow.append(self.expression(when));
                        }
                        None if cases.len() > 1 => flow.word("otherwise"),
                        None => {}
                    }
                    flow.line()
                });
                let cases: Vec<String> = cases.collect();
                match cases.as_slice() {
                    [one] if !one.contains(" when ") => Flow::of(format!("default {one}")),
                    _ => Flow::of(format!("default {{ {} }}", cases.join("; "))),
                }
            }
        }
    }
}

/// The place of an attribute among others; the title stands last.
fn order(attribute: &Attribute) -> u8 {
    match attribute {
        Attribute::Required => 0,
        Attribute::Default(cases) if cases.len() == 1 => 1,
        Attribute::Identifies(_) => 2,
        Attribute::QuasiIdentifier => 3,
        Attribute::Free => 4,
        Attribute::Sensitive(_) => 5,
        Attribute::DatesEncounter => 6,
        Attribute::Subject => 7,
        Attribute::Signal => 8,
        Attribute::Plain => 9,
        Attribute::CodesOf(_) => 10,
        Attribute::Title(_) => 11,
        Attribute::Ask(_) => 12,
        Attribute::Also(_) => 13,
        Attribute::Default(_) => 14,
    }
}

/// The fields of a type that is a record or a list of them, and how many lists it is in.
fn nested(kind: &KindDef) -> Option<(usize, &[FieldDef])> {
    match kind {
        KindDef::Record(fields) => Some((0, fields)),
        KindDef::List(inner) => nested(&inner.item).map(|(lists, fields)| (lists + 1, fields)),
        _ => None,
    }
}

/// A type without a block.
pub(super) fn kind(kind: &KindDef) -> Flow {
    match kind {
        KindDef::Simple(simple) => Flow::of(simple_kind(*simple)),
        KindDef::Money(None) => Flow::of("money"),
        KindDef::Money(Some(currency)) => Flow::of(format!("money {}", currency.item)),
        KindDef::Choice(names) => {
            let mut flow = Flow::of("one of");
            flow.append(bracketed(listed(names, 2)));
            flow
        }
        KindDef::Ladder(names) => {
            let mut steps = Flow::default();
            for (at, name) in names.iter().enumerate() {
                if at > 0 {
                    steps.push(" <");
                    steps.may_break(2);
                }
                steps.push(&bare(&name.item));
            }
            let mut flow = Flow::of("ladder");
            flow.append(bracketed(steps));
            flow
        }
        KindDef::Code(set) => Flow::of(format!("code in {}", set.item)),
        KindDef::Codes(sets) => {
            let mut flow = Flow::of("code in one of");
            flow.append(bracketed(listed(sets, 2)));
            flow
        }
        KindDef::List(inner) => {
            let mut flow = Flow::of("list of");
            flow.append(self::kind(&inner.item));
            flow
        }
        KindDef::Record(_) => joined(std::iter::empty(), 1),
    }
}

fn carried_words(words: &[Name]) -> Flow {
    let mut flow = Flow::of("carry");
    flow.append(listed(words, 1));
    flow
}

fn simple_kind(kind: SimpleKind) -> &'static str {
    match kind {
        SimpleKind::Text => "text",
        SimpleKind::Number => "number",
        SimpleKind::Integer => "integer",
        SimpleKind::Bool => "bool",
        SimpleKind::Date => "date",
        SimpleKind::DateTime => "datetime",
        SimpleKind::Duration => "duration",
        SimpleKind::Consent => "consent",
    }
}

/// `WORD NAME "title"`
pub(super) fn titled(word: &str, name: &Name, title: Option<&Name>) -> Flow {
    let mut flow = Flow::of(format!("{word} {}", name.item));
    if let Some(title) = title {
        flow.word(&quoted(&title.item));
    }
    flow
}

fn field_span(field: &FieldDef) -> Span {
    let ends = field.attributes.iter().map(|attribute| attribute.span);
    ends.fold(field.name.span.join(field.kind.span), Span::join)
}
