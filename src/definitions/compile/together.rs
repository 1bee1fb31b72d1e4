//! `rules for RECORD together by KEY { … }`: what a rule may say of the other encounters of its group.
//!
//! `earlier` and `others` are asked as lists are (`any earlier has E`, `count of others where E`, `sum(earlier.FIELD)`),
//! `previous.FIELD` and `first.FIELD` are values of one of them. Each question becomes a variable, and an expression that is
//! worked out of each other encounter by itself: two encounters never meet in one expression, so a group costs what sorting
//! it costs.

use super::around::ONE;
use super::around::among;
use super::expression::Lowering;
use super::expression::Typed;
use super::scope::Type;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::TogetherDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Path;
use crate::model::expression::Quantifier;
use crate::model::expression::Root;
use crate::model::record::Kind;
use crate::model::rules::Among;
use crate::model::rules::Asked;
use crate::model::rules::Gathered;
use crate::model::rules::Together;
use crate::model::value::Literal;
use rust_decimal::Decimal;

/// What a rule of such a block looks at.
pub(super) fn together(def: &TogetherDef, lowering: &mut Lowering<'_>) -> Together {
    // From here on no other encounter can be named: what they have in common is each one's own.
    let asked = lowering.scope.take_asked();
    let keys = def.keys.iter().map(|key| {
        let typed = lowering.lower(key, None);
        if let Some(kind) = typed.kind.filter(|kind| kind.is_list || matches!(kind.base, Kind::Record(_))) {
            one_value(key.span, kind, lowering);
        }
        typed.expression
    });
    let keys = keys.collect();
    Together { keys, as_they_come: def.as_they_come, within: def.within, asked }
}

fn one_value(span: Span, kind: Type<'_>, lowering: &mut Lowering<'_>) {
    let problem = Problem::TypeMismatch { expected: "one value".into(), found: kind.to_string() };
    lowering.say(span, problem, None);
}

impl<'a> Lowering<'a> {
    /// `any|every|no earlier has E`: no encounter of which the contrary holds is every one of which it holds.
    pub(super) fn any_of(
        &mut self,
        quantifier: Quantifier,
        among: Among,
        word: &str,
        body: &Spanned<Expr>,
    ) -> Typed<'a> {
        let mut of = self.of_others(word, body.span, |lowering| lowering.condition(body));
        if quantifier == Quantifier::Every {
            of = Expression::Not(Box::new(of));
        }
        let found = self.asked(body.span, among, Gathered::Any, of);
        let expression = if quantifier == Quantifier::Any { found } else { Expression::Not(Box::new(found)) };
        Typed { expression, kind: Some(Type::BOOL) }
    }

    /// `count of earlier [where E]`
    pub(super) fn count_of(&mut self, among: Among, word: &Name, body: Option<&Spanned<Expr>>) -> Typed<'a> {
        let of = match body {
            Some(body) => self.of_others(&word.item, body.span, |lowering| lowering.condition(body)),
            None => Expression::Literal(Literal::Bool(true)),
        };
        let expression = self.asked(word.span, among, Gathered::Count, of);
        Typed { expression, kind: Some(Type::NUMBER) }
    }

    /// `sum(earlier.FIELD)`, and `min`, `max`; `None` if the call is about something else.
    pub(super) fn gathered(&mut self, name: &Name, arguments: &[Spanned<Expr>]) -> Option<Typed<'a>> {
        if !self.scope.looks_around() {
            return None;
        }
        let [argument] = arguments else { return None };
        let Expr::Word(word) = &argument.item else { return None };
        let (first, rest) = word.split_once('.')?;
        let among = among(first)?;
        let value = self.value_of_others(first, rest, argument.span);
        let Some(kind) = value.kind else { return Some(Self::nothing()) };
        let (function, what, mut of) = match name.item.as_str() {
            "sum" => {
                let zero = if kind.is_money() { Literal::Money(Decimal::ZERO) } else { Literal::Number(0.0) };
                (Function::Sum, Gathered::Sum(zero), value.expression)
            }
            "min" => (Function::Min, Gathered::Least, value.expression),
            "max" => (Function::Max, Gathered::Greatest, value.expression),
            _ => return None,
        };
        let fits = if function == Function::Sum { kind.is_number() } else { kind.is_ordered() };
        if !fits {
            let expected = if function == Function::Sum { "numbers" } else { "something that has an order" };
            let problem = Problem::TypeMismatch { expected: expected.into(), found: kind.to_string() };
            self.say(argument.span, problem, None);
        }
        if kind.is_list {
            of = Expression::Call { function, arguments: vec![of] };
        }
        let expression = self.asked(argument.span, among, what, of);
        Some(Typed { expression, kind: Some(kind.item()) })
    }

    /// `previous.FIELD`, `first.FIELD`; `None` if the word begins otherwise.
    pub(super) fn of_one(&mut self, word: &str, span: Span) -> Option<Typed<'a>> {
        let (first, rest) = word.split_once('.').filter(|_| self.scope.looks_around())?;
        let (_, what) = ONE.iter().find(|(name, _)| *name == first)?;
        let value = self.value_of_others(first, rest, span);
        let Some(kind) = value.kind else { return Some(Self::nothing()) };
        if kind.is_list || matches!(kind.base, Kind::Record(_)) {
            one_value(span, kind, self);
            return Some(Self::nothing());
        }
        let expression = self.asked(span, Among::Earlier, what.clone(), value.expression);
        Some(Typed { expression, kind: Some(kind) })
    }

    fn value_of_others(&mut self, word: &str, field: &str, span: Span) -> Typed<'a> {
        let written = Spanned::new(Expr::Word(format!("{word}.{field}")), span);
        let mut kind = None;
        let expression = self.of_others(word, span, |lowering| {
            let typed = lowering.lower(&written, None);
            kind = typed.kind;
            typed.expression
        });
        Typed { expression, kind }
    }

    /// Lowers what is worked out of another encounter: its own fields, with or without `word` before them.
    fn of_others(&mut self, word: &str, span: Span, lower: impl FnOnce(&mut Lowering<'a>) -> Expression) -> Expression {
        let inner = self.scope.of_another(word);
        let outer = std::mem::replace(&mut self.scope, inner);
        let expression = lower(self);
        let inner = std::mem::replace(&mut self.scope, outer);
        if let Some(field) = inner.mixed() {
            let help = format!("what both have in common stands behind `together by`; all names here are of `{word}`");
            self.say(span, Problem::OwnFieldAmongOthers { field, word: word.to_owned() }, Some(help));
        }
        expression
    }

    /// A question about others, and the variable that its answer is found in.
    fn asked(&mut self, span: Span, among: Among, what: Gathered, of: Expression) -> Expression {
        let name = Spanned::new(String::new(), span);
        let variable = self.bind(&name, None, false);
        self.scope.ask(Asked { variable, among, what, of });
        Expression::Path(Path { root: Root::Variable(variable), slots: Vec::new() })
    }
}
