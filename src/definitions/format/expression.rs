//! Expressions, with no more brackets than their meaning asks for.

use crate::definitions::format::Printer;
use crate::definitions::format::flow::Flow;
use crate::definitions::format::words::bare;
use crate::definitions::format::words::bracketed;
use crate::definitions::format::words::days;
use crate::definitions::format::words::duration;
use crate::definitions::format::words::joined;
use crate::definitions::format::words::quoted;
use crate::definitions::parse::tree::CodeRange;
use crate::definitions::parse::tree::CodeWord;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::PathDef;
use crate::definitions::parse::tree::TextVerb;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Inclusion;
use crate::model::expression::Operator;
use crate::model::expression::Quantifier;
use crate::model::expression::Side;

/// How tightly the parts of an expression hold together; a looser part inside a tighter one stands in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Or,
    And,
    Not,
    Test,
    Sum,
    Product,
    Value,
}

type Node = Spanned<Expr>;

impl Printer<'_> {
    /// A condition or value.
    pub(super) fn expression(&self, node: &Node) -> Flow {
        self.weighed(&node.item, 0, true)
    }

    /// An expression in which the breaks lie at `depth` or below; `is_last` if nothing follows it that a quantifier could swallow.
    fn weighed(&self, expr: &Expr, depth: u8, is_last: bool) -> Flow {
        match expr {
            Expr::Or(terms) => self.terms(terms, "or", Rank::And, depth, is_last),
            Expr::And(terms) => self.terms(terms, "and", Rank::Not, depth + 1, is_last),
            Expr::Not(inner) => {
                let mut flow = Flow::of("not ");
                flow.glue(self.within(inner, Rank::Not, depth, is_last));
                flow
            }
            Expr::Arithmetic { operator, left, right } => {
                let (sign, rank) = match operator {
                    Operator::Plus => ("+", Rank::Sum),
                    Operator::Minus => ("-", Rank::Sum),
                    Operator::Times => ("*", Rank::Product),
                    Operator::Over => ("/", Rank::Product),
                };
                let mut flow = self.within(left, rank, depth, false);
                flow.word(sign);
                let tighter = if rank == Rank::Sum { Rank::Product } else { Rank::Value };
                flow.append(self.within(right, tighter, depth, is_last));
                flow
            }
            Expr::Quantified { .. } | Expr::Count { .. } => self.over_list(expr, depth),
            Expr::Call { name, arguments } => {
                let arguments = arguments.iter().map(|argument| self.weighed(&argument.item, depth + 3, true));
                let mut flow = Flow::of(name.item.clone());
                flow.glue(bracketed(joined(arguments, depth + 2)));
                flow
            }
            _ => self.test(expr, depth, is_last),
        }
    }

    fn terms(&self, terms: &[Node], word: &str, tighter: Rank, depth: u8, is_last: bool) -> Flow {
        let mut flow = Flow::default();
        let last = terms.len().saturating_sub(1);
        for (at, term) in terms.iter().enumerate() {
            let printed = self.within(term, tighter, depth + 1, is_last && at == last);
            if at == 0 {
                flow = printed;
            } else {
                flow.may_break(depth + 1);
                flow.push(word);
                flow.append(printed);
            }
        }
        flow
    }

    /// A part that has to hold together as tightly as `rank`.
    fn within(&self, node: &Node, rank: Rank, depth: u8, is_last: bool) -> Flow {
        let swallows = !is_last && ends_open(&node.item);
        if rank_of(&node.item) < rank || swallows {
            bracketed(self.weighed(&node.item, depth + 2, true))
        } else {
            self.weighed(&node.item, depth, is_last)
        }
    }

    fn over_list(&self, expr: &Expr, depth: u8) -> Flow {
        let (mut flow, list, link, body) = match expr {
            Expr::Quantified { quantifier, variable, list, is_has, body } => {
                let word = match quantifier {
                    Quantifier::Any => "any",
                    Quantifier::Every => "every",
                    Quantifier::No => "no",
                };
                let link = if *is_has { "has" } else { "where" };
                (Flow::of(format!("{word} {}", variable.item)), list, link, Some(body))
            }
            Expr::Count { variable, list, body } => {
                (Flow::of(format!("count of {}", variable.item)), list, "where", body.as_ref())
            }
            _ => return Flow::default(),
        };
        if let Some(list) = list {
            flow.word(&format!("in {}", path(list)));
        }
        if let Some(body) = body {
            flow.word(link);
            let is_one = rank_of(&body.item) >= Rank::Test && !ends_open(&body.item);
            let printed = self.weighed(&body.item, depth + 2, true);
            flow.append(if is_one { printed } else { bracketed(printed) });
        }
        flow
    }

    fn test(&self, expr: &Expr, depth: u8, is_last: bool) -> Flow {
        let left = |node: &Node| self.within(node, Rank::Sum, depth, false);
        let is = |negated: bool| if negated { "is not" } else { "is" };
        match expr {
            Expr::Compare { op, left: one, right } => {
                let mut flow = left(one);
                flow.word(compare(*op));
                flow.append(self.within(right, Rank::Sum, depth, is_last));
                flow
            }
            Expr::Relates { left: one, right, relation } => {
                let mut flow = with(left(one), "relates to", self.within(right, Rank::Value, depth, true));
                flow.word(&format!("by {}", relation.item));
                flow
            }
            Expr::Is { left: one, value, negated } => {
                with(left(one), is(*negated), self.within(value, Rank::Value, depth, true))
            }
            Expr::Present { of, negated } => {
                with(left(of), "is", Flow::of(if *negated { "absent" } else { "present" }))
            }
            Expr::In { left: one, members, negated } => {
                with(left(one), if *negated { "not in" } else { "in" }, self.members(members, depth))
            }
            Expr::Includes { left: one, how, members } => {
                let word = match how {
                    Inclusion::Any => "includes",
                    Inclusion::All => "includes all",
                    Inclusion::Only => "includes only",
                    Inclusion::None => "includes none",
                };
                with(left(one), word, self.members(members, depth))
            }
            Expr::Under { left: one, codes, negated } => {
                let mut codes_flow = code_ranges(codes, depth + 2);
                if codes.len() > 1 {
                    codes_flow = bracketed(codes_flow);
                }
                with(left(one), &format!("{} under", is(*negated)), codes_flow)
            }
            Expr::Labelled { left: one, label, negated } => {
                with(left(one), &format!("{} labelled", is(*negated)), Flow::of(label.item.clone()))
            }
            _ => self.text_test(expr, depth),
        }
    }

    fn text_test(&self, expr: &Expr, depth: u8) -> Flow {
        let left = |node: &Node| self.within(node, Rank::Sum, depth, false);
        match expr {
            Expr::IsWord { left: one, word, on, negated } => {
                let is = if *negated { "is not" } else { "is" };
                let mut flow = with(left(one), is, Flow::of(code_word(*word)));
                if let Some(on) = on {
                    flow.word("on");
                    flow.append(self.within(on, Rank::Value, depth, true));
                }
                flow
            }
            Expr::Matches { left: one, pattern } => with(left(one), "matches", Flow::of(quoted(&pattern.item))),
            Expr::TextTest { left: one, verb, text } => {
                let verb = match verb {
                    TextVerb::StartsWith => "starts with",
                    TextVerb::EndsWith => "ends with",
                    TextVerb::Contains => "contains",
                };
                with(left(one), verb, Flow::of(quoted(&text.item)))
            }
            Expr::Mentions { left: one, phrases, all, even_negated } => {
                let verb = if *even_negated { "says" } else { "mentions" };
                let verb = if *all { format!("{verb} all") } else { verb.to_owned() };
                let mut inner = self.phrases(phrases, depth + 2);
                if phrases.len() > 1 {
                    inner = bracketed(inner);
                }
                with(left(one), &verb, inner)
            }
            Expr::Within { left: one, span, side, from, calendar } => {
                let side = match side {
                    Side::Before => "before",
                    Side::After => "after",
                    Side::Around => "of",
                };
                let mut flow = with(left(one), "within", self.within(span, Rank::Value, depth, true));
                if calendar.is_some() {
                    flow.word("business-days");
                }
                flow.word(side);
                flow.append(self.within(from, Rank::Value, depth, true));
                if let Some(calendar) = calendar {
                    flow.word(&format!("by {}", calendar.item));
                }
                flow
            }
            value => Flow::of(literal(value)),
        }
    }

    /// Phrases, and lists of phrases by their bare names: which of the two it is, only the quotation marks tell.
    pub(super) fn phrases(&self, phrases: &[Name], depth: u8) -> Flow {
        let written = |name: &Name| {
            let is_bare = !self.is_quoted(name) && bare(&name.item) == name.item;
            Flow::of(if is_bare { name.item.clone() } else { quoted(&name.item) })
        };
        joined(phrases.iter().map(written), depth)
    }

    /// Members in brackets; one alone without.
    fn members(&self, members: &[Spanned<MemberDef>], depth: u8) -> Flow {
        let flow = self.member_list(members, depth + 2);
        // `includes none` would wait for what is not to be included.
        let is_amount = |word: &str| matches!(word, "any" | "all" | "only" | "none");
        match members {
            [Spanned { item: MemberDef::One(Expr::Word(word)), .. }] if is_amount(word) => bracketed(flow),
            [_] => flow,
            _ => bracketed(flow),
        }
    }

    /// Members with commas.
    pub(super) fn member_list(&self, members: &[Spanned<MemberDef>], depth: u8) -> Flow {
        joined(members.iter().map(|member| self.member(&member.item)), depth)
    }

    fn member(&self, member: &MemberDef) -> Flow {
        match member {
            MemberDef::One(value) => self.weighed(value, 9, true),
            MemberDef::Range(from, to) => {
                let mut flow = self.weighed(&from.item, 9, true);
                flow.push("..");
                flow.glue(self.weighed(&to.item, 9, true));
                flow
            }
            MemberDef::Dated(member, on) => {
                let mut flow = self.member(member);
                days(&mut flow, on.from.as_ref(), on.to.as_ref());
                flow
            }
            MemberDef::Spelled(member, long) => {
                let mut flow = self.member(member);
                flow.word("for");
                flow.word(&quoted(&long.item));
                flow
            }
        }
    }
}

