//! Expressions: the grammar finds a flat row of operands and operators, and here they are weighed.
//!
//! Loosest first: `or`, `and`, `not`, a comparison or test, `+ -`, `* /`.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::build::looks_like_day;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::layout::DEEPEST;
use crate::definitions::parse::tree::CodeWord;
use crate::definitions::parse::tree::CompareOp;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::TextVerb;
use crate::definitions::parse::words;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::expression::Inclusion;
use crate::model::expression::Operator;
use crate::model::expression::Quantifier;
use crate::model::expression::Side;
use crate::model::moment::Moment;

/// Terms of one sum or product; each stands a level deeper in the tree than the next.
const LONGEST_SUM: usize = 250;

type Node = Spanned<Expr>;

impl Builder<'_> {
    pub(super) fn expression(&mut self, pair: Pair<'_>) -> Option<Node> {
        let span = self.span(&pair);
        self.deeper(span, |builder| {
            let mut parts = Parts::of(pair);
            // Brackets at either end belong to what is written, though to none of the terms.
            builder.either(&mut parts).map(|node| Spanned::new(node.item, span.join(node.span)))
        })
    }

    fn either(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let first = self.both(parts)?;
        if parts.peek() != Some(Rule::or) {
            return Some(first);
        }
        let mut terms = vec![first];
        while parts.has(Rule::or) {
            terms.push(self.both(parts)?);
        }
        let span = span_of(&terms);
        Some(Spanned::new(Expr::Or(terms), span))
    }

    fn both(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let first = self.turned(parts)?;
        if parts.peek() != Some(Rule::and) {
            return Some(first);
        }
        let mut terms = vec![first];
        while parts.has(Rule::and) {
            terms.push(self.turned(parts)?);
        }
        let span = span_of(&terms);
        Some(Spanned::new(Expr::And(terms), span))
    }

    fn turned(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let mut starts = Vec::new();
        while let Some(not) = parts.take(Rule::not) {
            starts.push(self.span(&not));
        }
        if let (true, Some(first)) = (starts.len() > DEEPEST, starts.first()) {
            return self.deeper_than_any(*first);
        }
        let inner = self.tested(parts)?;
        let turned = starts.into_iter().rev().fold(inner, |inner, start| {
            let span = start.join(inner.span);
            Spanned::new(Expr::Not(Box::new(inner)), span)
        });
        Some(turned)
    }

    fn tested(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let mut left = self.sum(parts)?;
        let mut is_tested = false;
        while let Some(rule) = parts.peek() {
            if matches!(rule, Rule::and | Rule::or) {
                break;
            }
            let link = parts.next()?;
            let span = self.span(&link);
            if is_tested {
                let help = "put one of them into brackets, or say `and` between them";
                self.problems.push(Diagnostic::new(Kind::ChainedComparison, span).with_help(help));
            }
            left = match rule {
                Rule::compare => {
                    let op = compare_op(link.as_str())?;
                    let right = Box::new(self.sum(parts)?);
                    let whole = left.span.join(right.span);
                    Spanned::new(Expr::Compare { op, left: Box::new(left), right }, whole)
                }
                Rule::excludes_link => {
                    self.refuse_word("excludes", "A relates to B by excludes", span);
                    let right = Box::new(self.sum(parts)?);
                    let whole = left.span.join(right.span);
                    let relation = Spanned::new(link.as_str().trim_end().to_owned(), span);
                    Spanned::new(Expr::Relates { left: Box::new(left), right, relation }, whole)
                }
                _ => {
                    let whole = left.span.join(span);
                    Spanned::new(self.test(Box::new(left), link)?, whole)
                }
            };
            if is_tested {
                return None;
            }
            is_tested = true;
        }
        Some(left)
    }

    fn sum(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let mut left = self.product(parts)?;
        let mut terms = 1;
        while let Some(sign) = parts.0.next_if(|pair| is_sign(pair, "+-")) {
            let operator = if sign.as_str() == "+" { Operator::Plus } else { Operator::Minus };
            let right = self.product(parts)?;
            left = arithmetic(operator, left, right);
            terms += 1;
            if terms > LONGEST_SUM {
                return self.deeper_than_any(left.span);
            }
        }
        Some(left)
    }

    fn product(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let mut left = self.primary(parts)?;
        let mut factors = 1;
        while let Some(sign) = parts.0.next_if(|pair| is_sign(pair, "*/")) {
            let operator = if sign.as_str() == "*" { Operator::Times } else { Operator::Over };
            let right = self.primary(parts)?;
            left = arithmetic(operator, left, right);
            factors += 1;
            if factors > LONGEST_SUM {
                return self.deeper_than_any(left.span);
            }
        }
        Some(left)
    }

    fn primary(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        match parts.peek()? {
            // After a sign: `a + not b`.
            Rule::not => {
                let not = parts.next()?;
                let span = self.span(&not);
                self.deeper(span, |builder| builder.turned(parts))
                    .map(|inner| Spanned::new(Expr::Not(Box::new(inner.clone())), span.join(inner.span)))
            }
            Rule::expression => {
                let inner = parts.next()?;
                self.expression(inner)
            }
            Rule::quantified => {
                let pair = parts.next()?;
                self.quantified(pair, parts)
            }
            Rule::count => {
                let pair = parts.next()?;
                self.count(pair, parts)
            }
            _ => self.value(parts),
        }
    }

    fn quantified<'i>(&mut self, pair: Pair<'i>, row: &mut Parts<'i>) -> Option<Node> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let word = parts.next()?.as_str();
        let quantifier = match word {
            "any" => Quantifier::Any,
            "every" => Quantifier::Every,
            _ => Quantifier::No,
        };
        let variable = self.next_name(&mut parts)?;
        let list = parts.take(Rule::in_list).and_then(|pair| self.inner_path(pair));
        if list.is_none() && !means_others(&variable) {
            self.refuse_word(&format!("{word} {}", variable.item), &format!("{word} NAME in LIST"), variable.span);
        }
        let is_has = parts.next()?.as_rule() == Rule::has;
        let (body, span) = self.body(parts.next()?, span, row)?;
        Some(Spanned::new(Expr::Quantified { quantifier, variable, list, is_has, body }, span))
    }

    fn count<'i>(&mut self, pair: Pair<'i>, row: &mut Parts<'i>) -> Option<Node> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let variable = self.next_name(&mut parts)?;
        let list = parts.take(Rule::in_list).and_then(|pair| self.inner_path(pair));
        let Some(body) = parts.next() else {
            return Some(Spanned::new(Expr::Count { variable, list, body: None }, span));
        };
        if list.is_none() && !means_others(&variable) {
            self.refuse_word(&format!("count of {}", variable.item), "count of NAME in LIST", variable.span);
        }
        let (body, span) = self.body(body, span, row)?;
        Some(Spanned::new(Expr::Count { variable, list, body: Some(body) }, span))
    }

    /// The condition behind `where` or `has`, and where the whole ends.
    ///
    /// The grammar lets it go as far to the right as it can, as the first edition does. In the second it ends with its
    /// bracket: what stands behind is handed back to the row around it, of which this was the last operand so far.
    fn body<'i>(&mut self, body: Pair<'i>, whole: Span, row: &mut Parts<'i>) -> Option<(Box<Node>, Span)> {
        let mut parts = Parts::of(body.clone());
        let bracketed = if self.edition == Edition::Second { parts.take(Rule::expression) } else { None };
        match bracketed {
            Some(inner) if parts.peek().is_some() => {
                let body = self.expression(inner)?;
                *row = parts;
                let span = Span { end: body.span.end, ..whole };
                Some((Box::new(body), span))
            }
            _ => Some((Box::new(self.expression(body)?), whole)),
        }
    }

    /// A value that stands for itself, a name, or a call.
    pub(super) fn value(&mut self, parts: &mut Parts<'_>) -> Option<Node> {
        let pair = parts.next()?;
        let span = self.span(&pair);
        if let Some(arguments) = parts.take(Rule::arguments) {
            let whole = span.join(self.span(&arguments));
            let name = self.name(pair);
            let mut given = Vec::new();
            for argument in arguments.into_inner() {
                given.push(self.expression(argument)?);
            }
            if name.item == "relates" {
                self.refuse_word("relates", "A relates to B by RELATION", name.span);
            }
            return Some(Spanned::new(relation_of_old(name, given), whole));
        }
        let text = pair.as_str();
        let expr = match pair.as_rule() {
            Rule::text => Expr::Text(self.name(pair).item),
            Rule::duration => match crate::model::day::Span::parse(text) {
                Some(duration) => Expr::Duration(duration),
                None => return self.refuse(Kind::BadDuration { text: text.to_owned() }, span),
            },
            _ => match literal(text) {
                Ok(expr) => expr,
                Err(kind) => return self.refuse(kind, span),
            },
        };
        Some(Spanned::new(expr, span))
    }

    /// A question about the value to its left, such as `is present`.
    fn test(&mut self, left: Box<Node>, pair: Pair<'_>) -> Option<Expr> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::is => return self.is(left, parts),
            Rule::r#in => {
                let negated = parts.has(Rule::not);
                Expr::In { left, members: self.bracketed(&mut parts), negated }
            }
            Rule::mentions => {
                let even_negated = parts.next()?.as_str() == "says";
                let all = parts.take(Rule::how_many).is_some_and(|how| how.as_str() == "all");
                Expr::Mentions { left, phrases: self.names(&mut parts), all, even_negated }
            }
            Rule::includes => {
                let how = match parts.take(Rule::inclusion).as_ref().map(Pair::as_str) {
                    None | Some("any") => Inclusion::Any,
                    Some("all") => Inclusion::All,
                    Some("only") => Inclusion::Only,
                    Some(_) => Inclusion::None,
                };
                Expr::Includes { left, how, members: self.bracketed(&mut parts) }
            }
            Rule::relates => {
                let right = Box::new(self.value(&mut parts)?);
                Expr::Relates { left, right, relation: self.next_name(&mut parts)? }
            }
            Rule::matches => Expr::Matches { left, pattern: self.next_name(&mut parts)? },
            Rule::text_test => {
                let verb = match parts.next()?.as_str().bytes().next() {
                    Some(b's') => TextVerb::StartsWith,
                    Some(b'e') => TextVerb::EndsWith,
                    _ => TextVerb::Contains,
                };
                Expr::TextTest { left, verb, text: self.next_name(&mut parts)? }
            }
            Rule::within => {
                let span = Box::new(self.value(&mut parts)?);
                let is_counted = parts.take(Rule::business_days).is_some();
                let side = match parts.next()?.as_str() {
                    "before" => Side::Before,
                    "after" => Side::After,
                    _ => Side::Around,
                };
                let from = Box::new(self.value(&mut parts)?);
                let calendar = if is_counted { Some(self.next_name(&mut parts)?) } else { None };
                Expr::Within { left, span, side, from, calendar }
            }
            _ => return None,
        })
    }

    fn is(&mut self, left: Box<Node>, mut parts: Parts<'_>) -> Option<Expr> {
        let negated = parts.has(Rule::not);
        Some(match parts.peek()? {
            Rule::present => Expr::Present { of: left, negated },
            Rule::absent => Expr::Present { of: left, negated: !negated },
            Rule::is_under => {
                let codes = self.code_ranges(&mut Parts::of(parts.next()?));
                Expr::Under { left, codes, negated }
            }
            Rule::labelled => Expr::Labelled { left, label: self.inner_name(parts.next()?)?, negated },
            Rule::question => {
                let mut question = Parts::of(parts.next()?);
                let word = match question.next()?.as_str() {
                    "leaf" => CodeWord::Leaf,
                    "assignable" => CodeWord::Assignable,
                    "known" => CodeWord::Known,
                    "retired" => CodeWord::Retired,
                    "valid" => CodeWord::Valid,
                    _ => CodeWord::Numeric,
                };
                let on = match question.peek() {
                    Some(_) => Some(Box::new(self.value(&mut question)?)),
                    None => None,
                };
                Expr::IsWord { left, word, on, negated }
            }
            _ => Expr::Is { left, value: Box::new(self.value(&mut parts)?), negated },
        })
    }

    /// Members in brackets, or one without.
    fn bracketed(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<MemberDef>> {
        match parts.take(Rule::many) {
            Some(many) => self.members(&mut Parts::of(many)),
            None => self.members(parts),
        }
    }

    fn refuse<T>(&mut self, kind: Kind, span: Span) -> Option<T> {
        self.say(kind, span);
        None
    }

    pub(super) fn deeper_than_any<T>(&mut self, span: Span) -> Option<T> {
        let help = "give a part of it a name with `let`";
        self.problems.push(Diagnostic::new(Kind::TooDeep { limit: DEEPEST }, span).with_help(help));
        None
    }
}

