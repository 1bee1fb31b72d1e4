//! The index finds what a plain evaluator finds, which has no index and goes straight from the meaning.

#![expect(clippy::indexing_slicing, clippy::string_slice, clippy::panic, reason = "tests")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use tencode::encounters::classify::Kept;
use tencode::encounters::classify::Scale;
use tencode::encounters::classify::classify;
use tencode::learn::Memory;
use tencode::logic::Frame;
use tencode::logic::Logic;
use tencode::logic::Scratch;
use tencode::model::content::Code;
use tencode::model::content::CodeSet;
use tencode::model::day::Day;
use tencode::model::encounter::Encounter;
use tencode::model::expression::Comparison;
use tencode::model::expression::Expression;
use tencode::model::expression::Inclusion;
use tencode::model::expression::Member;
use tencode::model::expression::Path;
use tencode::model::expression::Quantifier;
use tencode::model::expression::Root;
use tencode::model::expression::TextTest;
use tencode::model::ids::CodeId;
use tencode::model::ids::FieldId;
use tencode::model::ids::PhraseId;
use tencode::model::ids::RecordId;
use tencode::model::ids::SetId;
use tencode::model::ids::VariableId;
use tencode::model::program::Domain;
use tencode::model::program::Shared;
use tencode::model::record::Field;
use tencode::model::record::Kind;
use tencode::model::record::Privacy;
use tencode::model::record::Record;
use tencode::model::rules::Bar;
use tencode::model::rules::Classifier;
use tencode::model::rules::Criteria;
use tencode::model::rules::Scored;
use tencode::model::value::CodeValue;
use tencode::model::value::Literal;
use tencode::model::value::Value;
use tencode::registry;
use tencode::registry::Parts;
use tencode::registry::Registry;

const CODES: u32 = 40;

fn code_id(number: u32) -> CodeId {
    CodeId::from_stored(number).unwrap()
}
const WORDS: [&str; 8] = ["red", "blue", "sedan", "truck", "fight", "fire", "lane", "stop"];
const PHRASES: [&str; 6] = ["red", "red sedan", "fire lane", "stop", "blue truck fight", "fight"];

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        u32::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % sides
    }
    fn number(&mut self) -> f64 {
        f64::from(self.roll(8))
    }
    fn place(&mut self, sides: u32) -> u16 {
        u16::try_from(self.roll(sides)).unwrap()
    }
}

fn field(name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        title: String::new(),
        kind,
        is_required: false,
        default: Vec::new(),
        privacy: Privacy::default(),
        dates_encounter: false,
        also: Vec::new(),
        ask: String::new(),
    }
}

fn names(count: u32) -> Vec<String> {
    (0..count).map(|place| format!("n{place}")).collect()
}

fn record() -> Record {
    let item = vec![field("size", Kind::Number), field("colour", Kind::Choice(names(3)))];
    Record {
        name: "made-up".to_owned(),
        title: String::new(),
        zone: None,
        fields: vec![
            field("choice", Kind::Choice(names(5))),
            field("number", Kind::Number),
            field("word", Kind::Text),
            field("code", Kind::Code(SetId::FIRST)),
            field("day", Kind::Date),
            field("flag", Kind::Bool),
            field("text", Kind::Text),
            field("numbers", Kind::List(Box::new(Kind::Number))),
            field("items", Kind::List(Box::new(Kind::Record(item)))),
            field("level", Kind::Ladder(names(4))),
        ],
    }
}

fn path(slots: &[usize]) -> Expression {
    Expression::Path(Path { root: Root::Encounter, slots: fields(slots) })
}

fn fields(slots: &[usize]) -> Vec<FieldId> {
    slots.iter().map(|slot| FieldId::try_from(*slot).unwrap()).collect()
}

fn phrase(dice: &mut Dice) -> PhraseId {
    PhraseId::try_from(dice.roll(6) as usize).unwrap()
}

fn scalar(dice: &mut Dice, slot: usize) -> Literal {
    match slot {
        0 => Literal::Choice(dice.place(5)),
        1 | 7 => Literal::Number(dice.number()),
        2 => Literal::Text(WORDS[dice.roll(8) as usize].to_owned()),
        3 => Literal::Code(SetId::FIRST, (dice.roll(9) > 0).then(|| code_id(dice.roll(CODES)))),
        4 => Literal::Day(Day(i32::from(dice.place(30)))),
        5 => Literal::Bool(dice.roll(2) == 0),
        _ => Literal::Step(dice.place(4)),
    }
}

