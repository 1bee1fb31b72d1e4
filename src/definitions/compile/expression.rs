//! Expressions as written → expressions with slots: names are looked up and types checked here.

mod calls;
mod members;

use super::context::Compiler;
use super::scope::Found;
use super::scope::Scope;
use super::scope::Type;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::logic::index::variables_of;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::ids::CalendarId;
use crate::model::ids::SetId;
use crate::model::ids::VariableId;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::value::Literal;

/// A lowered expression and its type; `None` after a mistake, so that one is reported once.
pub(super) struct Typed<'a> {
    /// The expression.
    pub expression: Expression,
    /// Its type.
    pub kind: Option<Type<'a>>,
}

/// Lowers the expressions of one place: a record in scope, the phrases and patterns of its domain.
pub(super) struct Lowering<'a> {
    /// What is known of the domain and everywhere.
    pub compiler: Compiler<'a>,
    /// What is known here.
    pub scope: Scope<'a>,
}

impl<'a> Lowering<'a> {
    /// For what is said of a record, or of none.
    pub fn new(compiler: Compiler<'a>, record: Option<&'a Record>) -> Lowering<'a> {
        Lowering { compiler, scope: Scope::new(compiler.world, compiler.domain, record) }
    }

    /// Says one thing about the file of the span.
    pub fn say(&self, span: Span, problem: Problem, help: Option<String>) {
        self.compiler.say(span, problem, help);
    }

    /// An expression that was wrong: stands for nothing, and is not complained about again.
    pub fn nothing() -> Typed<'a> {
        Typed { expression: Expression::Literal(Literal::Bool(false)), kind: None }
    }

    /// A condition: a `bool`, or a path that holds when there is a value.
    pub fn condition(&mut self, expr: &Spanned<Expr>) -> Expression {
        let typed = self.lower(expr, None);
        match typed.kind {
            None => typed.expression,
            Some(kind) if kind.is_bool() && !kind.is_list => typed.expression,
            Some(_) if matches!(typed.expression, Expression::Path(_) | Expression::Property { .. }) => {
                Expression::Present(Box::new(typed.expression))
            }
            Some(kind) => {
                self.say(
                    expr.span,
                    Problem::TypeMismatch { expected: "a condition".into(), found: kind.to_string() },
                    Some("compare it with something, such as `… is present`".into()),
                );
                typed.expression
            }
        }
    }

    /// An expression; `expected` gives bare words their meaning.
    pub fn lower(&mut self, expr: &Spanned<Expr>, expected: Option<Type<'a>>) -> Typed<'a> {
        let simple =
            |literal: Literal, kind: Type<'a>| Typed { expression: Expression::Literal(literal), kind: Some(kind) };
        match &expr.item {
            Expr::Word(word) => match self.of_one(word, expr.span) {
                Some(typed) => typed,
                None => self.word(expr, expected),
            },
            Expr::Text(_) => self.word(expr, expected),
            Expr::Number(number) => match expected {
                Some(kind) if !kind.is_number() || kind.is_money() => self.literal_or_nothing(expr, kind),
                _ => simple(Literal::Number(*number), Type::NUMBER),
            },
            Expr::Bool(it) => simple(Literal::Bool(*it), Type::BOOL),
            Expr::Day(day) => simple(Literal::Day(*day), Type::DATE),
            Expr::Moment(moment) => simple(Literal::Moment(*moment), Type::DATETIME),
            Expr::Duration(span) => simple(Literal::Span(*span), Type::DURATION),
            Expr::And(parts) => Self::boolean(Expression::And(self.conditions(parts))),
            Expr::Or(parts) => Self::boolean(Expression::Or(self.conditions(parts))),
            Expr::Not(part) => {
                let inner = self.condition(part);
                Self::boolean(Expression::Not(Box::new(inner)))
            }
            Expr::Compare { op, left, right } => self.compare(*op, left, right),
            Expr::Is { left, value, negated } => self.is(left, value, *negated),
            Expr::In { left, members, negated } => self.in_members(left, members, *negated),
            Expr::Includes { left, how, members } => {
                let of = self.lower(left, None);
                let members = self.members(members, of.kind.map(Type::item), left.span);
                Self::boolean(Expression::Includes { of: Box::new(of.expression), how: *how, members })
            }
            Expr::Present { of, negated } => {
                let of = self.lower(of, None);
                let present = Expression::Present(Box::new(of.expression));
                Self::boolean(if *negated { Expression::Not(Box::new(present)) } else { present })
            }
            Expr::Under { left, codes, negated } => self.under(left, codes, *negated),
            Expr::IsWord { left, word, on, negated } => self.is_word(left, *word, on.as_deref(), *negated),
            Expr::Labelled { left, label, negated } => self.labelled(left, label, *negated),
            Expr::Matches { left, pattern } => self.matches(left, pattern),
            Expr::TextTest { left, verb, text } => self.text_test(left, *verb, text),
            Expr::Mentions { left, phrases, all, even_negated } => {
                let of = self.text_operand(left);
                self.mentions(&of, phrases, *all, *even_negated)
            }
            Expr::Within { left, span, side, from, calendar } => {
                let of = Box::new(self.date_operand(left));
                let wanted = if calendar.is_some() { Type::NUMBER } else { Type::DURATION };
                let span = Box::new(self.lower(span, Some(wanted)).expression);
                let from = Box::new(self.date_operand(from));
                let calendar = calendar.as_ref().and_then(|name| self.calendar(name));
                Self::boolean(Expression::Within { of, span, side: *side, from, calendar })
            }
            Expr::Relates { left, right, relation } => self.relates(left, right, relation),
            Expr::Quantified { .. } => self.quantified(&expr.item),
            Expr::Count { variable, list, body } => self.count(variable, list.as_ref(), body.as_deref()),
            Expr::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right),
            Expr::Call { name, arguments } => self.call(name, arguments, expected),
        }
    }

    fn conditions(&mut self, parts: &[Spanned<Expr>]) -> Vec<Expression> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn quantified(&mut self, expr: &Expr) -> Typed<'a> {
        let Expr::Quantified { quantifier, variable, list, is_has, body } = expr else { return Self::nothing() };
        if let (None, Some(among)) = (list, self.scope.among(&variable.item)) {
            return self.any_of(*quantifier, among, &variable.item, body);
        }
        let (list, item) = self.list(variable, list.as_ref());
        let mark = self.scope.mark();
        let number = self.bind(variable, item, *is_has);
        let written = body;
        let body = self.condition(body);
        self.warn_of_swallowed((&variable.item, number), written, &body);
        self.scope.release(mark);
        Self::boolean(Expression::Quantified {
            quantifier: *quantifier,
            variable: number,
            list: Box::new(list),
            body: Box::new(body),
        })
    }

    /// Says which alternatives in the body of a quantifier do not look at its item: without brackets, all that follows
    /// belongs to the body, and where the list is empty it counts for nothing.
    fn warn_of_swallowed(&mut self, (name, number): (&str, VariableId), written: &Spanned<Expr>, body: &Expression) {
        let (Expr::Or(written), Expression::Or(parts)) = (&written.item, body) else { return };
        for (part, at) in parts.iter().zip(written) {
            let mut looks_at_it = false;
            variables_of(part, &mut |variable| looks_at_it |= variable == number);
            if !looks_at_it {
                let help =
                    format!("write `(any {name} in … has …) or …` if it stands beside the question, not inside it");
                self.say(at.span, Problem::SwallowedOr { variable: name.to_owned() }, Some(help));
            }
        }
    }

    fn boolean(expression: Expression) -> Typed<'a> {
        Typed { expression, kind: Some(Type::BOOL) }
    }

    /// A path, or a value of the type that is expected.
    fn word(&mut self, expr: &Spanned<Expr>, expected: Option<Type<'a>>) -> Typed<'a> {
        if let Expr::Word(word) = &expr.item {
            match self.scope.find(word) {
                Found::Path { expression, kind, .. } => return Typed { expression, kind: Some(kind) },
                Found::Broken { part, among } => {
                    let help = did_you_mean(&part, among.iter().map(String::as_str));
                    self.say(expr.span, self.scope.unknown(word), help);
                    return Self::nothing();
                }
                Found::Nothing => {}
            }
            if let Some(expression) = super::functions::bare(word)
                && expected.is_none_or(|kind| kind.sort() == "date")
            {
                return Typed { expression, kind: Some(Type::DATE) };
            }
            if expected.is_none() {
                let help = did_you_mean(word, self.scope.names().iter().map(String::as_str));
                self.say(expr.span, self.scope.unknown(word), help);
                return Self::nothing();
            }
        }
        match (expected, &expr.item) {
            (Some(kind), _) => self.literal_or_nothing(expr, kind),
            (None, Expr::Text(text)) => {
                Typed { expression: Expression::Literal(Literal::Text(text.clone())), kind: Some(Type::TEXT) }
            }
            (None, _) => Self::nothing(),
        }
    }

    fn literal_or_nothing(&mut self, expr: &Spanned<Expr>, kind: Type<'a>) -> Typed<'a> {
        match self.literal(expr, kind) {
            Some(literal) => Typed { expression: Expression::Literal(literal), kind: Some(kind.item()) },
            None => Self::nothing(),
        }
    }

    /// A value of a type as it stands in a definition; says what is wrong with it.
    pub fn literal(&mut self, expr: &Spanned<Expr>, kind: Type<'a>) -> Option<Literal> {
        match self.compiler.world.literal(&expr.item, kind.base) {
            Ok(literal) => Some(literal),
            Err((problem, help)) => {
                self.say(expr.span, problem, help);
                None
            }
        }
    }

    fn is(&mut self, left: &Spanned<Expr>, value: &Spanned<Expr>, negated: bool) -> Typed<'a> {
        let of = self.lower(left, None);
        let how = if negated { Comparison::Unequal } else { Comparison::Equal };
        let Some(kind) = of.kind else { return Self::nothing() };
        if kind.is_list {
            self.say(
                left.span,
                Problem::TypeMismatch { expected: "one value".into(), found: kind.to_string() },
                Some("ask a list with `includes`, or with `any … has …`".into()),
            );
            return Self::nothing();
        }
        let is_of_several = matches!(kind.base, Kind::Codes(_));
        let right = if self.is_computed(&value.item, kind) {
            let right = self.lower(value, Some(kind));
            self.comparable(kind, right.kind, value.span);
            right.expression
        } else {
            match self.literal(value, kind) {
                Some(literal) => Expression::Literal(literal),
                None => return Self::nothing(),
            }
        };
        let left = if is_of_several { of_the_set(of.expression, kind, &right) } else { of.expression };
        Self::boolean(Expression::Compare { how, left: Box::new(left), right: Box::new(right) })
    }

    /// Whether an expression on the right of `is` is worked out: anything but a word, unless the word names a variable.
    fn is_computed(&self, expr: &Expr, kind: Type<'_>) -> bool {
        match expr {
            Expr::Word(word) => self.is_meant_variable(word, kind),
            Expr::Call { .. } | Expr::Arithmetic { .. } | Expr::Count { .. } => true,
            _ => false,
        }
    }

    /// A word that names a variable means it, unless the type has a value of that name.
    fn is_meant_variable(&self, word: &str, kind: Type<'_>) -> bool {
        let has_value = matches!(kind.sort(), "choice" | "ladder" | "code")
            && self.compiler.world.literal(&Expr::Word(word.to_owned()), kind.base).is_ok();
        self.scope.is_variable(word) && !has_value
    }

    fn compare(&mut self, op: CompareOp, left: &Spanned<Expr>, right: &Spanned<Expr>) -> Typed<'a> {
        let how = match op {
            CompareOp::Equal => Comparison::Equal,
            CompareOp::Unequal => Comparison::Unequal,
            CompareOp::Less => Comparison::Less,
            CompareOp::AtMost => Comparison::AtMost,
            CompareOp::More => Comparison::More,
            CompareOp::AtLeast => Comparison::AtLeast,
        };
        let (first, second) = if self.needs_a_hint(&left.item) {
            let second = self.lower(right, None);
            let first = self.lower(left, second.kind.map(Type::item));
            (first, second)
        } else {
            let first = self.lower(left, None);
            // What has no order needs no value of its type on the other side.
            if !self.has_order(how, first.kind, left.span) {
                return Self::nothing();
            }
            let second = self.lower(right, first.kind.map(Type::item));
            (first, second)
        };
        if let (Some(kind), Some(_)) = (first.kind, second.kind) {
            self.comparable(kind, second.kind, right.span);
            if !self.has_order(how, first.kind, left.span) {
                return Self::nothing();
            }
        }
        let turned = |of: &Typed<'a>, other: &Typed<'a>| match of.kind {
            Some(kind) => of_the_set(of.expression.clone(), kind, &other.expression),
            None => of.expression.clone(),
        };
        let (left, right) = (Box::new(turned(&first, &second)), Box::new(turned(&second, &first)));
        Self::boolean(Expression::Compare { how, left, right })
    }

    /// Whether values of a type can be more or less than others, where that is asked; says so if not.
    fn has_order(&self, how: Comparison, kind: Option<Type<'a>>, span: Span) -> bool {
        let is_asked = !matches!(how, Comparison::Equal | Comparison::Unequal);
        let Some(kind) = kind.filter(|kind| is_asked && !kind.is_ordered()) else { return true };
        let problem = Problem::TypeMismatch { expected: "something that has an order".into(), found: kind.to_string() };
        let help = "numbers, dates, durations and steps of a ladder can be compared with `<`".to_owned();
        self.say(span, problem, Some(help));
        false
    }

    /// A word that is no path takes its meaning from the other side.
    fn needs_a_hint(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Word(word) if matches!(self.scope.find(word), Found::Nothing))
    }

    pub fn comparable(&mut self, left: Type<'a>, right: Option<Type<'a>>, span: Span) {
        let Some(right) = right else { return };
        if !left.fits(right) {
            self.say(span, Problem::TypeMismatch { expected: left.to_string(), found: right.to_string() }, None);
        }
    }

    /// What is asked as a code: as one of its set, or of each of its sets in their order. None if it is no code, which is said.
    fn code_operands(&mut self, expr: &Spanned<Expr>) -> Vec<(Expression, SetId)> {
        let typed = self.lower(expr, None);
        let kind = typed.kind;
        match kind.map(|kind| kind.base) {
            Some(Kind::Codes(sets)) => sets.iter().map(|set| (as_code(&typed.expression, sets, *set), *set)).collect(),
            _ => self.code_of_set(typed, expr.span).into_iter().collect(),
        }
    }

    /// A question about a code, which is asked of the set that has it: if it is denied, of every set.
    fn of_each(
        operands: Vec<(Expression, SetId)>,
        negated: bool,
        mut ask: impl FnMut(Expression, SetId) -> Expression,
    ) -> Typed<'a> {
        let mut each: Vec<Expression> = operands.into_iter().map(|(of, set)| ask(of, set)).collect();
        match each.pop() {
            None => Self::nothing(),
            Some(one) if each.is_empty() => Self::boolean(one),
            Some(last) => {
                each.push(last);
                Self::boolean(if negated { Expression::And(each) } else { Expression::Or(each) })
            }
        }
    }

    fn code_operand(&mut self, expr: &Spanned<Expr>) -> (Expression, Option<SetId>) {
        let typed = self.lower(expr, None);
        match self.code_of_set(typed, expr.span) {
            Some((expression, set)) => (expression, Some(set)),
            None => (Self::nothing().expression, None),
        }
    }

    fn code_of_set(&mut self, typed: Typed<'a>, span: Span) -> Option<(Expression, SetId)> {
        let set = match typed.kind {
            None => None,
            Some(Type { base: Kind::Code(set), .. }) => Some(*set),
            Some(kind) => {
                self.say(
                    span,
                    Problem::TypeMismatch { expected: "a code".into(), found: kind.to_string() },
                    Some("declare the field as `code in SET`".into()),
                );
                None
            }
        };
        Some((typed.expression, set?))
    }

    fn text_operand(&mut self, expr: &Spanned<Expr>) -> Expression {
        let typed = self.lower(expr, None);
        match typed.kind {
            Some(kind) if !matches!(kind.base, Kind::Text | Kind::Code(_) | Kind::Codes(_)) => {
                self.say(expr.span, Problem::TypeMismatch { expected: "a text".into(), found: kind.to_string() }, None);
            }
            _ => {}
        }
        typed.expression
    }

    fn calendar(&mut self, name: &Name) -> Option<CalendarId> {
        match self.compiler.world.calendar(self.scope.domain, name) {
            Ok(calendar) => Some(calendar),
            Err((problem, help)) => {
                self.say(name.span, problem, help);
                None
            }
        }
    }

    fn date_operand(&mut self, expr: &Spanned<Expr>) -> Expression {
        let typed = self.lower(expr, None);
        match typed.kind {
            Some(kind) if !matches!(kind.base, Kind::Date | Kind::DateTime) => {
                self.say(expr.span, Problem::TypeMismatch { expected: "a date".into(), found: kind.to_string() }, None);
            }
            _ => {}
        }
        typed.expression
    }

    /// The list a loop or quantifier goes over, and the type of its items.
    pub fn list(&mut self, variable: &Name, list: Option<&PathDef>) -> (Expression, Option<Type<'a>>) {
        let (word, span) = match list {
            Some(path) => (join(path), path.span),
            None => match self.scope.plural(&variable.item) {
                Some(word) => (word, variable.span),
                None => {
                    let help = Some(match super::around::among(&variable.item) {
                        Some(_) => {
                            "rules look at other encounters in a block `rules for RECORD together by KEY`".into()
                        }
                        None => format!("say where it is: `{} in PATH`", variable.item),
                    });
                    self.say(variable.span, self.scope.unknown(&variable.item), help);
                    return (Expression::Literal(Literal::Bool(false)), None);
                }
            },
        };
        let typed = self.lower(&Spanned::new(Expr::Word(word), span), None);
        match typed.kind {
            Some(kind) if !kind.is_list => {
                self.say(span, Problem::NotAList { path: list.map_or_else(|| variable.item.clone(), join) }, None);
                (typed.expression, None)
            }
            kind => (typed.expression, kind.map(Type::item)),
        }
    }

    /// Binds a name; says so where there are too many.
    pub fn bind(&mut self, name: &Name, kind: Option<Type<'a>>, is_open: bool) -> VariableId {
        self.scope.bind(&name.item, kind, is_open).unwrap_or_else(|error| {
            self.compiler.report.too_many(name.span, error);
            VariableId::FIRST
        })
    }
}

/// A code of several sets that is compared with a literal: as one of the set that has the literal.
fn of_the_set(left: Expression, kind: Type<'_>, right: &Expression) -> Expression {
    match (kind.base, right) {
        (Kind::Codes(sets), Expression::Literal(Literal::Code(set, _))) => as_code(&left, sets, *set),
        _ => left,
    }
}

fn as_code(of: &Expression, sets: &[SetId], set: SetId) -> Expression {
    Expression::AsCode { of: Box::new(of.clone()), sets: sets.to_vec(), set }
}

/// A path as it was written.
pub(super) fn join(path: &PathDef) -> String {
    path.parts.iter().map(|part| part.item.as_str()).collect::<Vec<_>>().join(".")
}
