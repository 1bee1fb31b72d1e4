//! Objects of several files that refer to each other, put together: each object that a reader reads comes with those it refers
//! to and those that refer to it.
//!
//! The files are read once. What is offered and what is wanted is sorted by the names of objects, then what was found by the
//! object it is for, so that memory does not grow with the files ([`Sorter`]).

use super::block::Block;
use super::block::Cut;
use super::mapping::Object;
use super::mapping::Trees;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use crate::files::Sorted;
use crate::files::Sorter;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

/// Different kinds of objects that are noted; references to others are taken for references to any kind.
const MOST_KINDS: usize = 1000;
/// Bytes of the name of an object, hashed.
const NAME: usize = 16;

/// Behind the name of an object: here it is.
const OFFER: u8 = 0;
/// Behind the name of an object: that object wants it.
const WANT: u8 = 1;

/// Fills a block with what the files hold; `false` at their end.
pub(super) type Fill = Box<dyn FnMut(&mut Block) -> io::Result<bool> + Send>;

/// Cuts several files together.
pub(super) struct Joined {
    fill: Option<Fill>,
    trees: Arc<Trees>,
    /// What cannot be read, in the order of the files.
    refused: Vec<Unreadable>,
    groups: Option<Sorted>,
    /// The first object of the next group.
    next: Option<(Vec<u8>, Vec<u8>)>,
    line: u64,
}

impl Joined {
    pub(super) fn new(fill: Fill, trees: Arc<Trees>) -> Joined {
        Joined { fill: Some(fill), trees, refused: Vec::new(), groups: None, next: None, line: 1 }
    }

    /// Reads all files, and finds for each object those it needs.
    fn begin(&mut self, mut fill: Fill) -> io::Result<()> {
        let rounds = self.trees.links().rounds.max(1);
        let mut known = Known { rounds: (0..rounds).map(|_| Sorter::default()).collect(), ..Known::default() };
        let mut block = Block::default();
        while fill(&mut block)? {
            block.trees = None;
            block.each(|line, raw| {
                let read = raw.and_then(|raw| self.trees.objects(&raw.text()));
                match read {
                    Ok(objects) => {
                        for object in objects {
                            known.note(&self.trees, line, &object);
                        }
                    }
                    Err(why) => {
                        known.refuse(line, self.refused.len());
                        self.refused.push(why);
                    }
                }
            });
            known.failed.take().map_or(Ok(()), Err)?;
        }
        self.trees.put_together_with(std::mem::take(&mut known.kinds));
        let mut groups = known.found(&self.trees)?.sorted()?;
        self.next = groups.next()?;
        self.groups = Some(groups);
        Ok(())
    }

    /// Writes the next object and what it needs; `false` at the end.
    fn take(&mut self, block: &mut Block) -> io::Result<bool> {
        let (Some((key, value)), Some(groups)) = (self.next.take(), &mut self.groups) else { return Ok(false) };
        let start = block.bytes.len();
        let Some((head, object)) = value.split_at_checked(HEAD) else { return Ok(true) };
        let (line, refused) = read_head(head);
        self.line = line;
        let mut why = refused.and_then(|at| self.refused.get(at)).copied();
        block.bytes.push(b'[');
        block.bytes.extend_from_slice(object);
        let mut last = key;
        loop {
            self.next = groups.next()?;
            let Some((next, more)) = self.next.as_ref().filter(|(next, _)| next.get(..8) == last.get(..8)) else {
                break;
            };
            // What is wanted for two reasons comes once.
            if *next == last {
                continue;
            }
            last.clone_from(next);
            if more.is_empty() || block.bytes.len() - start + more.len() > LONGEST {
                why = Some(Unreadable::TooLong);
            } else if why.is_none() {
                block.bytes.push(b',');
                block.bytes.extend_from_slice(more);
            }
        }
        block.bytes.push(b']');
        match why {
            Some(why) => block.refuse(line, start, why),
            None => block.push(line, start),
        }
        Ok(true)
    }
}

impl Cut for Joined {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        if let Some(fill) = self.fill.take() {
            self.begin(fill)?;
        }
        while block.has_room() {
            if !self.take(block)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.line
    }
}

/// Bytes before an object: its line, and where its error stands.
const HEAD: usize = 16;

fn head(line: u64, refused: Option<usize>) -> [u8; HEAD] {
    let refused = refused.map_or(0, |at| at as u64 + 1);
    (u128::from(line) << 64 | u128::from(refused)).to_be_bytes()
}

fn read_head(bytes: &[u8]) -> (u64, Option<usize>) {
    let both = u128::from_be_bytes(bytes.try_into().unwrap_or_default());
    let refused = usize::try_from(both & u128::from(u64::MAX)).unwrap_or_default();
    (u64::try_from(both >> 64).unwrap_or_default(), refused.checked_sub(1))
}

