//! Questions about one value: whether it is among others, or a code of some kind.

use super::super::scope::Found;
use super::super::scope::Type;
use super::Lowering;
use super::Typed;
use crate::definitions::parse::elsewhere;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeWord;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::expression::CodeQuestion;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::expression::TextTest;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::record::Kind;

impl<'a> Lowering<'a> {
    pub(super) fn in_members(
        &mut self,
        left: &Spanned<Expr>,
        members: &[Spanned<MemberDef>],
        negated: bool,
    ) -> Typed<'a> {
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
    pub(in crate::definitions::compile) fn members(
        &mut self,
        members: &[Spanned<MemberDef>],
        kind: Option<Type<'a>>,
        _left: Span,
    ) -> Vec<Member> {
        let Some(kind) = kind.map(Type::item) else { return Vec::new() };
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            self.member(member, kind, &mut out);
        }
        out
    }

    pub(super) fn member(&mut self, member: &Spanned<MemberDef>, kind: Type<'a>, out: &mut Vec<Member>) {
        match &member.item {
            MemberDef::One(Expr::Word(word)) if self.is_meant_variable(word, kind) => {
                let typed = self.lower(&Spanned::new(Expr::Word(word.clone()), member.span), None);
                self.comparable(kind, typed.kind.map(Type::item), member.span);
                out.push(Member::Computed(typed.expression));
            }
            MemberDef::One(Expr::Word(word)) if self.compiler.world.list(self.scope.domain, word).is_some() => {
                let world = self.compiler.world;
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
            MemberDef::Spelled(inner, _) => {
                self.member(&Spanned::new((**inner).clone(), member.span), kind, out);
            }
            MemberDef::Dated(inner, days) => {
                let mut members = Vec::new();
                self.member(&Spanned::new((**inner).clone(), member.span), kind, &mut members);
                out.extend(members.into_iter().map(|member| Member::Dated(days.days(), Box::new(member))));
            }
            MemberDef::Range(from, to) => {
                if let Kind::Code(_) | Kind::Codes(_) = kind.base {
                    out.extend(self.code_range(sets_of(kind), from, to));
                } else if let (Some(from), Some(to)) = (self.literal(from, kind), self.literal(to, kind)) {
                    out.push(Member::Range(from, to));
                }
            }
        }
    }

    /// A literal of the type; else, a field of that name.
    pub(super) fn literal_or_path(&mut self, expr: &Spanned<Expr>, kind: Type<'a>) -> Option<Member> {
        if let (Err(_), Expr::Word(word)) = (self.compiler.world.literal(&expr.item, kind.base), &expr.item)
            && let Found::Path { expression, .. } = self.scope.find(word)
        {
            return Some(Member::Computed(expression));
        }
        if let (Err((problem, help)), Expr::Word(word)) =
            (self.compiler.world.literal(&expr.item, kind.base), &expr.item)
            && help.as_ref().is_none_or(|help| !help.starts_with("did you mean"))
            && elsewhere::nothing(word).is_none()
            && let Some(near) = self.compiler.world.near_known_list(self.scope.domain, word)
        {
            let help = help.map(|help| format!(" {help}")).unwrap_or_default();
            self.say(expr.span, problem, Some(format!("did you mean the list `{near}`?{help}")));
            return None;
        }
        self.literal(expr, kind).map(Member::One)
    }

    pub(super) fn code_range(&mut self, sets: &[SetId], from: &Spanned<Expr>, to: &Spanned<Expr>) -> Option<Member> {
        let text = |expr: &Expr| match expr {
            Expr::Word(text) | Expr::Text(text) => text.clone(),
            Expr::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let range = CodeRange {
            from: Spanned::new(text(&from.item), from.span),
            to: Some(Spanned::new(text(&to.item), to.span)),
        };
        let (set, from, to) = self.range(sets, &range)?;
        Some(Member::Codes { set, from, to })
    }

    /// First and last place of a code or range of codes, all under the last included, in the first of some sets that has it.
    pub(super) fn range(&mut self, sets: &[SetId], range: &CodeRange) -> Option<(SetId, CodeId, CodeId)> {
        match self.compiler.world.code_range_in(sets, range) {
            Ok(found) => found,
            Err(wrong) => {
                let (span, problem, help) = *wrong;
                self.say(span, problem, help);
                None
            }
        }
    }

    pub(super) fn under(&mut self, left: &Spanned<Expr>, codes: &[CodeRange], negated: bool) -> Typed<'a> {
        let operands = self.code_operands(left);
        let sets: Vec<SetId> = operands.iter().map(|(_, set)| *set).collect();
        if sets.is_empty() {
            return Self::nothing();
        }
        let ranges: Vec<_> = codes.iter().filter_map(|range| self.range(&sets, range)).collect();
        Self::of_each(operands, negated, |of, set| {
            let of_set = ranges.iter().filter(|range| range.0 == set);
            let what = CodeQuestion::Under(of_set.map(|(_, from, to)| (*from, *to)).collect());
            Expression::CodeIs { of: Box::new(of), what, on: None, negated }
        })
    }

    pub(super) fn is_word(
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
        let operands = self.code_operands(left);
        let on = on.map(|on| Box::new(self.date_operand(on)));
        Self::of_each(operands, negated, |of, _| Expression::CodeIs {
            of: Box::new(of),
            what: what.clone(),
            on: on.clone(),
            negated,
        })
    }

    pub(super) fn labelled(&mut self, left: &Spanned<Expr>, label: &Name, negated: bool) -> Typed<'a> {
        let operands = self.code_operands(left);
        match self.compiler.world.label(label) {
            Ok(place) => {
                let what = CodeQuestion::Labelled(place);
                Self::of_each(operands, negated, |of, _| Expression::CodeIs {
                    of: Box::new(of),
                    what: what.clone(),
                    on: None,
                    negated,
                })
            }
            Err((problem, help)) => {
                self.say(label.span, problem, help);
                Self::nothing()
            }
        }
    }
}

/// The code sets of a type.
fn sets_of(kind: Type<'_>) -> &[SetId] {
    match kind.base {
        Kind::Code(set) => std::slice::from_ref(set),
        Kind::Codes(sets) => sets,
        _ => &[],
    }
}
