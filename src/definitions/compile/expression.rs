//! Expressions as written → expressions with slots: names are looked up and types checked here.

use super::report::Report;
use super::scope::Found;
use super::scope::Scope;
use super::scope::Type;
use super::world::World;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeWord;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::TextVerb;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::logic::index::variables_of;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::expression::CodeQuestion;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Member;
use crate::model::expression::Operator;
use crate::model::expression::TextTest;
use crate::model::ids::CalendarId;
use crate::model::ids::CodeId;
use crate::model::ids::OutputId;
use crate::model::ids::PhraseId;
use crate::model::ids::SetId;
use crate::model::ids::TableId;
use crate::model::ids::VariableId;
use crate::model::record::Kind;
use crate::model::value::Literal;

/// A lowered expression and its type; `None` after a mistake, so that one is reported once.
pub(super) struct Typed<'a> {
    /// The expression.
    pub expression: Expression,
    /// Its type.
    pub kind: Option<Type<'a>>,
}

/// Lowers the expressions of one place: a record in scope, the phrases and patterns of its domain.
pub(super) struct Lowering<'a, 'w> {
    /// What is known everywhere.
    pub world: &'a World,
    /// What is known here.
    pub scope: Scope<'a>,
    /// Where mistakes go.
    pub report: &'w mut Report,
    /// Phrases and patterns of the domain.
    pub texts: &'w mut super::texts::Texts,
}

