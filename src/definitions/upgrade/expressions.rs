//! Expressions: lists by their names, values in the form their type asks for.

use crate::definitions::format;
use crate::definitions::parse::elsewhere;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::SimpleKind;
use crate::definitions::upgrade::scope::Scope;
use crate::definitions::upgrade::scope::base;
use crate::diagnostics::span::Spanned;

impl<'k> Scope<'k> {
    /// Rewrites an expression and all its parts.
    pub fn rewrite(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Word(word) => {
                if let Some(renamed) = self.renamed(word) {
                    *word = renamed;
                }
            }
            Expr::And(terms) | Expr::Or(terms) | Expr::Call { arguments: terms, .. } => {
                terms.iter_mut().for_each(|term| self.rewrite(&mut term.item));
            }
            Expr::Compare { op, left, right } => {
                if matches!(op, CompareOp::Equal | CompareOp::Unequal) {
                    self.settle_sides(&mut left.item, &mut right.item);
                }
                self.rewrite(&mut left.item);
                self.rewrite(&mut right.item);
            }
            Expr::Is { left, value, .. } => {
                self.settle_sides(&mut left.item, &mut value.item);
                self.rewrite(&mut left.item);
                self.rewrite(&mut value.item);
            }
            Expr::In { left, members, .. } | Expr::Includes { left, members, .. } => {
                if let Some(kind) = self.kind_of(&left.item) {
                    // One word alone may be the name of a list.
                    let is_list = |member: &Spanned<MemberDef>| matches!(&member.item, MemberDef::One(Expr::Word(word)) if self.knowledge.is_list(word));
                    if !members.iter().any(is_list) {
                        members.iter_mut().for_each(|member| self.settle_member(kind, member));
                    }
                }
                self.rewrite(&mut left.item);
            }
            Expr::Arithmetic { left, right, .. } | Expr::Relates { left, right, .. } => {
                self.rewrite(&mut left.item);
                self.rewrite(&mut right.item);
            }
            Expr::Not(inner) | Expr::Present { of: inner, .. } => self.rewrite(&mut inner.item),
            Expr::Under { left, .. } | Expr::IsWord { left, .. } | Expr::Labelled { left, .. } => {
                self.rewrite(&mut left.item);
            }
            Expr::Matches { left, .. } | Expr::TextTest { left, .. } | Expr::Mentions { left, .. } => {
                self.rewrite(&mut left.item);
            }
            Expr::Within { left, from, .. } => {
                self.rewrite(&mut left.item);
                self.rewrite(&mut from.item);
            }
            Expr::Quantified { variable, list, is_has, body, .. } => {
                let mark = self.over(variable, list, *is_has);
                self.rewrite(&mut body.item);
                self.release(mark);
            }
            Expr::Count { variable, list, body: Some(body) } => {
                let mark = self.over(variable, list, false);
                self.rewrite(&mut body.item);
                self.release(mark);
            }
            _ => {}
        }
    }

    /// Names the list that is gone through, and binds its item; returns the mark to release.
    pub fn over(&mut self, variable: &Name, list: &mut Option<PathDef>, is_open: bool) -> usize {
        if list.is_none() {
            *list = self.plural(&variable.item).map(|path| self::path(&path, variable));
        }
        let kind = list.as_ref().and_then(|list| self.find(&joined(list)));
        let mark = self.mark();
        self.bind(&variable.item, kind, is_open);
        mark
    }

    /// The type of an expression, if it is a path.
    pub fn kind_of(&self, expr: &Expr) -> Option<&'k KindDef> {
        match expr {
            Expr::Word(word) => self.find(word),
            _ => None,
        }
    }

    /// Two sides of a comparison, of which one may be a value.
    fn settle_sides(&self, left: &mut Expr, right: &mut Expr) {
        match (self.kind_of(left), self.kind_of(right)) {
            (Some(kind), None) => self.settle(kind, right),
            (None, Some(kind)) => self.settle(kind, left),
            _ => {}
        }
    }

    /// A member of a list of values of a type.
    pub fn settle_member(&self, kind: &KindDef, member: &mut Spanned<MemberDef>) {
        self.settle_item(kind, &mut member.item);
    }

    fn settle_item(&self, kind: &KindDef, member: &mut MemberDef) {
        match member {
            MemberDef::One(value) => self.settle(kind, value),
            MemberDef::Range(from, to) => {
                self.settle(kind, &mut from.item);
                self.settle(kind, &mut to.item);
            }
            MemberDef::Dated(member, _) | MemberDef::Spelled(member, _) => self.settle_item(kind, member),
        }
    }

    /// A value in the form of its type: text in quotation marks, codes and choices without.
    pub fn settle(&self, kind: &KindDef, value: &mut Expr) {
        let settled = match (base(kind), &*value) {
            // `is null` asks for no text; `check` says what to write.
            (KindDef::Simple(SimpleKind::Text), Expr::Word(word)) if elsewhere::nothing(word).is_some() => return,
            (KindDef::Simple(SimpleKind::Text), Expr::Word(word)) if !self.is_name(word) => Expr::Text(word.clone()),
            (KindDef::Simple(SimpleKind::Text), Expr::Number(number)) => Expr::Text(number.to_string()),
            (KindDef::Choice(_) | KindDef::Ladder(_) | KindDef::Code(_), Expr::Text(text))
                if format::is_bare(text) && !self.is_name(text) =>
            {
                Expr::Word(text.clone())
            }
            _ => return,
        };
        *value = settled;
    }
}

/// A path that is not in the source, in the place of a name that is.
fn path(text: &str, at: &Name) -> PathDef {
    let parts = text.split('.').map(|part| Spanned::new(part.to_owned(), at.span));
    PathDef { parts: parts.collect(), span: at.span }
}

fn joined(path: &PathDef) -> String {
    let parts: Vec<&str> = path.parts.iter().map(|part| part.item.as_str()).collect();
    parts.join(".")
}