/// The comparison that a sign stands for.
pub(super) fn compare_op(sign: &str) -> Option<CompareOp> {
    Some(match sign {
        "=" => CompareOp::Equal,
        "!=" => CompareOp::Unequal,
        "<" => CompareOp::Less,
        "<=" => CompareOp::AtMost,
        ">" => CompareOp::More,
        ">=" => CompareOp::AtLeast,
        _ => return None,
    })
}

/// What a word stands for. A number that would not come back as it was written (`2025.0`, `007`) stays a word, as it
/// may be a code or a step of a ladder.
fn literal(text: &str) -> Result<Expr, Kind> {
    match text {
        "true" => return Ok(Expr::Bool(true)),
        "false" => return Ok(Expr::Bool(false)),
        _ if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            return Ok(Expr::Word(text.to_owned()));
        }
        _ => {}
    }
    if looks_like_day(text) {
        return Day::parse(text).map(Expr::Day).ok_or_else(|| Kind::BadDate { text: text.to_owned() });
    }
    if let Some((day, _)) = text.split_once('T')
        && looks_like_day(day)
    {
        return Moment::parse(text).map(Expr::Moment).ok_or_else(|| Kind::BadDate { text: text.to_owned() });
    }
    match text.parse::<f64>() {
        Ok(number) if is_plain(text) && (text.starts_with('-') || number.to_string() == text) => {
            Ok(Expr::Number(number))
        }
        _ => Ok(Expr::Word(text.to_owned())),
    }
}

