//! What encounters are told of each other: the answers of all groups, worked out once all encounters are known.
//!
//! Of each encounter a [`Head`] was put aside. They are sorted by group, moment and place; then each group is gone through
//! once for each question. What comes out is put aside too, and asked for by the place of an encounter in the input.

mod kept;
mod window;

pub use kept::Head;
pub use kept::Kept;
pub use kept::Membership;

use crate::files::Opened;
use crate::files::Spool;
use crate::logic::Answer;
use crate::logic::Around;
use crate::logic::of_none;
use crate::logic::together::of_both;
use crate::logic::together::of_one;
use crate::model::day::Day;
use crate::model::day::Span;
use crate::model::ids::RuleId;
use crate::model::program::Domain;
use crate::model::rules::Among;
use crate::model::rules::Asked;
use crate::model::rules::Together;
use crate::model::value::Value;
use kept::KeptAnswer;
use std::collections::HashSet;
use std::io;
use window::Window;

const SECONDS_A_DAY: i64 = 86_400;

/// Where the head of an encounter was put aside.
#[derive(Debug, Clone, Copy)]
pub struct Aside {
    /// The first byte in the spool.
    pub start: u64,
    /// How many bytes.
    pub count: usize,
    /// Its place among those that are answered, from 0; `None` if it is history only.
    pub place: Option<u64>,
}

/// The answers about others, by the place of the encounter that is told them.
#[derive(Default)]
pub struct Neighbours {
    answers: Spool,
    /// In the order of the places.
    told: Vec<Told>,
}

/// Where an answer to a rule of an encounter stands.
#[derive(Clone, Copy)]
struct Told {
    place: u64,
    rule: RuleId,
    start: u64,
    count: u32,
}

/// An encounter in a group.
#[derive(Clone, Copy)]
struct Member {
    rule: RuleId,
    key: u128,
    moment: i64,
    /// Where it came in the input; history comes before all else.
    order: u64,
    aside: Aside,
}

impl Neighbours {
    /// Works out all answers of a domain's rules.
    ///
    /// # Errors
    /// What was put aside cannot be read, or what comes out cannot be put aside.
    pub fn of(domain: &Domain, spool: &Spool, asides: &[Aside]) -> io::Result<Neighbours> {
        let (mut members, mut opened, mut bytes) = (Vec::new(), Opened::default(), Vec::new());
        // What is answered and on file too is one encounter: the one that is answered.
        let mut answered = HashSet::new();
        if asides.first().is_some_and(|aside| aside.place.is_none()) {
            for aside in asides.iter().filter(|aside| aside.place.is_some()) {
                answered.extend(head(spool, *aside, &mut opened, &mut bytes)?.id);
            }
        }
        for (order, aside) in (0..).zip(asides) {
            let head = head(spool, *aside, &mut opened, &mut bytes)?;
            if aside.place.is_none() && head.id.as_ref().is_some_and(|id| answered.contains(id)) {
                continue;
            }
            members.extend(head.memberships.iter().map(|it| {
                let (rule, key) = (it.rule, it.key);
                let together = rule.get(&domain.rules).and_then(|rule| rule.together.as_ref());
                let moment = if together.is_some_and(|it| it.as_they_come) { 0 } else { head.moment };
                Member { rule, key, moment, order, aside: *aside }
            }));
        }
        members.sort_unstable_by_key(|it| (it.rule, it.key, it.moment, it.order));
        let mut out = Neighbours::default();
        for group in members.chunk_by(|one, other| (one.rule, one.key) == (other.rule, other.key)) {
            let [first, _, ..] = group else { continue };
            let rule = first.rule.get(&domain.rules);
            if let Some(together) = rule.and_then(|rule| rule.together.as_ref()) {
                out.add(together, group, spool, &mut opened)?;
            }
        }
        out.told.sort_unstable_by_key(|told| (told.place, told.rule));
        Ok(out)
    }

    /// What the rules of an encounter are told; `opened` makes asking for the next one cheap.
    ///
    /// # Errors
    /// What was put aside cannot be read.
    pub fn around(&self, place: u64, opened: &mut Opened) -> io::Result<Around> {
        let start = self.told.partition_point(|told| told.place < place);
        let own = self.told.get(start..).unwrap_or_default().iter().take_while(|told| told.place == place);
        let mut bytes = Vec::new();
        let answers = own.map(|told| {
            self.answers.read(told.start, told.count as usize, opened, &mut bytes)?;
            let kept: Vec<KeptAnswer> = postcard::from_bytes(&bytes).map_err(io::Error::other)?;
            Ok((told.rule, kept.into_iter().map(KeptAnswer::answer).collect()))
        });
        answers.collect::<io::Result<_>>().map(Around)
    }

