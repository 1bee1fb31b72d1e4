//! Draws definitions from a seed: every construct of the language that speaks of encounters.

use super::calendar::Span;
use super::language::Cell;
use super::language::Code;
use super::language::Cond;
use super::language::Days;
use super::language::Definitions;
use super::language::Expr;
use super::language::How;
use super::language::Inclusion;
use super::language::Literal;
use super::language::Loop;
use super::language::Member;
use super::language::Path;
use super::language::Phrase;
use super::language::Question;
use super::language::Rule;
use super::language::Set;
use super::language::Side;
use super::language::Step;
use super::language::Table;
use super::language::TextTest;
use super::world::Field;
use super::world::KIND;
use super::world::Kind;
use super::world::RANK;
use super::world::RECORD;
use super::world::TODAY;
use super::world::WORDS;
use super::world::WORTH;
use fastrand::Rng;
use std::rc::Rc;

const SETS: usize = 10;
const ORDERED: [How; 6] = [How::Equal, How::Unequal, How::Less, How::AtMost, How::More, How::AtLeast];

/// A field that an expression may speak of.
#[derive(Clone)]
struct Place {
    path: Path,
    kind: &'static Kind,
    is_many: bool,
}

/// A variable in scope.
#[derive(Clone)]
struct Variable {
    list: Rc<Loop>,
    kind: &'static Kind,
    /// Its fields may be named without it.
    is_open: bool,
}

pub(super) struct Draw<'d> {
    rng: &'d mut Rng,
    scope: Vec<Variable>,
    used: usize,
    /// Codes of the first set: name, and the last place under it.
    codes: Vec<(String, usize)>,
    tables: usize,
    /// Fields that are worked out may not be spoken of while they are.
    is_deriving: bool,
    /// There is the list of numbers.
    has_list: bool,
}

/// Draws a domain.
pub(super) fn definitions(rng: &mut Rng) -> Definitions {
    let mut draw =
        Draw { rng, scope: Vec::new(), used: 0, codes: Vec::new(), tables: 0, is_deriving: true, has_list: false };
    draw.definitions()
}

fn pick<'a, T>(rng: &mut Rng, among: &'a [T]) -> &'a T {
    &among[rng.usize(..among.len())]
}

