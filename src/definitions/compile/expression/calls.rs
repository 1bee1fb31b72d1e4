//! What is worked out or looked for: calls, counts, arithmetic, relations, phrases.

use super::super::scope::Found;
use super::super::scope::Type;
use super::Lowering;
use super::Typed;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::TextVerb;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Operator;
use crate::model::expression::TextTest;
use crate::model::ids::OutputId;
use crate::model::ids::PhraseId;
use crate::model::ids::TableId;
use crate::model::record::Kind;
use crate::model::value::Literal;

impl<'a> Lowering<'a> {
    pub(super) fn matches(&mut self, left: &Spanned<Expr>, pattern: &Name) -> Typed<'a> {
        let of = self.text_operand(left);
        match self.compiler.texts.pattern(&pattern.item) {
            Ok(place) => Self::boolean(Expression::Text { of: Box::new(of), test: TextTest::Matches(place) }),
            Err(why) => {
                self.say(pattern.span, Problem::BadPattern { reason: why }, None);
                Self::nothing()
            }
        }
    }

    pub(super) fn text_test(&mut self, left: &Spanned<Expr>, verb: TextVerb, text: &Name) -> Typed<'a> {
        let of = Box::new(self.text_operand(left));
        let text = text.item.clone();
        let test = match verb {
            TextVerb::StartsWith => TextTest::StartsWith(text),
            TextVerb::EndsWith => TextTest::EndsWith(text),
            TextVerb::Contains => TextTest::Contains(text),
        };
        Self::boolean(Expression::Text { of, test })
    }

    /// A text that says phrases. Those that are in force on some days only are asked for one by one.
    pub(super) fn mentions(&mut self, of: &Expression, phrases: &[Name], all: bool, even_negated: bool) -> Typed<'a> {
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
    pub(super) fn on_days(days: Days) -> Vec<Expression> {
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
    pub(super) fn phrases(&mut self, phrases: &[Name]) -> (Vec<PhraseId>, Vec<(Days, PhraseId)>) {
        let world = self.compiler.world;
        let (mut out, mut dated) = (Vec::with_capacity(phrases.len()), Vec::new());
        for phrase in phrases {
            let Some(members) = world.list(self.scope.domain, &phrase.item) else {
                self.refuse_near_list(phrase);
                out.push(self.compiler.texts.phrase(&phrase.item));
                continue;
            };
            for member in members {
                match member {
                    MemberDef::One(Expr::Text(text) | Expr::Word(text)) => out.push(self.compiler.texts.phrase(text)),
                    MemberDef::Dated(inner, days) => {
                        if let MemberDef::One(Expr::Text(text) | Expr::Word(text)) = &**inner {
                            dated.push((days.days(), self.compiler.texts.phrase(text)));
                        }
                    }
                    MemberDef::Spelled(short, _) => {
                        if let MemberDef::One(Expr::Text(text) | Expr::Word(text)) = &**short {
                            out.push(self.compiler.texts.phrase(text));
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

    /// A bare word that is nearly the name of a list was meant as one.
    fn refuse_near_list(&mut self, phrase: &Name) {
        let is_bare = phrase.span.end - phrase.span.start == phrase.item.len();
        let near = if is_bare { self.compiler.world.near_list(self.scope.domain, &phrase.item) } else { None };
        if let Some(near) = near {
            let help = format!("did you mean the list `{near}`? a text is written `\"{}\"`", phrase.item);
            self.say(phrase.span, Problem::BareText { found: format!("`{}`", phrase.item) }, Some(help));
        }
    }

    pub(super) fn count(&mut self, variable: &Name, list: Option<&PathDef>, body: Option<&Spanned<Expr>>) -> Typed<'a> {
        if let (None, Some(among)) = (list, self.scope.among(&variable.item)) {
            return self.count_of(among, variable, body);
        }
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

    pub(super) fn arithmetic(&mut self, operator: Operator, left: &Spanned<Expr>, right: &Spanned<Expr>) -> Typed<'a> {
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

    pub(super) fn call(&mut self, name: &Name, arguments: &[Spanned<Expr>], expected: Option<Type<'a>>) -> Typed<'a> {
        match name.item.as_str() {
            "position" => return self.position(name, arguments),
            "property" => return self.property(name, arguments),
            _ => {}
        }
        if let Some(typed) = self.gathered(name, arguments) {
            return typed;
        }
        let world = self.compiler.world;
        if let Some((place, function)) = world.function(self.scope.domain, &name.item, self.scope.callable) {
            return super::super::own_functions::call(self, name, (place, function), arguments);
        }
        // A table belongs to one domain, a function of `shared` to all.
        let is_everywhere = self.scope.callable != usize::MAX && world.shared == Some(self.scope.domain);
        if let Some((place, output)) = world.table(self.scope.domain, &name.item).filter(|_| !is_everywhere) {
            return self.table_call(name, place, output, arguments);
        }
        super::super::functions::call(self, name, arguments, expected)
    }

    pub(super) fn position(&mut self, name: &Name, arguments: &[Spanned<Expr>]) -> Typed<'a> {
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

    pub(super) fn relates(&mut self, left: &Spanned<Expr>, right: &Spanned<Expr>, relation: &Name) -> Typed<'a> {
        let ((left, one), (right, other)) = (self.code_operand(left), self.code_operand(right));
        let Some(set) = one.or(other) else { return Self::nothing() };
        let world = self.compiler.world;
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

    pub(super) fn property(&mut self, name: &Name, arguments: &[Spanned<Expr>]) -> Typed<'a> {
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
        match self.compiler.world.property(set, &word) {
            Some((place, kind)) => Typed {
                expression: Expression::Property { of: Box::new(of), set, property: place },
                kind: Type::of(kind),
            },
            None => {
                let names = self.compiler.world.property_names(set);
                let help = did_you_mean(&word, names.iter().map(String::as_str));
                self.say(property.span, Problem::UnknownName { what: "property".into(), name: word }, help);
                Self::nothing()
            }
        }
    }

    pub(super) fn table_call(
        &mut self,
        name: &Name,
        table: TableId,
        output: OutputId,
        arguments: &[Spanned<Expr>],
    ) -> Typed<'a> {
        let world = self.compiler.world;
        let Some(signature) = world.signature(self.scope.domain, table) else { return Self::nothing() };
        if signature.is_every {
            let problem = Problem::Misplaced { what: name.item.clone(), place: "an expression".into() };
            let help = format!("every row of it counts: ask of each in a rule, `for each row in {}(…)`", name.item);
            self.say(name.span, problem, Some(help));
            return Self::nothing();
        }
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