impl<'a> Lowering<'a, '_> {
    fn say(&mut self, span: Span, problem: Problem, help: Option<String>) {
        self.report.say(span, problem, help);
    }

    /// Says one thing about the file that is being compiled.
    pub fn say_at(&mut self, span: Span, problem: Problem, help: Option<String>) {
        self.report.say(span, problem, help);
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
            Expr::Text(_) | Expr::Word(_) => self.word(expr, expected),
            Expr::Number(number) => match expected {
                Some(kind) if !kind.is_number() || kind.is_money() => self.literal_or_nothing(expr, kind),
                _ => simple(Literal::Number(*number), Type::NUMBER),
            },
            Expr::Bool(it) => simple(Literal::Bool(*it), Type::BOOL),
            Expr::Day(day) => simple(Literal::Day(*day), Type::DATE),
            Expr::Moment(moment) => simple(Literal::Moment(*moment), Type::DATETIME),
            Expr::Duration(span) => simple(Literal::Span(*span), Type::DURATION),
            Expr::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(part)).collect();
                Self::boolean(Expression::And(parts))
            }
            Expr::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part)).collect();
                Self::boolean(Expression::Or(parts))
            }
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
            Expr::Matches { left, pattern } => {
                let of = self.text_operand(left);
                match self.texts.pattern(&pattern.item) {
                    Ok(place) => Self::boolean(Expression::Text { of: Box::new(of), test: TextTest::Matches(place) }),
                    Err(why) => {
                        self.say(pattern.span, Problem::BadPattern { reason: why }, None);
                        Self::nothing()
                    }
                }
            }
            Expr::TextTest { left, verb, text } => {
                let of = Box::new(self.text_operand(left));
                let text = text.item.clone();
                let test = match verb {
                    TextVerb::StartsWith => TextTest::StartsWith(text),
                    TextVerb::EndsWith => TextTest::EndsWith(text),
                    TextVerb::Contains => TextTest::Contains(text),
                };
                Self::boolean(Expression::Text { of, test })
            }
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
            Expr::Quantified { quantifier, variable, list, is_has, body } => {
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
            Expr::Count { variable, list, body } => self.count(variable, list.as_ref(), body.as_deref()),
            Expr::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right),
            Expr::Call { name, arguments } => self.call(name, arguments, expected),
        }
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
        match self.world.literal(&expr.item, kind.base) {
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
        Self::boolean(Expression::Compare { how, left: Box::new(of.expression), right: Box::new(right) })
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
            && self.world.literal(&Expr::Word(word.to_owned()), kind.base).is_ok();
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
            let second = self.lower(right, first.kind.map(Type::item));
            (first, second)
        };
        if let (Some(kind), Some(_)) = (first.kind, second.kind) {
            self.comparable(kind, second.kind, right.span);
            let ordered = !matches!(how, Comparison::Equal | Comparison::Unequal);
            if ordered && !kind.is_ordered() {
                self.say(
                    left.span,
                    Problem::TypeMismatch { expected: "something that has an order".into(), found: kind.to_string() },
                    Some("numbers, dates, durations and steps of a ladder can be compared with `<`".into()),
                );
            }
        }
        Self::boolean(Expression::Compare { how, left: Box::new(first.expression), right: Box::new(second.expression) })
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

    fn in_members(&mut self, left: &Spanned<Expr>, members: &[Spanned<MemberDef>], negated: bool) -> Typed<'a> {
        let of = self.lower(left, None);
        if of.kind.is_some_and(|kind| kind.is_list) {
            self.say(
                left.span,
                Problem::TypeMismatch { expected: "one value".into(), found: "a list".into() },
                Some("ask a list with `includes any (…)`".into()),
            );
        }
        let members = self.members(members, of.kind, left.span);
        Self::boolean(Expression::In { of: Box::new(of.expression), members, negated })
    }

    /// Members of a set, with the names of lists written out.
    pub fn members(&mut self, members: &[Spanned<MemberDef>], kind: Option<Type<'a>>, _left: Span) -> Vec<Member> {
        let Some(kind) = kind.map(Type::item) else { return Vec::new() };
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            self.member(member, kind, &mut out);
        }
        out
    }

    fn member(&mut self, member: &Spanned<MemberDef>, kind: Type<'a>, out: &mut Vec<Member>) {
        match &member.item {
            MemberDef::One(Expr::Word(word)) if self.is_meant_variable(word, kind) => {
                let typed = self.lower(&Spanned::new(Expr::Word(word.clone()), member.span), None);
                self.comparable(kind, typed.kind.map(Type::item), member.span);
                out.push(Member::Computed(typed.expression));
            }
            MemberDef::One(Expr::Word(word)) if self.world.list(self.scope.domain, word).is_some() => {
                let world = self.world;
                for inner in world.list(self.scope.domain, word).unwrap_or_default() {
                    let inner = Spanned::new(inner.clone(), member.span);
                    if !matches!(&inner.item, MemberDef::One(Expr::Word(name)) if name == word) {
                        self.member(&inner, kind, out);
                    }
                }
            }
            MemberDef::One(expr) if self.is_computed(expr, kind) => {
                let typed = self.lower(&Spanned::new(expr.clone(), member.span), Some(kind));
                self.comparable(kind, typed.kind.map(Type::item), member.span);
                out.push(Member::Computed(typed.expression));
            }
            MemberDef::One(expr) => {
                if let Some(literal) = self.literal_or_path(&Spanned::new(expr.clone(), member.span), kind) {
                    out.push(literal);
                }
            }
            MemberDef::Dated(inner, days) => {
                let mut members = Vec::new();
                self.member(&Spanned::new((**inner).clone(), member.span), kind, &mut members);
                out.extend(members.into_iter().map(|member| Member::Dated(days.days(), Box::new(member))));
            }
            MemberDef::Range(from, to) => {
                if let Kind::Code(set) = kind.base {
                    out.extend(self.code_range(*set, from, to));
                } else if let (Some(from), Some(to)) = (self.literal(from, kind), self.literal(to, kind)) {
                    out.push(Member::Range(from, to));
                }
            }
        }
    }

    /// A literal of the type; else, a field of that name.
    fn literal_or_path(&mut self, expr: &Spanned<Expr>, kind: Type<'a>) -> Option<Member> {
        if let (Err(_), Expr::Word(word)) = (self.world.literal(&expr.item, kind.base), &expr.item)
            && let Found::Path { expression, .. } = self.scope.find(word)
        {
            return Some(Member::Computed(expression));
        }
        self.literal(expr, kind).map(Member::One)
    }

    fn code_range(&mut self, set: SetId, from: &Spanned<Expr>, to: &Spanned<Expr>) -> Option<Member> {
        let text = |expr: &Expr| match expr {
            Expr::Word(text) | Expr::Text(text) => text.clone(),
            Expr::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let range = CodeRange {
            from: Spanned::new(text(&from.item), from.span),
            to: Some(Spanned::new(text(&to.item), to.span)),
        };
        let (from, to) = self.range(set, &range)?;
        Some(Member::Codes { set, from, to })
    }

    /// First and last place of a code or range of codes, all under the last included.
    fn range(&mut self, set: SetId, range: &CodeRange) -> Option<(CodeId, CodeId)> {
        match self.world.code_range(set, range) {
            Ok(found) => found,
            Err((span, problem, help)) => {
                self.say(span, problem, help);
                None
            }
        }
    }

    fn code_operand(&mut self, expr: &Spanned<Expr>) -> (Expression, Option<SetId>) {
        let typed = self.lower(expr, None);
        let set = match typed.kind {
            None => None,
            Some(Type { base: Kind::Code(set), .. }) => Some(*set),
            Some(kind) => {
                self.say(
                    expr.span,
                    Problem::TypeMismatch { expected: "a code".into(), found: kind.to_string() },
                    Some("declare the field as `code in SET`".into()),
                );
                None
            }
        };
        (typed.expression, set)
    }

    fn text_operand(&mut self, expr: &Spanned<Expr>) -> Expression {
        let typed = self.lower(expr, None);
        match typed.kind {
            Some(kind) if !matches!(kind.base, Kind::Text | Kind::Code(_)) => {
                self.say(expr.span, Problem::TypeMismatch { expected: "a text".into(), found: kind.to_string() }, None);
            }
            _ => {}
        }
        typed.expression
    }

    fn calendar(&mut self, name: &Name) -> Option<CalendarId> {
        match self.world.calendar(self.scope.domain, name) {
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

    fn under(&mut self, left: &Spanned<Expr>, codes: &[CodeRange], negated: bool) -> Typed<'a> {
        let (of, set) = self.code_operand(left);
        let Some(set) = set else { return Self::nothing() };
        let ranges = codes.iter().filter_map(|range| self.range(set, range)).collect();
        Self::boolean(Expression::CodeIs { of: Box::new(of), what: CodeQuestion::Under(ranges), on: None, negated })
    }

    fn is_word(
        &mut self,
        left: &Spanned<Expr>,
        word: CodeWord,
        on: Option<&Spanned<Expr>>,
        negated: bool,
    ) -> Typed<'a> {
        let what = match word {
            CodeWord::Leaf => CodeQuestion::Leaf,
            CodeWord::Assignable => CodeQuestion::Assignable,
            CodeWord::Known => CodeQuestion::Known,
            CodeWord::Retired => CodeQuestion::Retired,
            CodeWord::Valid => CodeQuestion::Valid,
            CodeWord::Numeric => {
                let of = Box::new(self.text_operand(left));
                let test = Expression::Text { of, test: TextTest::Numeric };
                return Self::boolean(if negated { Expression::Not(Box::new(test)) } else { test });
            }
        };
        let (of, set) = self.code_operand(left);
        if set.is_none() {
            return Self::nothing();
        }
        let on = on.map(|on| Box::new(self.date_operand(on)));
        Self::boolean(Expression::CodeIs { of: Box::new(of), what, on, negated })
    }

    fn labelled(&mut self, left: &Spanned<Expr>, label: &Name, negated: bool) -> Typed<'a> {
        let (of, _) = self.code_operand(left);
        match self.world.label(label) {
            Ok(place) => {
                let what = CodeQuestion::Labelled(place);
                Self::boolean(Expression::CodeIs { of: Box::new(of), what, on: None, negated })
            }
            Err((problem, help)) => {
                self.say(label.span, problem, help);
                Self::nothing()
            }
        }
    }

    /// A text that says phrases. Those that are in force on some days only are asked for one by one.
    fn mentions(&mut self, of: &Expression, phrases: &[Name], all: bool, even_negated: bool) -> Typed<'a> {
        let (phrases, dated) = self.phrases(phrases);
        let says = |phrases| Expression::Mentions { of: Box::new(of.clone()), phrases, all, even_negated };
        if dated.is_empty() {
            return Self::boolean(says(phrases));
        }
        let mut parts = if phrases.is_empty() { Vec::new() } else { vec![says(phrases)] };
        for (days, phrase) in dated {
            let mut both = Self::on_days(days);
            if all {
                // On other days the phrase is not asked for.
                parts.push(Expression::Or(vec![Expression::Not(Box::new(Expression::And(both))), says(vec![phrase])]));
            } else {
                both.push(says(vec![phrase]));
                parts.push(Expression::And(both));
            }
        }
        Self::boolean(if all { Expression::And(parts) } else { Expression::Or(parts) })
    }

    /// That the encounter is of one of these days.
    fn on_days(days: Days) -> Vec<Expression> {
        let on = || Box::new(Expression::Call { function: Function::On, arguments: Vec::new() });
        let compared = |how, day: Option<Day>| {
            day.map(|day| Expression::Compare {
                how,
                left: on(),
                right: Box::new(Expression::Literal(Literal::Day(day))),
            })
        };
        let ends = [compared(Comparison::AtLeast, days.from), compared(Comparison::AtMost, days.to)];
        ends.into_iter().flatten().collect()
    }

    /// Phrases by place; a name of a list stands for its members. Those with days of their own come apart.
    fn phrases(&mut self, phrases: &[Name]) -> (Vec<PhraseId>, Vec<(Days, PhraseId)>) {
        let world = self.world;
        let (mut out, mut dated) = (Vec::with_capacity(phrases.len()), Vec::new());
        for phrase in phrases {
            let Some(members) = world.list(self.scope.domain, &phrase.item) else {
                out.push(self.texts.phrase(&phrase.item));
                continue;
            };
            for member in members {
                match member {
                    MemberDef::One(Expr::Text(text) | Expr::Word(text)) => out.push(self.texts.phrase(text)),
                    MemberDef::Dated(inner, days) => {
                        if let MemberDef::One(Expr::Text(text) | Expr::Word(text)) = &**inner {
                            dated.push((days.days(), self.texts.phrase(text)));
                        }
                    }
                    MemberDef::One(_) | MemberDef::Range(..) => {}
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        (out, dated)
    }

    /// The list a loop or quantifier goes over, and the type of its items.
    pub fn list(&mut self, variable: &Name, list: Option<&PathDef>) -> (Expression, Option<Type<'a>>) {
        let (word, span) = match list {
            Some(path) => (join(path), path.span),
            None => match self.scope.plural(&variable.item) {
                Some(word) => (word, variable.span),
                None => {
                    let help = Some(format!("say where it is: `{} in PATH`", variable.item));
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
            self.report.too_many(name.span, error);
            VariableId::FIRST
        })
    }

    fn count(&mut self, variable: &Name, list: Option<&PathDef>, body: Option<&Spanned<Expr>>) -> Typed<'a> {
        let number = |expression| Typed { expression, kind: Some(Type::NUMBER) };
        if let (None, None) = (list, body)
            && let Found::Path { expression, kind, .. } = self.scope.find(&variable.item)
            && kind.is_list
        {
            return number(Expression::Call { function: Function::Count, arguments: vec![expression] });
        }
        let (list, item) = self.list(variable, list);
        let mark = self.scope.mark();
        let place = self.bind(variable, item, true);
        let body = body.map(|body| Box::new(self.condition(body)));
        self.scope.release(mark);
        number(Expression::Count { variable: place, list: Box::new(list), body })
    }

    fn arithmetic(&mut self, operator: Operator, left: &Spanned<Expr>, right: &Spanned<Expr>) -> Typed<'a> {
        let (first, second) = (self.lower(left, None), self.lower(right, None));
        let expression =
            Expression::Arithmetic { operator, left: Box::new(first.expression), right: Box::new(second.expression) };
        let (Some(one), Some(two)) = (first.kind, second.kind) else { return Typed { expression, kind: None } };
        let kind = match (one.sort(), operator, two.sort()) {
            ("number", operator, "number") => one.computed(operator, two),
            ("date", Operator::Plus | Operator::Minus, "duration") => Some(one),
            ("duration", Operator::Plus, "date") => Some(two),
            ("date", Operator::Minus, "date") | ("duration", Operator::Plus | Operator::Minus, "duration") => {
                Some(Type::DURATION)
            }
            ("text", Operator::Plus, "text") => Some(Type::TEXT),
            _ => None,
        };
        if kind.is_none() {
            let found = format!("{one} and {two}");
            self.say(
                left.span.join(right.span),
                Problem::TypeMismatch { expected: "numbers, or a date and a duration".into(), found },
                None,
            );
        }
        Typed { expression, kind }
    }

    fn call(&mut self, name: &Name, arguments: &[Spanned<Expr>], expected: Option<Type<'a>>) -> Typed<'a> {
        match name.item.as_str() {
            "position" => return self.position(name, arguments),
            "property" => return self.property(name, arguments),
            _ => {}
        }
        let world = self.world;
        if let Some((place, function)) = world.function(self.scope.domain, &name.item, self.scope.callable) {
            return super::own_functions::call(self, name, (place, function), arguments);
        }
        // A table belongs to one domain, a function of `shared` to all.
        let is_everywhere = self.scope.callable != usize::MAX && world.shared == Some(self.scope.domain);
        if let Some((place, output)) = world.table(self.scope.domain, &name.item).filter(|_| !is_everywhere) {
            return self.table_call(name, place, output, arguments);
        }
        super::functions::call(self, name, arguments, expected)
    }

    fn position(&mut self, name: &Name, arguments: &[Spanned<Expr>]) -> Typed<'a> {
        if let [Spanned { item: Expr::Word(word), .. }] = arguments
            && let Some(place) = self.scope.variable(word)
        {
            return Typed { expression: Expression::Position(place), kind: Some(Type::NUMBER) };
        }
        self.say(
            name.span,
            Problem::WrongArguments {
                name: "position".into(),
                expected: "the name of a loop's item".into(),
                found: arguments.len(),
            },
            None,
        );
        Self::nothing()
    }

    fn relates(&mut self, left: &Spanned<Expr>, right: &Spanned<Expr>, relation: &Name) -> Typed<'a> {
        let ((left, one), (right, other)) = (self.code_operand(left), self.code_operand(right));
        let Some(set) = one.or(other) else { return Self::nothing() };
        let world = self.world;
        let Some((place, declared)) = world.relation(set, &relation.item) else {
            let known = set.get(&world.sets).map(|set| set.relations.as_slice()).unwrap_or_default();
            let help = did_you_mean(&relation.item, known.iter().map(|relation| relation.name.as_str()));
            let help = help.or_else(|| Some(format!("declare it in the code set: `relation {}`", relation.item)));
            self.say(
                relation.span,
                Problem::UnknownName { what: "relation".into(), name: relation.item.clone() },
                help,
            );
            return Self::nothing();
        };
        Self::boolean(Expression::Relates {
            set,
            relation: place,
            left: Box::new(left),
            right: Box::new(right),
            either_way: declared.is_symmetric,
        })
    }

    fn property(&mut self, name: &Name, arguments: &[Spanned<Expr>]) -> Typed<'a> {
        let [code, property] = arguments else {
            let expected = "a code and the name of a property".into();
            self.say(
                name.span,
                Problem::WrongArguments { name: "property".into(), expected, found: arguments.len() },
                None,
            );
            return Self::nothing();
        };
        let (of, set) = self.code_operand(code);
        let word = match &property.item {
            Expr::Word(word) | Expr::Text(word) => word.clone(),
            _ => String::new(),
        };
        let Some(set) = set else { return Self::nothing() };
        match self.world.property(set, &word) {
            Some((place, kind)) => Typed {
                expression: Expression::Property { of: Box::new(of), set, property: place },
                kind: Type::of(kind),
            },
            None => {
                let names = self.world.property_names(set);
                let help = did_you_mean(&word, names.iter().map(String::as_str));
                self.say(property.span, Problem::UnknownName { what: "property".into(), name: word }, help);
                Self::nothing()
            }
        }
    }

    fn table_call(&mut self, name: &Name, table: TableId, output: OutputId, arguments: &[Spanned<Expr>]) -> Typed<'a> {
        let world = self.world;
        let Some(signature) = world.signature(self.scope.domain, table) else { return Self::nothing() };
        if signature.inputs.len() != arguments.len() {
            let expected = format!("{} inputs", signature.inputs.len());
            self.say(
                name.span,
                Problem::WrongArguments { name: name.item.clone(), expected, found: arguments.len() },
                None,
            );
            return Self::nothing();
        }
        let mut lowered = Vec::with_capacity(arguments.len());
        for (argument, kind) in arguments.iter().zip(&signature.inputs) {
            let wanted = Type::of(kind);
            let typed = self.lower(argument, wanted);
            if let Some(wanted) = wanted {
                self.comparable(wanted, typed.kind, argument.span);
            }
            lowered.push(typed.expression);
        }
        let kind = output.get(&signature.outputs).unwrap_or(&Kind::Text);
        Typed { expression: Expression::Table { table, output, arguments: lowered }, kind: Type::of(kind) }
    }
}

/// A path as it was written.
pub(super) fn join(path: &PathDef) -> String {
    path.parts.iter().map(|part| part.item.as_str()).collect::<Vec<_>>().join(".")
}