impl Draw<'_> {
    fn one_in(&mut self, many: u32) -> bool {
        self.rng.u32(..many) == 0
    }

    fn definitions(&mut self) -> Definitions {
        let trees: Vec<Set> = (0..SETS).map(|place| self.tree(place)).collect();
        self.codes =
            trees[0].codes.iter().enumerate().map(|(at, code)| (code.name.clone(), trees[0].end(at))).collect();
        let tables = (0..self.rng.usize(..3)).map(|_| self.table()).collect();
        let some = (0..[0, 2, 3][self.rng.usize(..3)]).map(|place| self.listed(place)).collect();
        let mut made = Definitions { tables, some, ..Definitions::default() };
        self.has_list = !made.some.is_empty();
        self.tables = made.tables.len();
        made.defaults = match self.rng.u8(..4) {
            0 => vec![(self.rng.usize(..5), Some(self.cond(0))), (self.rng.usize(..5), None)],
            1 => vec![(self.rng.usize(..5), None)],
            _ => Vec::new(),
        };
        made.worth = self.one_in(2).then(|| self.number(2));
        made.rank = self.one_in(2).then(|| self.ladder(1));
        self.is_deriving = false;
        made.sets = trees;
        for place in 0..SETS {
            let texts: Vec<Path> =
                self.places(|it| matches!(it.kind, Kind::Note)).into_iter().map(|it| it.path).collect();
            let set = &mut made.sets[place];
            if self.rng.u8(..3) == 0 {
                set.texts = vec![pick(self.rng, &texts).clone()];
            }
            set.abstain = [None, Some(40), Some(50), Some(65)][self.rng.usize(..4)];
            set.points = [(); 3].map(|()| self.one_in(4).then(|| self.points()));
            if place == 0 && self.rng.bool() {
                let of_code = self.places(|it| matches!(it.kind, Kind::Code));
                set.offers = vec![(pick(self.rng, &of_code).path.clone(), self.points())];
            }
            for code in 0..made.sets[place].codes.len() {
                let mut said = std::mem::take(&mut made.sets[place].codes[code]);
                self.criteria(&mut said, place == 0);
                made.sets[place].codes[code] = said;
            }
        }
        made.rules = (0..self.rng.usize(..5)).map(|place| self.rule(place)).collect();
        made
    }

    fn points(&mut self) -> f32 {
        f32::from(self.rng.i8(1..16)) / 2.0
    }

    /// A code set without its criteria.
    fn tree(&mut self, number: usize) -> Set {
        let count = if number == 0 { self.rng.usize(6..12) } else { self.rng.usize(1..7) };
        let mut set = Set { name: format!("s{number}"), ..Set::default() };
        // The open branch: each code stands under one of it, or begins anew.
        let mut branch: Vec<usize> = Vec::new();
        for place in 0..count {
            branch.truncate(self.rng.usize(..=branch.len()));
            let mut code =
                Code { name: format!("K{number}.{place:02}"), parent: branch.last().copied(), ..Code::default() };
            code.is_group = self.one_in(8);
            code.title = self.one_in(3).then(|| self.phrase(true));
            code.also = (0..[0, 0, 1, 2][self.rng.usize(..4)]).map(|_| self.phrase(false)).collect();
            code.assignable =
                [None, None, None, Some(true), Some(false)][self.rng.usize(..5)].filter(|_| !code.is_group);
            self.spans(&mut code);
            code.labels = (0..2).filter(|_| self.one_in(6)).collect();
            code.weight = (number == 0 && self.one_in(3)).then(|| f64::from(self.rng.u8(..6)));
            code.dated = (number == 0 && self.one_in(4)).then(|| (f64::from(self.rng.u8(6..9)), self.some_days()));
            set.codes.push(code);
            branch.push(place);
        }
        for place in 0..count {
            let other = self.rng.usize(..count);
            let is_below = other >= place && other <= set.end(place);
            let is_parent = set.codes[place].parent == Some(other);
            // A code that stands in no group has its place under the first of these, which would move it.
            let stands_in_one = set.codes[place].parent.is_some();
            if stands_in_one && !is_below && !is_parent && other < place && self.one_in(3) {
                set.codes[place].under = vec![other];
            }
            if self.one_in(3) {
                let (from, to) = (self.rng.usize(..count), self.rng.usize(..count));
                let kind = ["excludes", "excludes", "excludes2", "code-first", "use-additional", "code-also"]
                    [self.rng.usize(..6)];
                let (from, to) = (from.min(to), from.max(to));
                let is_cut = (from..to).any(|it| set.end(it) > set.end(to));
                set.codes[place].relations.push((kind, from, if is_cut { from } else { to }));
            }
            let is_ended = set.codes[place].spans.last().is_some_and(|(_, to)| to.is_some());
            if is_ended && place + 1 < count && self.rng.bool() {
                // What replaces comes later, so that there are no circles.
                let later = |rng: &mut Rng| rng.usize(place + 1..count);
                let one = later(self.rng);
                set.codes[place].replaced = Some(match self.rng.u8(..4) {
                    0 => ("either ", vec![one, later(self.rng)]),
                    1 => ("both ", vec![one, later(self.rng)]),
                    _ => ("", vec![one]),
                });
            }
        }
        set
    }

    /// Some days around today.
    fn some_days(&mut self) -> Days {
        let from = TODAY + self.rng.i64(-30..20);
        let to = from + self.rng.i64(1..40);
        [(Some(from), None), (None, Some(to)), (Some(from), Some(to))][self.rng.usize(..3)]
    }

    /// All days, mostly.
    fn days(&mut self) -> Days {
        if self.one_in(4) { self.some_days() } else { (None, None) }
    }

    fn spans(&mut self, code: &mut Code) {
        let from = TODAY + self.rng.i64(-60..20);
        let to = from + self.rng.i64(1..40);
        code.spans = match self.rng.u8(..12) {
            0 => vec![(Some(from), None)],
            1 => vec![(None, Some(to))],
            2 => vec![(Some(from), Some(to))],
            3 => vec![(Some(from), Some(to)), (Some(to + 1 + self.rng.i64(0..20)), None)],
            _ => Vec::new(),
        };
        code.is_retired = code.spans.last().is_some_and(|(_, to)| to.is_some()) && self.rng.bool();
    }

    fn phrase(&mut self, is_title: bool) -> Phrase {
        let words: Vec<usize> = (0..self.rng.usize(1..=3)).map(|_| self.rng.usize(..WORDS.len())).collect();
        let forms: Vec<&str> = words.iter().map(|word| *pick(self.rng, WORDS[*word])).collect();
        let mut written = forms.join(" ");
        if is_title {
            written = written.to_uppercase();
        }
        Phrase { words, written }
    }

    fn criteria(&mut self, code: &mut Code, is_first: bool) {
        for _ in 0..[0, 1, 1, 2, 3][self.rng.usize(..5)] {
            let depth = self.rng.u32(..3);
            let points = [None, Some(self.points()), Some(self.points()), Some(-1.5)];
            let most = if self.one_in(4) { 4 } else { 3 };
            let points = points[self.rng.usize(..most)];
            code.when.push((self.cond(depth), points));
        }
        if self.one_in(6) {
            code.unless.push(self.cond(1));
        }
        if self.one_in(5) {
            let all = self.places(|_| true);
            code.needs.push(pick(self.rng, &all).path.clone());
        }
        if is_first && self.one_in(5) {
            let (value, when) = (f64::from(self.rng.u8(6..9)), self.cond(1));
            code.raise.push((value, when, self.days()));
        }
    }

    fn table(&mut self) -> Table {
        let Kind::Choice(words) = RECORD[KIND].kind else { unreachable!() };
        let rows = (0..self.rng.usize(1..5)).map(|_| {
            let one = match self.rng.u8(..4) {
                0 => Cell::Any,
                1 => Cell::Absent,
                2 => Cell::Members(vec![self.choice(words), self.choice(words)]),
                _ => Cell::Members(vec![self.choice(words)]),
            };
            let two = match self.rng.u8(..5) {
                0 => Cell::Any,
                1 => Cell::Absent,
                2 => Cell::Members(vec![self.range()]),
                3 => Cell::Members(vec![Member::One(Literal::Number(self.half())), self.range()]),
                _ => Cell::Compare(ORDERED[self.rng.usize(2..6)], Literal::Number(self.half())),
            };
            ([one, two], f64::from(self.rng.u8(..9)), self.rng.usize(..4), self.days())
        });
        Table { rows: rows.collect() }
    }

    /// A member of the list of numbers; at least one is there on all days.
    fn listed(&mut self, place: usize) -> (Member, Days) {
        let member = if self.rng.bool() { self.range() } else { Member::One(Literal::Number(self.half())) };
        (member, if place == 0 { (None, None) } else { self.days() })
    }

    fn choice(&mut self, words: &'static [&'static str]) -> Member {
        Member::One(Literal::Choice(self.rng.usize(..words.len()), words))
    }

    fn half(&mut self) -> f64 {
        f64::from(self.rng.i8(-3..18)) / 2.0
    }

    fn range(&mut self) -> Member {
        let (from, width) = (self.half(), f64::from(self.rng.u8(..8)) / 2.0);
        Member::Range(Literal::Number(from), Literal::Number(from + width))
    }

    // ---- fields

    /// Fields of the scope that are wanted, each by one of its names.
    fn places(&mut self, wanted: impl Fn(&Place) -> bool) -> Vec<Place> {
        let mut all = Vec::new();
        let open: Vec<&'static [Field]> =
            self.scope.iter().filter(|it| it.is_open).filter_map(|it| fields_of(it.kind)).collect();
        for (slot, field) in RECORD.iter().enumerate() {
            let is_hidden = open.iter().any(|fields| fields.iter().any(|it| it.name == field.name));
            let is_being_derived = self.is_deriving && (slot == WORTH || slot == RANK || slot == KIND);
            if !is_hidden && !is_being_derived {
                let path = Path { root: None, slots: vec![slot], written: field.name.to_owned() };
                descend(Place { path, kind: &field.kind, is_many: false }, &mut all);
            }
        }
        let innermost = self.scope.len().saturating_sub(1);
        for (number, variable) in self.scope.iter().enumerate() {
            let path =
                Path { root: Some(variable.list.variable), slots: Vec::new(), written: variable.list.name.clone() };
            let mut own = Vec::new();
            descend(Place { path, kind: variable.kind, is_many: false }, &mut own);
            for mut place in own {
                if number == innermost && variable.is_open && !place.path.slots.is_empty() && self.rng.bool() {
                    let rest = place.path.written.split_once('.').map(|(_, rest)| rest.to_owned());
                    place.path.written = rest.unwrap_or_default();
                }
                // What is spoken of inside a loop is mostly its item.
                all.extend([place.clone(), place.clone(), place]);
            }
        }
        all.retain(|place| wanted(place));
        all
    }

    fn place(&mut self, wanted: impl Fn(&Place) -> bool) -> Place {
        let all = self.places(wanted);
        pick(self.rng, &all).clone()
    }

    // ---- conditions

    fn cond(&mut self, depth: u32) -> Cond {
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
    fn within<T>(
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

    fn a_loop(&mut self) -> (Rc<Loop>, &'static Kind) {
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
        let list = Loop {
            variable,
            name: name.map_or_else(|| format!("v{variable}"), str::to_owned),
            list: place.path,
            is_plural: name.is_some(),
        };
        (Rc::new(list), kind)
    }

    fn quantified(&mut self, depth: u32) -> Cond {
        let (list, kind) = self.a_loop();
        let has = self.rng.bool();
        let quantifier = ["any", "every", "no"][self.rng.usize(..3)];
        let body = Box::new(self.within(&list, kind, has, |it| it.cond(depth)));
        Cond::Quantified { quantifier, list, has, body }
    }

    fn test(&mut self) -> Cond {
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

    fn how(&mut self) -> How {
        ORDERED[self.rng.usize(..6)]
    }

    fn mentions(&mut self) -> Cond {
        let of = self.place(|it| matches!(it.kind, Kind::Note)).path;
        let phrases = (0..self.rng.usize(1..4)).map(|_| self.phrase(false)).collect();
        Cond::Mentions { of, phrases, all: self.one_in(3), says: self.one_in(3) }
    }

    /// A test of one field.
    fn about(&mut self, place: Place) -> Cond {
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

    fn inclusion(&mut self) -> Inclusion {
        [Inclusion::Any, Inclusion::All, Inclusion::Only, Inclusion::None][self.rng.usize(..4)]
    }

    fn of_text(&mut self, path: Path, negated: bool) -> Cond {
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

    fn of_code(&mut self, path: Path, negated: bool) -> Cond {
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

    fn code_range(&mut self) -> (usize, usize, String) {
        let from = self.rng.usize(..self.codes.len());
        if self.rng.bool() {
            return (from, from, self.codes[from].0.clone());
        }
        let to = self.rng.usize(from..self.codes.len());
        // What is under the first of them is not cut off by the last.
        let to = if (from..to).any(|it| self.codes[it].1 > self.codes[to].1) { from } else { to };
        (from, to, format!("{}..{}", self.codes[from].0, self.codes[to].0))
    }

    fn question(&mut self) -> Question {
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

    fn a_code(&mut self) -> Expr {
        Expr::Path(self.place(|it| matches!(it.kind, Kind::Code)).path)
    }

    fn codes_together(&mut self) -> Cond {
        let (left, right) = (self.a_code(), self.a_code());
        let kinds = ["excludes", "excludes", "excludes", "excludes2", "code-first", "use-additional", "code-also"];
        Cond::Relates(kinds[self.rng.usize(..7)], left, right)
    }

    fn dates_within(&mut self) -> Cond {
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

    // ---- values

    fn members(&mut self, kind: &'static Kind) -> Vec<Member> {
        (0..self.rng.usize(1..4)).map(|_| self.member(kind)).collect()
    }

    fn member(&mut self, kind: &'static Kind) -> Member {
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

    fn literal(&mut self, kind: &Kind) -> Literal {
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

    fn whole_days(&mut self) -> Literal {
        let count = self.rng.i64(1..20);
        match self.rng.u8(..4) {
            0 => Literal::Span(Span { months: count, seconds: 0 }, format!("{count} months")),
            1 => Literal::Span(Span { months: 0, seconds: count * 604_800 }, format!("{count} weeks")),
            _ => Literal::Span(Span { months: 0, seconds: count * 86_400 }, format!("{count} days")),
        }
    }

    fn any_span(&mut self) -> Literal {
        let count = self.rng.i64(1..50);
        match self.rng.u8(..3) {
            0 => Literal::Span(Span { months: 0, seconds: count * 3600 }, format!("{count} hours")),
            1 => Literal::Span(Span { months: 0, seconds: count * 900 }, format!("{} minutes", count * 15)),
            _ => self.whole_days(),
        }
    }

    fn number(&mut self, depth: u32) -> Expr {
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
                let function = self.rng.usize(..super::functions::NUMBERS);
                let given = super::functions::all()[function].parameters.len();
                Expr::Own(function, (0..given).map(|_| self.number(deeper)).collect())
            }
            _ => path(self),
        }
    }

    fn table_inputs(&mut self, depth: u32) -> Vec<Expr> {
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
    fn numbers(&mut self) -> Expr {
        let is_list = |it: &Place| match it.kind {
            Kind::List(inner) => matches!(inner, Kind::Number),
            kind => it.is_many && matches!(kind, Kind::Number),
        };
        Expr::Path(self.place(is_list).path)
    }

    fn date(&mut self, depth: u32) -> Expr {
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

    fn span(&mut self, depth: u32) -> Expr {
        match self.rng.u8(..if depth == 0 { 2 } else { 4 }) {
            0 => Expr::Literal(self.any_span()),
            1 => Expr::Path(self.place(|it| matches!(it.kind, Kind::Span) && !it.is_many).path),
            _ => Expr::Arithmetic('-', Box::new(self.date(0)), Box::new(self.date(0))),
        }
    }

    fn ladder(&mut self, depth: u32) -> Expr {
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

    fn text(&mut self, depth: u32) -> Expr {
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

    // ---- rules

    fn rule(&mut self, number: usize) -> Rule {
        let severities = ["error", "warning", "advice"];
        let special = self.one_in(4).then(|| (self.cond(0), severities[self.rng.usize(..3)]));
        let scope = self.one_in(3).then(|| self.cond(1));
        let mut steps = Vec::new();
        if self.one_in(4) {
            let (one, two) = (self.used, self.used + 1);
            self.used += 2;
            let slot = RECORD.iter().position(|field| field.name == "codes").unwrap();
            let list = Path { root: None, slots: vec![slot], written: "codes".to_owned() };
            for variable in [one, two] {
                let list = Loop { variable, name: format!("v{variable}"), list: list.clone(), is_plural: false };
                self.scope.push(Variable { list: Rc::new(list), kind: &Kind::Code, is_open: false });
            }
            steps.push(Step::Pairs([(one, format!("v{one}")), (two, format!("v{two}"))], list));
        } else {
            for _ in 0..self.rng.usize(..3) {
                let (list, kind) = self.a_loop();
                self.scope.push(Variable { list: Rc::clone(&list), kind, is_open: false });
                steps.push(Step::Each(list));
            }
        }
        if self.one_in(3) {
            let (variable, name) = (self.used, format!("v{}", self.used));
            self.used += 1;
            let value = self.number(1);
            let list = Path { root: None, slots: Vec::new(), written: String::new() };
            let list = Rc::new(Loop { variable, name: name.clone(), list, is_plural: true });
            self.scope.push(Variable { list, kind: &Kind::Number, is_open: false });
            steps.push(Step::Let(variable, name, value));
        }
        let when = self.rng.bool().then(|| self.cond(1));
        let tests = (0..self.rng.usize(1..3)).map(|_| (self.rng.bool(), self.cond(1))).collect();
        let at = self.one_in(3).then(|| self.at(&steps)).flatten();
        self.scope.clear();
        Rule {
            name: format!("r-{number}"),
            severity: severities[self.rng.usize(..3)],
            special,
            scope,
            from: self.one_in(6).then(|| TODAY - self.rng.i64(0..30)),
            to: self.one_in(6).then(|| TODAY + self.rng.i64(0..30)),
            steps,
            when,
            tests,
            at,
            once: self.one_in(4),
        }
    }

    /// A field of an item that a loop is at, or one of the encounter that is in no list.
    fn at(&mut self, steps: &[Step]) -> Option<Path> {
        let loops: Vec<usize> =
            steps.iter().filter_map(|it| if let Step::Each(list) = it { Some(list.variable) } else { None }).collect();
        let all = self.places(|it| {
            let is_of_loop = it.path.root.is_none_or(|root| loops.contains(&root));
            !it.is_many && is_of_loop && !matches!(it.kind, Kind::List(_))
        });
        (!all.is_empty()).then(|| pick(self.rng, &all).path.clone())
    }
}

fn fields_of(kind: &'static Kind) -> Option<&'static [Field]> {
    if let Kind::Record(fields) = kind { Some(fields) } else { None }
}

/// A place and all that lies in it; a path goes on through a list to the fields of its items.
fn descend(place: Place, all: &mut Vec<Place>) {
    all.push(place.clone());
    let (fields, is_many) = match place.kind {
        Kind::Record(fields) => (fields, place.is_many),
        Kind::List(Kind::Record(fields)) => (fields, true),
        _ => return,
    };
    for (slot, field) in fields.iter().enumerate() {
        let mut path = place.path.clone();
        path.slots.push(slot);
        path.written = format!("{}.{}", path.written, field.name);
        descend(Place { path, kind: &field.kind, is_many }, all);
    }
}

impl Set {
    /// The last code under a code, or itself.
    pub(super) fn end(&self, place: usize) -> usize {
        let is_below = |at: &usize| {
            let mut above = self.codes[*at].parent;
            while let Some(it) = above {
                if it == place {
                    return true;
                }
                above = self.codes[it].parent;
            }
            false
        };
        (place + 1..self.codes.len()).rfind(is_below).unwrap_or(place)
    }
}

/// The fields of an item, told by how many they are.
pub(super) fn fields_of_variable(item: Option<&super::world::Value>) -> Option<&'static [Field]> {
    match item {
        Some(super::world::Value::Record(slots)) => super::world::record_of(slots.len()),
        _ => None,
    }
}
