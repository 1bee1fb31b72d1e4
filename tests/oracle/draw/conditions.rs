//! Draws conditions.

use super::super::language::Cond;
use super::super::language::Expr;
use super::super::language::How;
use super::super::language::Inclusion;
use super::super::language::Literal;
use super::super::language::Loop;
use super::super::language::Member;
use super::super::language::Path;
use super::super::language::Question;
use super::super::language::Side;
use super::super::language::TextTest;
use super::super::world::Kind;
use super::super::world::RECORD;
use super::Draw;
use super::ORDERED;
use super::Place;
use super::Variable;
use super::pick;
use std::rc::Rc;

impl Draw<'_> {
    // ---- conditions

    pub(super) fn cond(&mut self, depth: u32) -> Cond {
        if depth == 0 || self.one_in(4) {
            return self.test();
        }
        match self.rng.u8(..8) {
            0..=2 => Cond::All((0..self.rng.usize(2..4)).map(|_| self.cond(depth - 1)).collect()),
            3 | 4 => Cond::Any((0..self.rng.usize(2..4)).map(|_| self.cond(depth - 1)).collect()),
            5 => Cond::Not(Box::new(self.cond(depth - 1))),
            _ => self.quantified(depth - 1),
        }
    }

    /// Draws something while a variable is in scope.
    pub(super) fn within<T>(
        &mut self,
        list: &Rc<Loop>,
        kind: &'static Kind,
        is_open: bool,
        draw: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.scope.push(Variable { list: Rc::clone(list), kind, is_open });
        let drawn = draw(self);
        self.scope.pop();
        drawn
    }

    pub(super) fn a_loop(&mut self) -> (Rc<Loop>, &'static Kind) {
        let lists = self.places(|place| matches!(place.kind, Kind::List(_)));
        let place = pick(self.rng, &lists).clone();
        let Kind::List(kind) = place.kind else { unreachable!() };
        let variable = self.used;
        self.used += 1;
        let is_free = |name: &str, scope: &[Variable]| scope.iter().all(|it| it.list.name != name);
        let is_item = place.path.written == "items" && is_free("item", &self.scope);
        let innermost = self.scope.last().map_or("", |it| it.list.name.as_str());
        let is_part = place.path.written == format!("{innermost}.parts") && is_free("part", &self.scope);
        let name = match (is_item, is_part) {
            (true, _) if self.scope.is_empty() && self.rng.bool() => Some("item"),
            (_, true) if self.rng.bool() => Some("part"),
            _ => None,
        };
        let list =
            Loop { variable, name: name.map_or_else(|| format!("v{variable}"), str::to_owned), list: place.path };
        (Rc::new(list), kind)
    }

    pub(super) fn quantified(&mut self, depth: u32) -> Cond {
        let (list, kind) = self.a_loop();
        let has = self.rng.bool();
        let quantifier = ["any", "every", "no"][self.rng.usize(..3)];
        let body = Box::new(self.within(&list, kind, has, |it| it.cond(depth)));
        Cond::Quantified { quantifier, list, has, body }
    }

    pub(super) fn test(&mut self) -> Cond {
        match self.rng.u8(..16) {
            0 | 1 => self.mentions(),
            2 => Cond::Compare(self.how(), self.number(2), self.number(1)),
            3 => Cond::Compare(self.how(), self.date(1), self.date(1)),
            4 => Cond::Compare(self.how(), self.span(1), self.span(0)),
            5 => self.dates_within(),
            6 => self.codes_together(),
            7 => Cond::Check(["luhn", "npi"][self.rng.usize(..2)], self.text(0)),
            8 => {
                let (left, right) = (self.text(1), self.text(1));
                Cond::Compare(ORDERED[self.rng.usize(..2)], left, right)
            }
            9 => Cond::Compare(self.how(), self.ladder(1), self.ladder(0)),
            _ => {
                let place = self.place(|it| !matches!(it.kind, Kind::Record(_)));
                self.about(place)
            }
        }
    }

    pub(super) fn how(&mut self) -> How {
        ORDERED[self.rng.usize(..6)]
    }

    pub(super) fn mentions(&mut self) -> Cond {
        let of = self.place(|it| matches!(it.kind, Kind::Note)).path;
        let phrases = (0..self.rng.usize(1..4)).map(|_| self.phrase(false)).collect();
        Cond::Mentions { of, phrases, all: self.one_in(3), says: self.one_in(3) }
    }

    /// A test of one field.
    pub(super) fn about(&mut self, place: Place) -> Cond {
        let Place { path, kind, is_many } = place;
        let negated = self.rng.bool();
        if self.one_in(10) {
            return Cond::Present(path, negated);
        }
        match kind {
            Kind::List(Kind::Record(_)) => Cond::Present(path, negated),
            Kind::List(inner) => {
                let members = self.members(inner);
                Cond::Includes(path, self.inclusion(), members)
            }
            Kind::Choice(_)
            | Kind::Ladder(_)
            | Kind::Number
            | Kind::Integer
            | Kind::Money
            | Kind::Date
            | Kind::Code
                if is_many =>
            {
                let members = self.members(kind);
                Cond::Includes(path, self.inclusion(), members)
            }
            Kind::Choice(_) if self.rng.bool() => Cond::In(path, self.members(kind), negated),
            Kind::Ladder(_) | Kind::Number | Kind::Integer | Kind::Money | Kind::Date | Kind::Moment
                if self.rng.bool() =>
            {
                Cond::In(path, self.members(kind), negated)
            }
            Kind::Choice(_) => Cond::Is(Expr::Path(path), self.literal(kind), negated && self.rng.bool()),
            Kind::Ladder(_) | Kind::Number | Kind::Integer | Kind::Money | Kind::Date | Kind::Moment | Kind::Span => {
                let (left, right) = (Expr::Path(path), Expr::Literal(self.literal(kind)));
                if negated { Cond::Compare(self.how(), left, right) } else { Cond::Compare(self.how(), right, left) }
            }
            Kind::Flag if is_many || self.rng.bool() => Cond::Bare(path, !is_many),
            Kind::Flag => Cond::Is(Expr::Path(path), Literal::Bool(self.rng.bool()), negated),
            Kind::Text => self.of_text(path, negated),
            Kind::Code => self.of_code(path, negated),
            Kind::Note | Kind::Record(_) => Cond::Bare(path, false),
        }
    }

    pub(super) fn inclusion(&mut self) -> Inclusion {
        [Inclusion::Any, Inclusion::All, Inclusion::Only, Inclusion::None][self.rng.usize(..4)]
    }

    pub(super) fn of_text(&mut self, path: Path, negated: bool) -> Cond {
        let parts = ["A", "ab", "1", "00", "Zeta", " ", "9", "n", "é"];
        let part = parts[self.rng.usize(..parts.len())];
        let test = match self.rng.u8(..6) {
            0 => TextTest::Matches([r"\d+", "[A-Z]{2}", "ab.*", ".*9"][self.rng.usize(..4)]),
            1 => TextTest::Starts(part),
            2 => TextTest::Ends(part),
            3 => TextTest::Contains(part),
            4 => TextTest::Numeric(negated),
            _ => {
                let literal = Literal::Text(["AB", "007", "12345", "nothing"][self.rng.usize(..4)].to_owned());
                return if self.rng.bool() {
                    Cond::Is(Expr::Path(path), literal, negated)
                } else {
                    Cond::In(path, vec![Member::One(literal), Member::One(Literal::Text("ab-7".to_owned()))], negated)
                };
            }
        };
        Cond::Text(path, test)
    }

    pub(super) fn of_code(&mut self, path: Path, negated: bool) -> Cond {
        match self.rng.u8(..9) {
            0 => {
                let literal = self.literal(&Kind::Code);
                Cond::Is(Expr::Path(path), literal, negated)
            }
            1 | 2 => Cond::In(path, self.members(&Kind::Code), negated),
            3 => Cond::Compare(self.how(), Expr::Weight(path, self.rng.bool()), Expr::Literal(Literal::Number(2.0))),
            _ => {
                let of = if self.one_in(4) { Expr::Call("parent", vec![Expr::Path(path)]) } else { Expr::Path(path) };
                Cond::CodeIs(of, self.question(), negated)
            }
        }
    }

    pub(super) fn code_range(&mut self) -> (usize, usize, String) {
        let from = self.rng.usize(..self.codes.len());
        if self.rng.bool() {
            return (from, from, self.codes[from].0.clone());
        }
        let to = self.rng.usize(from..self.codes.len());
        // What is under the first of them is not cut off by the last.
        let to = if (from..to).any(|it| self.codes[it].1 > self.codes[to].1) { from } else { to };
        (from, to, format!("{}..{}", self.codes[from].0, self.codes[to].0))
    }

    pub(super) fn question(&mut self) -> Question {
        match self.rng.u8(..9) {
            0 => Question::Leaf,
            1 => Question::Assignable,
            2 => Question::Known,
            3 => Question::Retired,
            4 => Question::Valid(None),
            5 => Question::Valid(Some(Box::new(self.date(0)))),
            6 => Question::Labelled(self.rng.usize(..2)),
            _ => {
                let (from, to, written) = self.code_range();
                if self.rng.bool() {
                    return Question::Under(
                        vec![(from, to)],
                        if from == to { written } else { format!("({written})") },
                    );
                }
                let (other, end, more) = self.code_range();
                Question::Under(vec![(from, to), (other, end)], format!("({written}, {more})"))
            }
        }
    }

    pub(super) fn a_code(&mut self) -> Expr {
        Expr::Path(self.place(|it| matches!(it.kind, Kind::Code)).path)
    }

    pub(super) fn codes_together(&mut self) -> Cond {
        let (left, right) = (self.a_code(), self.a_code());
        let kinds = ["excludes", "excludes", "excludes", "excludes2", "code-first", "use-additional", "code-also"];
        Cond::Relates(kinds[self.rng.usize(..7)], left, right)
    }

    pub(super) fn dates_within(&mut self) -> Cond {
        let is_by_clock = self.one_in(3);
        let moments = ["start", "stop"].map(|name| {
            let slot = RECORD.iter().position(|field| field.name == name).unwrap();
            Expr::Path(Path { root: None, slots: vec![slot], written: name.to_owned() })
        });
        let [start, stop] = moments;
        let (of, from) = if is_by_clock { (stop, start) } else { (self.date(1), self.date(0)) };
        let span = if is_by_clock { self.span(0) } else { Expr::Literal(self.whole_days()) };
        let side = [Side::Before, Side::After, Side::Of][self.rng.usize(..3)];
        Cond::Within { of, span, side, from }
    }
}
