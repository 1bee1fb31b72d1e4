//! Records, their fields and types.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::Attribute;
use crate::definitions::parse::tree::ExtendDef;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::RecordDef;
use crate::definitions::parse::tree::SimpleKind;
use crate::diagnostics::span::Spanned;

impl Builder<'_> {
    pub(super) fn record(&mut self, pair: Pair<'_>) -> Option<RecordDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let title = self.title(&mut parts);
        Some(RecordDef { name, title, ..self.record_body(parts.next()?) })
    }

    pub(super) fn extension(&mut self, pair: Pair<'_>) -> Option<ExtendDef> {
        let mut parts = Parts::of(pair);
        let record = self.next_name(&mut parts)?;
        Some(ExtendDef { record, fields: self.fields(parts.next()?) })
    }

    /// What stands in the block of a record, whose name is not known yet.
    pub(super) fn record_body(&mut self, block: Pair<'_>) -> RecordDef {
        let mut def = RecordDef::default();
        let RecordDef { carried, zone, .. } = &mut def;
        let fields = self.items(block, Place::Record, |builder, pair| {
            if pair.as_rule() == Rule::zone {
                let span = builder.span(&pair);
                *zone = builder.inner_name(pair).map(|name| Spanned::new(name.item, span));
                return None;
            }
            if pair.as_rule() == Rule::carried {
                let span = builder.span(&pair);
                let mut words = builder.names(&mut Parts::of(pair));
                match carried {
                    Some(known) => known.item.append(&mut words),
                    None => *carried = Some(Spanned::new(words, span)),
                }
                return None;
            }
            builder.field(pair)
        });
        def.fields = fields.into_iter().map(|field| field.item).collect();
        def
    }

    pub(super) fn fields(&mut self, block: Pair<'_>) -> Vec<FieldDef> {
        let fields = self.items(block, Place::Field, Builder::field);
        fields.into_iter().map(|field| field.item).collect()
    }

    fn field(&mut self, pair: Pair<'_>) -> Option<FieldDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let kind = self.kind(parts.next()?)?;
        let mut attributes = Vec::new();
        while let Some(pair) = parts.next() {
            let span = self.span(&pair);
            attributes.extend(self.attribute(pair).map(|attribute| Spanned::new(attribute, span)));
        }
        Some(FieldDef { name, kind, attributes })
    }

    pub(super) fn kind(&mut self, pair: Pair<'_>) -> Option<Spanned<KindDef>> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let mut lists = 0;
        while parts.has(Rule::list_of) {
            lists += 1;
        }
        let inner = parts.next()?;
        let inner_span = self.span(&inner);
        let kind = match inner.as_rule() {
            Rule::simple_kind => KindDef::Simple(simple(inner.as_str())?),
            Rule::money => KindDef::Money(Parts::of(inner).next().map(|currency| self.name(currency))),
            Rule::choice => KindDef::Choice(self.names(&mut Parts::of(inner))),
            Rule::ladder => KindDef::Ladder(self.names(&mut Parts::of(inner))),
            Rule::code_in_one_of => KindDef::Codes(self.names(&mut Parts::of(inner))),
            Rule::code_in => KindDef::Code(self.inner_name(inner)?),
            Rule::fields => KindDef::Record(self.fields(inner)),
            _ => return None,
        };
        if lists > super::super::layout::DEEPEST {
            return self.deeper_than_any(span);
        }
        let nested = (0..lists)
            .fold(Spanned::new(kind, inner_span), |kind, _| Spanned::new(KindDef::List(Box::new(kind)), span));
        Some(nested)
    }

    fn attribute(&mut self, pair: Pair<'_>) -> Option<Attribute> {
        self.refuse_old(&pair);
        Some(match pair.as_rule() {
            Rule::title => Attribute::Title(self.name(pair)),
            Rule::required => Attribute::Required,
            Rule::quasi_identifier => Attribute::QuasiIdentifier,
            Rule::free => Attribute::Free,
            Rule::dates_encounter => Attribute::DatesEncounter,
            Rule::subject => Attribute::Subject,
            Rule::signal => Attribute::Signal,
            Rule::plain => Attribute::Plain,
            Rule::ask => Attribute::Ask(self.inner_name(pair)?),
            Rule::called => Attribute::Also(self.names(&mut Parts::of(pair))),
            Rule::codes_of => Attribute::CodesOf(self.names(&mut Parts::of(pair))),
            Rule::identifies => Attribute::Identifies(self.inner_name(pair)?),
            Rule::sensitive => Attribute::Sensitive(self.inner_name(pair)?),
            Rule::default => {
                let cases = pair.into_inner().filter_map(|case| {
                    let mut parts = Parts::of(case);
                    let value = self.value(&mut parts)?;
                    let when = parts.next().and_then(|pair| self.expression(pair));
                    Some((value, when))
                });
                Attribute::Default(cases.collect())
            }
            _ => return None,
        })
    }
}

fn simple(word: &str) -> Option<SimpleKind> {
    Some(match word {
        "text" => SimpleKind::Text,
        "number" => SimpleKind::Number,
        "integer" => SimpleKind::Integer,
        "bool" => SimpleKind::Bool,
        "date" => SimpleKind::Date,
        "datetime" => SimpleKind::DateTime,
        "duration" => SimpleKind::Duration,
        "consent" => SimpleKind::Consent,
        _ => return None,
    })
}