fn with(mut left: Flow, verb: &str, right: Flow) -> Flow {
    left.word(verb);
    left.append(right);
    left
}

/// Whether what follows would be taken for a part of it.
fn ends_open(expr: &Expr) -> bool {
    match expr {
        Expr::Quantified { .. } | Expr::Count { body: Some(_), .. } => true,
        Expr::Or(terms) | Expr::And(terms) => terms.last().is_some_and(|term| ends_open(&term.item)),
        Expr::Not(inner) => ends_open(&inner.item),
        Expr::Compare { right, .. } | Expr::Arithmetic { right, .. } => ends_open(&right.item),
        _ => false,
    }
}

fn rank_of(expr: &Expr) -> Rank {
    match expr {
        Expr::Or(_) => Rank::Or,
        Expr::And(_) => Rank::And,
        Expr::Not(_) => Rank::Not,
        Expr::Arithmetic { operator: Operator::Plus | Operator::Minus, .. } => Rank::Sum,
        Expr::Arithmetic { .. } => Rank::Product,
        Expr::Text(_)
        | Expr::Number(_)
        | Expr::Bool(_)
        | Expr::Day(_)
        | Expr::Moment(_)
        | Expr::Duration(_)
        | Expr::Word(_)
        | Expr::Call { .. }
        | Expr::Quantified { .. }
        | Expr::Count { .. } => Rank::Value,
        _ => Rank::Test,
    }
}

