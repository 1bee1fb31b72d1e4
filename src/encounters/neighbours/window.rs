//! Answers over those of a group that lie in a window, each in constant time: the window moves along the group once.

use crate::logic::Answer;
use crate::logic::together::of_both;
use crate::model::rules::Gathered;

/// A queue that knows what all in it come to.
///
/// It is two stacks: answers are put on one, and taken from the other, where each stands with all those behind it already
/// joined. When that one is empty, the first is turned over onto it. So nothing is ever taken out of a sum: floating numbers
/// would not come back to what they were, and of the least value nothing can be taken out at all.
pub struct Window<'w> {
    what: &'w Gathered,
    /// Whether those that come later stand before the others in the order of the group.
    is_backward: bool,
    new: Vec<Answer>,
    new_joined: Option<Answer>,
    old: Vec<Answer>,
}

impl<'w> Window<'w> {
    /// An empty one.
    pub fn new(what: &'w Gathered, is_backward: bool) -> Window<'w> {
        Window { what, is_backward, new: Vec::new(), new_joined: None, old: Vec::new() }
    }

    /// Takes another one in.
    pub fn push(&mut self, answer: Answer) {
        self.new_joined = Some(match &self.new_joined {
            Some(joined) => self.join(joined, &answer),
            None => answer.clone(),
        });
        self.new.push(answer);
    }

    /// Leaves out the one that came first.
    pub fn pop(&mut self) {
        if self.old.is_empty() {
            let mut joined: Option<Answer> = None;
            while let Some(answer) = self.new.pop() {
                let next = match &joined {
                    Some(joined) => self.join(&answer, joined),
                    None => answer,
                };
                self.old.push(next.clone());
                joined = Some(next);
            }
            self.new_joined = None;
        }
        self.old.pop();
    }

    /// What all of them come to.
    pub fn joined(&self) -> Option<Answer> {
        match (self.old.last(), &self.new_joined) {
            (Some(old), Some(new)) => Some(self.join(old, new)),
            (old, new) => old.or(new.as_ref()).cloned(),
        }
    }

    fn join(&self, came: &Answer, comes: &Answer) -> Answer {
        let (first, second) = if self.is_backward { (comes, came) } else { (came, comes) };
        of_both(self.what, first, second)
    }
}