fn how(dice: &mut Dice) -> Comparison {
    use Comparison::*;
    [Equal, Equal, Equal, Unequal, Less, AtMost, More, AtLeast][dice.roll(8) as usize]
}

fn members(dice: &mut Dice, slot: usize) -> Vec<Member> {
    let count = 1 + dice.roll(3);
    (0..count)
        .map(|_| match slot {
            1 | 4 | 9 if dice.roll(2) == 0 => Member::Range(scalar(dice, slot), scalar(dice, slot)),
            _ => Member::One(scalar(dice, slot)),
        })
        .collect()
}

fn expression(dice: &mut Dice, depth: u32) -> Expression {
    let slot = [0, 1, 2, 3, 4, 5, 7, 9][dice.roll(8) as usize];
    let of = Box::new(path(&[slot]));
    match dice.roll(if depth == 0 { 9 } else { 14 }) {
        0 | 1 => {
            let ordered = !matches!(slot, 0 | 2 | 3 | 5);
            let how = if ordered { how(dice) } else { [Comparison::Equal, Comparison::Unequal][dice.roll(2) as usize] };
            Expression::Compare { how, left: of, right: Box::new(Expression::Literal(scalar(dice, slot))) }
        }
        2 => Expression::In { of, members: members(dice, slot), negated: dice.roll(4) == 0 },
        3 => {
            let of = Box::new(path(&[7]));
            let how = [Inclusion::Any, Inclusion::All, Inclusion::Only, Inclusion::None][dice.roll(4) as usize];
            Expression::Includes { of, how, members: members(dice, 7) }
        }
        4 => Expression::Present(of),
        5 | 6 => {
            let phrases = (0..=dice.roll(2)).map(|_| phrase(dice)).collect();
            Expression::Mentions { of: Box::new(path(&[6])), phrases, all: dice.roll(3) == 0, even_negated: false }
        }
        7 => {
            let test = TextTest::StartsWith(WORDS[dice.roll(8) as usize][..2].to_owned());
            Expression::Text { of: Box::new(path(&[2])), test }
        }
        8 => {
            let left = Box::new(path(&[8, 0]));
            let right = Box::new(Expression::Literal(Literal::Number(dice.number())));
            Expression::Compare { how: how(dice), left, right }
        }
        9 | 10 => Expression::And((0..2 + dice.roll(2)).map(|_| expression(dice, depth - 1)).collect()),
        11 => Expression::Or((0..2 + dice.roll(2)).map(|_| expression(dice, depth - 1)).collect()),
        12 => Expression::Not(Box::new(expression(dice, depth - 1))),
        _ => {
            let quantifier = [Quantifier::Any, Quantifier::Every, Quantifier::No][dice.roll(3) as usize];
            let size = Expression::Path(Path { root: Root::Variable(VariableId::FIRST), slots: vec![FieldId::FIRST] });
            let right = Box::new(Expression::Literal(Literal::Number(dice.number())));
            let body = Box::new(Expression::Compare { how: how(dice), left: Box::new(size), right });
            Expression::Quantified { quantifier, variable: VariableId::FIRST, list: Box::new(path(&[8])), body }
        }
    }
}

fn domain(dice: &mut Dice) -> Domain {
    let criteria = (0..CODES)
        .map(code_id)
        .map(|code| Criteria {
            code,
            phrases: if dice.roll(3) == 0 { vec![(phrase(dice), 3.0)] } else { Vec::new() },
            when: (0..dice.roll(4))
                .map(|_| Scored {
                    condition: expression(dice, 2),
                    points: f32::from(1 + dice.place(6)),
                    source: String::new(),
                    path: String::new(),
                })
                .collect(),
            unless: (0..dice.roll(6) / 5)
                .map(|_| Bar { condition: expression(dice, 1), source: String::new() })
                .collect(),
            needs: Vec::new(),
            raise: Vec::new(),
        })
        .collect();
    let classifier = Classifier {
        set: SetId::FIRST,
        record: RecordId::FIRST,
        threshold: 0.0,
        words_threshold: 0.0,
        texts: vec![Path { root: Root::Encounter, slots: fields(&[6]) }],
        text_names: vec!["text".to_owned()],
        criteria,
        offers: Vec::new(),
        is_learned: false,
        by_words: Vec::new(),
        uncertain: Vec::new(),
    };
    Domain {
        name: "made-up".to_owned(),
        records: vec![record()],
        phrases: PHRASES.iter().map(|phrase| (*phrase).to_owned()).collect(),
        classifiers: vec![classifier],
        ..Domain::default()
    }
}