/// What is noted of the objects of all files.
#[derive(Default)]
struct Known {
    /// Offers and wants by the names of objects: of the objects of the files, of those that these want, and so on.
    rounds: Vec<Sorter>,
    /// Objects that are read, each with what it needs behind it.
    groups: Sorter,
    kinds: BTreeSet<String>,
    count: u64,
    failed: Option<io::Error>,
}

impl Known {
    fn note(&mut self, trees: &Trees, line: u64, object: &Object) {
        if self.failed.is_none() {
            self.failed = self.try_note(trees, line, object).err();
        }
    }

    fn refuse(&mut self, line: u64, at: usize) {
        self.count += 1;
        let noted = self.groups.push(&group(self.count, 0), &head(line, Some(at)));
        self.failed = self.failed.take().or(noted.err());
    }

    fn try_note(&mut self, trees: &Trees, line: u64, object: &Object) -> io::Result<()> {
        self.count += 1;
        let number = self.count;
        if self.kinds.len() < MOST_KINDS {
            self.kinds.extend(object.kind.clone());
        }
        let value = [&number.to_be_bytes()[..], object.text.as_bytes()].concat();
        for (round, sorter) in self.rounds.iter_mut().enumerate() {
            if object.is_offered {
                object.names.iter().try_for_each(|id| sorter.push(&name(id, OFFER), &value))?;
            }
            if round == 0 {
                object.refers_to.iter().try_for_each(|id| sorter.push(&name(id, OFFER), &value))?;
            }
        }
        if !object.is_read {
            return Ok(());
        }
        self.groups.push(&group(number, 0), &[&head(line, None)[..], object.text.as_bytes()].concat())?;
        let is_named = !trees.links().referring.is_empty();
        let own = object.names.iter().filter(|_| is_named);
        let Some(sorter) = self.rounds.first_mut() else { return Ok(()) };
        own.chain(&object.follows).try_for_each(|id| sorter.push(&name(id, WANT), &number.to_be_bytes()))
    }

    /// Gives each object that is read what it wants.
    fn found(mut self, trees: &Trees) -> io::Result<Sorter> {
        let mut rounds = std::mem::take(&mut self.rounds).into_iter().peekable();
        while let Some(round) = rounds.next() {
            let mut sorted = round.sorted()?;
            let mut offers = Offers::default();
            while let Some((key, value)) = sorted.next()? {
                let (id, what) = key.split_at_checked(NAME).unwrap_or_default();
                if offers.id != id {
                    offers = Offers { id: id.to_vec(), ..Offers::default() };
                }
                if what == [OFFER] {
                    offers.add(value);
                } else if offers.last_want != value {
                    let wanted = number_of(&value);
                    offers.give(wanted, &mut self.groups)?;
                    if let Some(next) = rounds.peek_mut() {
                        let follows = offers.follows(trees);
                        follows.iter().try_for_each(|id| next.push(&name(id, WANT), &value))?;
                    }
                    offers.last_want = value;
                }
            }
        }
        Ok(self.groups)
    }
}

/// The objects of one name.
#[derive(Default)]
struct Offers {
    id: Vec<u8>,
    objects: Vec<Vec<u8>>,
    size: usize,
    last_want: Vec<u8>,
    follows: Option<Vec<String>>,
}

impl Offers {
    fn add(&mut self, value: Vec<u8>) {
        self.size += value.len();
        if self.size <= LONGEST {
            self.objects.push(value);
        }
    }

    fn give(&self, wanted: u64, groups: &mut Sorter) -> io::Result<()> {
        if self.size > LONGEST {
            return groups.push(&group(wanted, u64::MAX), &[]);
        }
        for object in &self.objects {
            let (number, text) = object.split_at_checked(8).unwrap_or_default();
            let number = number_of(number);
            if number != wanted {
                groups.push(&group(wanted, number), text)?;
            }
        }
        Ok(())
    }

    /// What the objects want themselves.
    fn follows(&mut self, trees: &Trees) -> &[String] {
        self.follows.get_or_insert_with(|| {
            let texts = self.objects.iter().filter_map(|object| std::str::from_utf8(object.get(8..)?).ok());
            texts.flat_map(|text| trees.follows(text)).collect()
        })
    }
}

fn name(id: &str, what: u8) -> [u8; NAME + 1] {
    let mut name = [what; NAME + 1];
    name.iter_mut().zip(blake3::hash(id.as_bytes()).as_bytes()).take(NAME).for_each(|(to, from)| *to = *from);
    name
}

/// The object that is read comes first, then what it needs in the order of the files.
fn group(of: u64, number: u64) -> [u8; 16] {
    (u128::from(of) << 64 | u128::from(number)).to_be_bytes()
}

fn number_of(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap_or_default())
}