    /// The answers of one group, whose members are in order.
    fn add(&mut self, together: &Together, group: &[Member], spool: &Spool, opened: &mut Opened) -> io::Result<()> {
        let mut of_each: Vec<Vec<Answer>> = together.asked.iter().map(|_| Vec::with_capacity(group.len())).collect();
        let mut bytes = Vec::new();
        for member in group {
            let head = head(spool, member.aside, opened, &mut bytes)?;
            let own = head.memberships.into_iter().find(|it| it.rule == member.rule && it.key == member.key);
            let mut values = own.map(|it| it.values).unwrap_or_default().into_iter();
            for (asked, answers) in together.asked.iter().zip(&mut of_each) {
                let value = values.next().map_or(Value::Absent, Kept::value);
                answers.push(of_one(&asked.what, value, head.id.as_deref()));
            }
        }
        let mut columns = Vec::with_capacity(of_each.len());
        for (asked, answers) in together.asked.iter().zip(&of_each) {
            let none = Answer { value: of_none(&asked.what), other: None };
            let earlier = along(together, asked, group, answers, false);
            let column = if asked.among == Among::Earlier {
                earlier.into_iter().map(|it| it.unwrap_or_else(|| none.clone())).collect()
            } else {
                let later = along(together, asked, group, answers, true);
                let both = earlier.into_iter().zip(later);
                let both = both.map(|sides| match sides {
                    (Some(earlier), Some(later)) => of_both(&asked.what, &earlier, &later),
                    (earlier, later) => earlier.or(later).unwrap_or_else(|| none.clone()),
                });
                both.collect::<Vec<_>>()
            };
            columns.push(column.into_iter());
        }
        for member in group {
            let row: Vec<KeptAnswer> = columns.iter_mut().filter_map(Iterator::next).map(KeptAnswer::of).collect();
            let Some(place) = member.aside.place else { continue };
            let bytes = postcard::to_stdvec(&row).map_err(io::Error::other)?;
            let count = u32::try_from(bytes.len()).map_err(io::Error::other)?;
            self.told.push(Told { place, rule: member.rule, start: self.answers.len(), count });
            self.answers.append(&bytes)?;
        }
        Ok(())
    }
}

/// What a question comes to of those before each member, or of those after it, as far as they lie within the span.
fn along(
    together: &Together,
    asked: &Asked,
    group: &[Member],
    answers: &[Answer],
    is_backward: bool,
) -> Vec<Option<Answer>> {
    let mut window = Window::new(&asked.what, is_backward);
    let (mut out, mut gone) = (vec![None; group.len()], 0);
    let place = |step: usize| if is_backward { group.len() - 1 - step } else { step };
    for step in 0..group.len() {
        let own = group.get(place(step));
        let is_near = |other: usize| match (own, group.get(place(other)), together.within) {
            (Some(own), Some(other), Some(span)) => lies_within(own.moment, other.moment, span),
            _ => true,
        };
        while gone < step && !is_near(gone) {
            window.pop();
            gone += 1;
        }
        if let Some(slot) = out.get_mut(place(step)) {
            *slot = window.joined();
        }
        if let Some(answer) = answers.get(place(step)) {
            window.push(answer.clone());
        }
    }
    out
}

/// Whether two moments lie no further apart than a span: by the clock, or where the span has months by whole days.
fn lies_within(one: i64, other: i64, span: Span) -> bool {
    let (first, last) = if one < other { (one, other) } else { (other, one) };
    if span.months == 0 {
        return last.saturating_sub(first) <= span.seconds;
    }
    let day = |moment: i64| i32::try_from(moment.div_euclid(SECONDS_A_DAY)).map(Day).ok();
    let end = day(first).and_then(|day| day.plus(span));
    matches!((end, day(last)), (Some(end), Some(last)) if last <= end)
}

fn head(spool: &Spool, aside: Aside, opened: &mut Opened, bytes: &mut Vec<u8>) -> io::Result<Head> {
    spool.read(aside.start, aside.count, opened, bytes)?;
    postcard::from_bytes(bytes).map_err(io::Error::other)
}