fn value(dice: &mut Dice, slot: usize) -> Value<'static> {
    if dice.roll(5) == 0 {
        return if dice.roll(8) == 0 { Value::Misfit(Cow::Borrowed("?")) } else { Value::Absent };
    }
    match slot {
        6 => Value::Text((0..dice.roll(8)).map(|_| WORDS[dice.roll(8) as usize]).collect::<Vec<_>>().join(" ").into()),
        7 => Value::List((0..dice.roll(4)).map(|_| Value::Number(dice.number())).collect()),
        8 => Value::List(
            (0..dice.roll(4))
                .map(|_| {
                    let size = if dice.roll(4) == 0 { Value::Absent } else { Value::Number(dice.number()) };
                    Value::Record(vec![size, Value::Choice(dice.place(3))])
                })
                .collect(),
        ),
        slot => match scalar(dice, slot) {
            Literal::Choice(it) => Value::Choice(it),
            Literal::Number(it) => Value::Number(it),
            Literal::Text(it) => Value::Text(it.into()),
            Literal::Code(_, code) => {
                let text = code.map_or("X".to_owned(), |code| format!("C{:02}", code.index()));
                Value::Code(CodeValue { code, text: text.into() })
            }
            Literal::Day(it) => Value::Day(it),
            Literal::Bool(it) => Value::Bool(it),
            Literal::Step(it) => Value::Step(it),
            Literal::Money(_) | Literal::Moment(_) | Literal::Span(_) => Value::Absent,
        },
    }
}

/// The plain evaluator: every value of a path, every comparison by the book.
mod plain {
    use super::*;

    /// A scalar, so that it can be compared with another.
    type Place = (u8, f64, String);
    type Test = fn(&Place, &Place) -> bool;

    type Item<'a> = Option<&'a Value<'static>>;

    pub(super) fn values(of: &Expression, slots: &[Value<'static>], item: Item<'_>) -> Vec<Value<'static>> {
        let Expression::Path(path) = of else { panic!("only paths are made up here") };
        let start = match path.root {
            Root::Encounter => Value::Record(slots.to_vec()),
            Root::Variable(_) => item.unwrap().clone(),
        };
        let mut all = vec![start];
        for slot in &path.slots {
            let flat =
                all.into_iter().flat_map(|value| if let Value::List(items) = value { items } else { vec![value] });
            all = flat
                .map(|it| if let Value::Record(s) = it { s[slot.index()].clone() } else { Value::Absent })
                .collect();
        }
        let flat = all.into_iter().flat_map(|value| if let Value::List(items) = value { items } else { vec![value] });
        flat.filter(|value| !matches!(value, Value::Misfit(_)) && !value.is_absent()).collect()
    }

    /// A place on a line, and which line.
    fn place(value: &Value<'_>) -> Place {
        match value {
            Value::Choice(it) => (0, f64::from(*it), String::new()),
            Value::Number(it) => (1, *it, String::new()),
            Value::Text(it) => (2, 0.0, it.to_string()),
            Value::Code(it) => (3, it.code.map_or(f64::NAN, |it| f64::from(it.to_stored())), String::new()),
            Value::Day(it) => (4, f64::from(it.0), String::new()),
            Value::Bool(it) => (5, f64::from(u8::from(*it)), String::new()),
            Value::Step(it) => (6, f64::from(*it), String::new()),
            _ => panic!("not a scalar"),
        }
    }