/// A value that stands for itself, or a name.
fn literal(expr: &Expr) -> String {
    match expr {
        Expr::Text(text) => quoted(text),
        Expr::Number(number) => number.to_string(),
        Expr::Bool(is_true) => is_true.to_string(),
        Expr::Day(day) => day.to_string(),
        Expr::Moment(moment) => moment.to_string(),
        Expr::Duration(span) => duration(*span),
        Expr::Word(word) => word.clone(),
        _ => String::new(),
    }
}

fn code_word(word: CodeWord) -> &'static str {
    match word {
        CodeWord::Leaf => "leaf",
        CodeWord::Assignable => "assignable",
        CodeWord::Known => "known",
        CodeWord::Retired => "retired",
        CodeWord::Valid => "valid",
        CodeWord::Numeric => "numeric",
    }
}

/// The sign of a comparison.
pub(super) fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::Unequal => "!=",
        CompareOp::Less => "<",
        CompareOp::AtMost => "<=",
        CompareOp::More => ">",
        CompareOp::AtLeast => ">=",
    }
}

/// Codes and ranges with commas.
pub(super) fn code_ranges(codes: &[CodeRange], depth: u8) -> Flow {
    let one = |range: &CodeRange| match &range.to {
        Some(to) => format!("{}..{}", bare(&range.from.item), bare(&to.item)),
        None => bare(&range.from.item),
    };
    joined(codes.iter().map(|range| Flow::of(one(range))), depth)
}

/// A path.
pub(super) fn path(path: &PathDef) -> String {
    let parts: Vec<&str> = path.parts.iter().map(|part| part.item.as_str()).collect();
    parts.join(".")
}

/// Paths with commas.
pub(super) fn paths(paths: &[PathDef], depth: u8) -> Flow {
    joined(paths.iter().map(|it| Flow::of(path(it))), depth)
}
