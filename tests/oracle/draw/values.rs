//! Draws values, and expressions that work values out.

use super::super::calendar::Span;
use super::super::language::Expr;
use super::super::language::Literal;
use super::super::language::Member;
use super::super::world::KIND;
use super::super::world::Kind;
use super::super::world::RECORD;
use super::super::world::TODAY;
use super::Draw;
use super::Place;
use super::Variable;
use super::pick;
use std::rc::Rc;

impl Draw<'_> {
    // ---- values

    pub(super) fn members(&mut self, kind: &'static Kind) -> Vec<Member> {
        (0..self.rng.usize(1..4)).map(|_| self.member(kind)).collect()
    }

    pub(super) fn member(&mut self, kind: &'static Kind) -> Member {
        match kind {
            Kind::Number | Kind::Money | Kind::Integer if self.one_in(6) => {
                Member::Field(self.place(|it| matches!(it.kind, Kind::Number | Kind::Money) && !it.is_many).path)
            }
            Kind::Number if self.has_list && self.one_in(4) => Member::Listed,
            Kind::Number if self.rng.bool() => self.range(),
            Kind::Integer | Kind::Money | Kind::Date | Kind::Moment | Kind::Ladder(_) if self.rng.bool() => {
                let (one, two) = (self.literal(kind), self.literal(kind));
                match (&one, &two) {
                    (Literal::Number(a), Literal::Number(b)) if a > b => Member::Range(two, one),
                    (Literal::Day(a), Literal::Day(b)) if a > b => Member::Range(two, one),
                    (Literal::Moment(a), Literal::Moment(b)) if a > b => Member::Range(two, one),
                    (Literal::Step(a, _), Literal::Step(b, _)) if a > b => Member::Range(two, one),
                    (Literal::Day(_), Literal::Moment(_)) | (Literal::Moment(_), Literal::Day(_)) => Member::One(one),
                    _ => Member::Range(one, two),
                }
            }
            Kind::Code => {
                let (from, to, written) = self.code_range();
                if written.contains("..") {
                    Member::Codes(from, to, written)
                } else {
                    Member::One(Literal::Code(from, written))
                }
            }
            kind => Member::One(self.literal(kind)),
        }
    }

    pub(super) fn literal(&mut self, kind: &Kind) -> Literal {
        match kind {
            Kind::Choice(words) => Literal::Choice(self.rng.usize(..words.len()), words),
            Kind::Ladder(words) => Literal::Step(self.rng.usize(..words.len()), words),
            Kind::Number => Literal::Number(self.half()),
            Kind::Integer => Literal::Number(f64::from(self.rng.u8(..8))),
            Kind::Money => Literal::Number(f64::from(self.rng.u16(..6)) * 500.0),
            Kind::Flag => Literal::Bool(self.rng.bool()),
            Kind::Date => Literal::Day(TODAY + self.rng.i64(-30..30)),
            Kind::Moment if self.rng.bool() => Literal::Day(TODAY + self.rng.i64(-15..15)),
            Kind::Moment => Literal::Moment((TODAY + self.rng.i64(-15..15)) * 86_400 + self.rng.i64(0..24) * 3600),
            Kind::Span => self.any_span(),
            Kind::Code => {
                let place = self.rng.usize(..self.codes.len());
                Literal::Code(place, self.codes[place].0.clone())
            }
            Kind::Text | Kind::Note => Literal::Text("AB".to_owned()),
            Kind::List(_) | Kind::Record(_) => unreachable!("no literal is of such a kind"),
        }
    }

    pub(super) fn whole_days(&mut self) -> Literal {
        let count = self.rng.i64(1..20);
        match self.rng.u8(..4) {
            0 => Literal::Span(Span { months: count, seconds: 0 }, format!("{count} months")),
            1 => Literal::Span(Span { months: 0, seconds: count * 604_800 }, format!("{count} weeks")),
            _ => Literal::Span(Span { months: 0, seconds: count * 86_400 }, format!("{count} days")),
        }
    }

    pub(super) fn any_span(&mut self) -> Literal {
        let count = self.rng.i64(1..50);
        match self.rng.u8(..3) {
            0 => Literal::Span(Span { months: 0, seconds: count * 3600 }, format!("{count} hours")),
            1 => Literal::Span(Span { months: 0, seconds: count * 900 }, format!("{} minutes", count * 15)),
            _ => self.whole_days(),
        }
    }

    pub(super) fn number(&mut self, depth: u32) -> Expr {
        let path = |draw: &mut Self| {
            Expr::Path(
                draw.place(|it| matches!(it.kind, Kind::Number | Kind::Integer | Kind::Money) && !it.is_many).path,
            )
        };
        if depth == 0 {
            return if self.one_in(3) { Expr::Literal(Literal::Number(self.half())) } else { path(self) };
        }
        let deeper = depth - 1;
        match self.rng.u8(..22) {
            0..=2 => {
                let sign = ['+', '-', '*', '/'][self.rng.usize(..4)];
                Expr::Arithmetic(sign, Box::new(self.number(deeper)), Box::new(self.number(deeper)))
            }
            3 => Expr::Length(self.place(|it| matches!(it.kind, Kind::List(_))).path),
            4 | 5 => {
                let (list, kind) = self.a_loop();
                let body = self.rng.bool().then(|| Box::new(self.within(&list, kind, true, |it| it.cond(deeper))));
                Expr::Count(list, body)
            }
            6 => {
                let name = ["sum", "average", "min", "max", "first", "last"][self.rng.usize(..6)];
                Expr::Call(name, vec![self.numbers()])
            }
            7 => Expr::Call("count", vec![Expr::Call("distinct", vec![self.numbers()])]),
            8 => {
                let name = ["min", "max", "average", "first-present"][self.rng.usize(..4)];
                Expr::Call(name, (0..self.rng.usize(1..4)).map(|_| self.number(deeper)).collect())
            }
            9 => Expr::Call(["round", "floor"][self.rng.usize(..2)], vec![self.number(deeper)]),
            10 => Expr::Call("length", vec![self.text(deeper)]),
            11 => Expr::Call("number", vec![self.text(deeper)]),
            12 => Expr::Call(["year", "month", "day"][self.rng.usize(..3)], vec![self.date(deeper)]),
            13 => Expr::Call("hour", vec![Expr::Path(self.place(|it| matches!(it.kind, Kind::Moment)).path)]),
            14 => Expr::Call(["years", "days"][self.rng.usize(..2)], vec![self.date(deeper), self.date(0)]),
            15 => Expr::Call("step", vec![self.ladder(deeper)]),
            16 => {
                let condition = Box::new(self.cond(0));
                let other = self.rng.bool().then(|| Box::new(self.number(deeper)));
                Expr::If(condition, Box::new(self.number(deeper)), other)
            }
            17 => Expr::Weight(self.place(|it| matches!(it.kind, Kind::Code) && !it.is_many).path, self.rng.bool()),
            18 if self.scope.iter().any(|it| !it.list.list.slots.is_empty() || it.list.list.root.is_some()) => {
                let loops: Vec<&Variable> = self.scope.iter().filter(|it| !it.list.list.written.is_empty()).collect();
                Expr::Position(Rc::clone(&loops[self.rng.usize(..loops.len())].list))
            }
            19 if self.tables > 0 => Expr::Table(self.rng.usize(..self.tables), 0, self.table_inputs(deeper)),
            20 => {
                let function = self.rng.usize(..super::super::functions::NUMBERS);
                let given = super::super::functions::all()[function].parameters.len();
                Expr::Own(function, (0..given).map(|_| self.number(deeper)).collect())
            }
            _ => path(self),
        }
    }

    pub(super) fn table_inputs(&mut self, depth: u32) -> Vec<Expr> {
        let is_kind = |it: &Place| matches!(it.kind, Kind::Choice(words) if words.len() == 5) && !it.is_many;
        // While `kind` is worked out, no field is of its sort.
        let all = self.places(is_kind);
        let Kind::Choice(words) = RECORD[KIND].kind else { unreachable!() };
        let sort = match all.as_slice() {
            [] => Expr::Literal(Literal::Choice(0, words)),
            some => Expr::Path(pick(self.rng, some).path.clone()),
        };
        vec![sort, self.number(depth)]
    }

    /// A list of numbers.
    pub(super) fn numbers(&mut self) -> Expr {
        let is_list = |it: &Place| match it.kind {
            Kind::List(inner) => matches!(inner, Kind::Number),
            kind => it.is_many && matches!(kind, Kind::Number),
        };
        Expr::Path(self.place(is_list).path)
    }

    pub(super) fn date(&mut self, depth: u32) -> Expr {
        let path = |draw: &mut Self| {
            Expr::Path(draw.place(|it| matches!(it.kind, Kind::Date | Kind::Moment) && !it.is_many).path)
        };
        match self.rng.u8(..if depth == 0 { 4 } else { 9 }) {
            0 => Expr::Literal(Literal::Day(TODAY + self.rng.i64(-20..20))),
            1 => Expr::Call(["today", "on"][self.rng.usize(..2)], Vec::new()),
            2 | 3 => path(self),
            4 | 5 => {
                let sign = ['+', '-'][self.rng.usize(..2)];
                Expr::Arithmetic(sign, Box::new(path(self)), Box::new(Expr::Literal(self.whole_days())))
            }
            6 => {
                let name = ["min", "max", "first-present"][self.rng.usize(..3)];
                // Dates and moments side by side have no one order: a list of dates, or dates.
                let is_date = |it: &Place| matches!(it.kind, Kind::Date) && !it.is_many;
                Expr::Call(name, (0..2).map(|_| Expr::Path(self.place(is_date).path)).collect())
            }
            7 => Expr::Call("date", vec![if self.rng.bool() { path(self) } else { self.text(0) }]),
            _ => {
                let condition = Box::new(self.cond(0));
                Expr::If(condition, Box::new(path(self)), Some(Box::new(path(self))))
            }
        }
    }

    pub(super) fn span(&mut self, depth: u32) -> Expr {
        match self.rng.u8(..if depth == 0 { 2 } else { 4 }) {
            0 => Expr::Literal(self.any_span()),
            1 => Expr::Path(self.place(|it| matches!(it.kind, Kind::Span) && !it.is_many).path),
            _ => Expr::Arithmetic('-', Box::new(self.date(0)), Box::new(self.date(0))),
        }
    }

    pub(super) fn ladder(&mut self, depth: u32) -> Expr {
        let path =
            |draw: &mut Self| Expr::Path(draw.place(|it| matches!(it.kind, Kind::Ladder(_)) && !it.is_many).path);
        match self.rng.u8(..if depth == 0 { 2 } else { 7 }) {
            2 => {
                let name = ["min", "max", "first-present"][self.rng.usize(..3)];
                Expr::Call(name, (0..self.rng.usize(1..4)).map(|_| path(self)).collect())
            }
            3 => {
                let many = self.place(|it| matches!(it.kind, Kind::Ladder(_)) && it.is_many);
                Expr::Call(["min", "max", "first", "last"][self.rng.usize(..4)], vec![Expr::Path(many.path)])
            }
            4 if self.tables > 0 => Expr::Table(self.rng.usize(..self.tables), 1, self.table_inputs(0)),
            5 => {
                let condition = Box::new(self.cond(0));
                Expr::If(condition, Box::new(path(self)), Some(Box::new(path(self))))
            }
            _ => path(self),
        }
    }

    pub(super) fn text(&mut self, depth: u32) -> Expr {
        let path = |draw: &mut Self| {
            Expr::Path(draw.place(|it| matches!(it.kind, Kind::Text | Kind::Code) && !it.is_many).path)
        };
        match self.rng.u8(..if depth == 0 { 2 } else { 6 }) {
            2 => Expr::Call("upper", vec![self.text(0)]),
            3 => {
                let (from, count) = (f64::from(self.rng.u8(1..5)), f64::from(self.rng.u8(1..4)));
                let numbers = [from, count].map(|it| Expr::Literal(Literal::Number(it)));
                Expr::Call("part", std::iter::once(self.text(0)).chain(numbers).collect())
            }
            4 => {
                let place = self.place(|it| !matches!(it.kind, Kind::Record(_) | Kind::Note | Kind::Moment));
                Expr::Call("text", vec![Expr::Path(place.path)])
            }
            5 => Expr::Call(
                "title",
                vec![Expr::Path(self.place(|it| matches!(it.kind, Kind::Code) && !it.is_many).path)],
            ),
            _ => path(self),
        }
    }
}