/// Digits, and a dot perhaps: no exponent.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

fn is_sign(pair: &Pair<'_>, signs: &str) -> bool {
    pair.as_rule() == Rule::sign && signs.contains(pair.as_str())
}

fn arithmetic(operator: Operator, left: Node, right: Node) -> Node {
    let span = left.span.join(right.span);
    let (left, right) = (Box::new(counted(left)), Box::new(counted(right)));
    Spanned::new(Expr::Arithmetic { operator, left, right }, span)
}

/// A word that can only be a number in a sum, such as `2.50`.
fn counted(node: Node) -> Node {
    match &node.item {
        Expr::Word(word) if is_plain(word) => match word.parse() {
            Ok(number) => Spanned::new(Expr::Number(number), node.span),
            Err(_) => node,
        },
        _ => node,
    }
}

fn span_of(terms: &[Node]) -> Span {
    let first = terms.first().map_or(Span::default(), |term| term.span);
    terms.last().map_or(first, |term| first.join(term.span))
}

/// A call; in the first edition `relates(RELATION, a, b)` was one.
fn relation_of_old(name: crate::definitions::parse::tree::Name, mut arguments: Vec<Node>) -> Expr {
    if name.item == "relates"
        && let [Spanned { item: Expr::Word(relation) | Expr::Text(relation), span }, _, _] = arguments.as_slice()
    {
        let relation = Spanned::new(relation.clone(), *span);
        if let (Some(right), Some(left)) = (arguments.pop(), arguments.pop()) {
            return Expr::Relates { left: Box::new(left), right: Box::new(right), relation };
        }
    }
    Expr::Call { name, arguments }
}

/// Whether a name stands for other encounters, which are in no list.
fn means_others(name: &Name) -> bool {
    matches!(name.item.as_str(), words::EARLIER | words::OTHERS)
}