    fn written(literal: &Literal) -> Place {
        match literal {
            Literal::Choice(it) => (0, f64::from(*it), String::new()),
            Literal::Number(it) => (1, *it, String::new()),
            Literal::Text(it) => (2, 0.0, it.clone()),
            Literal::Code(_, it) => (3, it.map_or(f64::NAN, |it| f64::from(it.to_stored())), String::new()),
            Literal::Day(it) => (4, f64::from(it.0), String::new()),
            Literal::Bool(it) => (5, f64::from(u8::from(*it)), String::new()),
            Literal::Step(it) => (6, f64::from(*it), String::new()),
            _ => panic!("not made up"),
        }
    }

    fn is_member(value: &Value<'_>, member: &Member) -> bool {
        match member {
            Member::One(one) => place(value) == written(one),
            Member::Range(from, to) => written(from) <= place(value) && place(value) <= written(to),
            _ => panic!("not made up"),
        }
    }

    pub(super) fn says(text: &str, phrase: &str) -> bool {
        format!(" {text} ").contains(&format!(" {phrase} "))
    }

    pub(super) fn holds(expression: &Expression, slots: &[Value<'static>], item: Item<'_>) -> bool {
        match expression {
            Expression::And(all) => all.iter().all(|one| holds(one, slots, item)),
            Expression::Or(all) => all.iter().any(|one| holds(one, slots, item)),
            Expression::Not(one) => !holds(one, slots, item),
            Expression::Compare { how, left, right } => {
                let Expression::Literal(literal) = right.as_ref() else { panic!("not made up") };
                let (values, right) = (values(left, slots, item), written(literal));
                let any = |test: Test| values.iter().any(|value| test(&place(value), &right));
                match how {
                    Comparison::Equal => any(|a, b| a == b),
                    Comparison::Unequal => !values.is_empty() && !any(|a, b| a == b),
                    Comparison::Less => any(|a, b| a < b),
                    Comparison::AtMost => any(|a, b| a <= b),
                    Comparison::More => any(|a, b| a > b),
                    Comparison::AtLeast => any(|a, b| a >= b),
                }
            }
            Expression::In { of, members, negated } => {
                let values = values(of, slots, item);
                let is_in = values.iter().any(|value| members.iter().any(|member| is_member(value, member)));
                !values.is_empty() && is_in != *negated
            }
            Expression::Includes { of, how, members } => {
                let values = values(of, slots, item);
                let is_in = |value: &Value<'static>| members.iter().any(|member| is_member(value, member));
                !values.is_empty()
                    && match how {
                        Inclusion::Any => values.iter().any(is_in),
                        Inclusion::All => members.iter().all(|it| values.iter().any(|value| is_member(value, it))),
                        Inclusion::Only => values.iter().all(is_in),
                        Inclusion::None => !values.iter().any(is_in),
                    }
            }
            Expression::Present(of) => {
                let Expression::Path(path) = of.as_ref() else { panic!("not made up") };
                let value = &slots[path.slots[0].index()];
                matches!(value, Value::Misfit(_)) || !value.is_absent()
            }
            Expression::Mentions { of, phrases, all, .. } => {
                let texts = values(of, slots, item);
                let said = |phrase: &PhraseId| {
                    texts.iter().any(|it| matches!(it, Value::Text(text) if says(text, PHRASES[phrase.index()])))
                };
                if *all { phrases.iter().all(said) } else { phrases.iter().any(said) }
            }
            Expression::Text { of, test: TextTest::StartsWith(prefix) } => {
                values(of, slots, item).iter().any(|it| matches!(it, Value::Text(text) if text.starts_with(prefix)))
            }
            Expression::Quantified { quantifier, body, .. } => {
                let items = if let Value::List(items) = &slots[8] { items.as_slice() } else { &[] };
                match quantifier {
                    Quantifier::Any => items.iter().any(|item| holds(body, slots, Some(item))),
                    Quantifier::Every => items.iter().all(|item| holds(body, slots, Some(item))),
                    Quantifier::No => !items.iter().any(|item| holds(body, slots, Some(item))),
                }
            }
            _ => panic!("not made up"),
        }
    }
}

/// Whether a text says a phrase somewhere, and not as a part of a longer one that speaks for other codes only.
fn stands(text: &str, phrase: usize, spoken: &[usize], of_code: &[usize]) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let places = |phrase: usize| -> Vec<(usize, usize)> {
        let wanted: Vec<&str> = PHRASES[phrase].split(' ').collect();
        let starts = words.windows(wanted.len()).enumerate().filter(|(_, some)| *some == wanted);
        starts.map(|(start, _)| (start, start + wanted.len())).collect()
    };
    let others: Vec<(usize, usize)> = spoken.iter().flat_map(|it| places(*it)).collect();
    let its: Vec<(usize, usize)> = of_code.iter().flat_map(|it| places(*it)).collect();
    let holds = |it: &(usize, usize), own: &(usize, usize)| it != own && it.0 <= own.0 && it.1 >= own.1;
    let is_part = |own: &(usize, usize)| others.iter().any(|it| holds(it, own) && !its.contains(it));
    places(phrase).iter().any(|own| !is_part(own))
}

