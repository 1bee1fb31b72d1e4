//! Draws definitions from a seed: every construct of the language that speaks of encounters.

mod conditions;
mod values;

use super::language::Cell;
use super::language::Code;
use super::language::Days;
use super::language::Definitions;
use super::language::How;
use super::language::Literal;
use super::language::Loop;
use super::language::Member;
use super::language::Path;
use super::language::Phrase;
use super::language::Rule;
use super::language::Set;
use super::language::Step;
use super::language::Table;
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
                let list = Loop { variable, name: format!("v{variable}"), list: list.clone() };
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
            let list = Rc::new(Loop { variable, name: name.clone(), list });
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