/// Code and score of everything that plain evaluation proposes.
fn expected(domain: &Domain, slots: &[Value<'static>]) -> BTreeMap<CodeId, f32> {
    let text = if let Value::Text(text) = &slots[6] { text.as_ref() } else { "" };
    let all = domain.classifiers[0].criteria.iter();
    let spoken: Vec<usize> = all.flat_map(|it| &it.phrases).map(|(phrase, _)| phrase.index()).collect();
    let mut scores = BTreeMap::new();
    for criteria in &domain.classifiers[0].criteria {
        let phrases = criteria.phrases.iter().filter(|(phrase, _)| {
            stands(text, phrase.index(), &spoken, &criteria.phrases.iter().map(|it| it.0.index()).collect::<Vec<_>>())
        });
        let lines = criteria.when.iter().filter(|when| plain::holds(&when.condition, slots, None));
        let score: f32 = phrases.map(|(_, points)| points).chain(lines.map(|when| &when.points)).sum();
        if score > 0.0 && !criteria.unless.iter().any(|bar| plain::holds(&bar.condition, slots, None)) {
            scores.insert(criteria.code, score);
        }
    }
    scores
}

fn registry(folder: &std::path::Path) -> Arc<Registry> {
    let code = |place| Code {
        code: format!("C{place:02}"),
        title: format!("Code {place}"),
        is_assignable: true,
        ..Code::default()
    };
    let set = CodeSet { name: "made-up".to_owned(), codes: (0..CODES).map(code).collect(), ..CodeSet::default() };
    let shared = Shared { sets: vec!["made-up".to_owned()], ..Shared::default() };
    let parts = Parts::of_sets(std::slice::from_ref(&set), &shared);
    let file = folder.join("registry");
    registry::write(&file, &parts).unwrap();
    Arc::new(Registry::open(&file).unwrap())
}

#[test]
fn the_index_finds_what_plain_evaluation_finds() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let mut dice = Dice(0x5eed_0001);
    let mut scratch = Scratch::default();
    let (mut proposed, mut memory) = (0, Memory::default());
    for number in 0..200 {
        let domain = Arc::new(domain(&mut dice));
        let logic = Logic::new(Arc::clone(&domain), Arc::clone(&registry)).unwrap();
        let scales: Vec<Scale> = domain.classifiers.iter().map(|it| Scale::of(&registry, it)).collect();
        for line in 0..100 {
            let slots: Vec<Value<'static>> = (0..10).map(|slot| value(&mut dice, slot)).collect();
            let wanted = expected(&domain, &slots);
            let encounter = Encounter {
                record: RecordId::FIRST,
                slots,
                undeclared: Vec::new(),
                misfits: Vec::new(),
                on: Day(100),
                days: None,
                today: Day(100),
                line,
            };
            let mut frame = Frame::new(&logic, &encounter, &mut scratch);
            let candidates = classify(&mut frame, &logic, &scales, Kept::All, &mut memory).candidates;
            let got: BTreeMap<CodeId, f32> = candidates.iter().map(|it| (it.code, it.score)).collect();
            assert_eq!(got, wanted, "domain {number}, encounter {line}");
            for candidate in &candidates {
                let sum: f32 = candidate.because.iter().map(|reason| reason.points).sum();
                assert!((sum - candidate.score).abs() < 1e-4);
            }
            assert!(candidates.is_sorted_by(|a, b| (b.score, a.code) <= (a.score, b.code)));
            proposed += got.len();
        }
    }
    assert!(proposed > 50_000, "only {proposed} candidates: the made-up world is too poor");
}
