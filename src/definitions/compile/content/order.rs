//! The order of the codes: each stands before what is under it.

use super::super::report::Report;
use super::super::world::unknown_code;
use super::Draft;
use crate::definitions::parse::tree::CodeItem;
use crate::diagnostics::catalog::Kind as Problem;
use crate::model::content::Code;
use crate::model::ids::CodeId;

impl Draft<'_> {
    /// `under P, Q`: the first is the main parent where the code stands in no group.
    pub(super) fn parents(&mut self, report: &Report) {
        let said = std::mem::take(&mut self.said);
        for one in &said {
            let CodeItem::Under(names) = &one.item.item else { continue };
            for name in names {
                let Some(parent) = self.place(&name.item) else {
                    let (_, near) = unknown_code(&self.set, &name.item);
                    for place in one.codes.iter() {
                        let code = self.at(*place).map(|code| code.code.clone()).unwrap_or_default();
                        let problem = Problem::UnknownParent { code, parent: name.item.clone() };
                        report.say(name.span, problem, near.clone());
                    }
                    continue;
                };
                for place in one.codes.iter() {
                    if let Some(code) = self.at(*place)
                        && !code.parents.contains(&parent)
                    {
                        code.parents.push(parent);
                    }
                }
            }
        }
        self.said = said;
    }

    pub(super) fn order(&mut self, report: &Report) {
        let count = self.set.codes.len();
        let mut children: Vec<Vec<CodeId>> = vec![Vec::new(); count];
        let mut roots = Vec::new();
        for (id, code) in CodeId::numbered(&self.set.codes) {
            let siblings = code.parents.first().and_then(|parent| parent.get_mut(&mut children));
            siblings.unwrap_or(&mut roots).push(id);
        }
        let mut order = Vec::with_capacity(count);
        let mut open: Vec<CodeId> = roots.into_iter().rev().collect();
        while let Some(id) = open.pop() {
            order.push(id);
            if let Some(below) = id.get(&children) {
                open.extend(below.iter().rev());
            }
        }
        if order.len() < count {
            self.say_cycle(&order, report);
        }
        let is_ordered = CodeId::numbered(&order).all(|(id, old)| id == *old);
        if !is_ordered {
            self.rearrange(&order);
        }
    }

    pub(super) fn say_cycle(&mut self, reached: &[CodeId], report: &Report) {
        let mut is_reached = vec![false; self.set.codes.len()];
        for id in reached {
            if let Some(it) = id.get_mut(&mut is_reached) {
                *it = true;
            }
        }
        let left = self.set.codes.iter().zip(&is_reached).filter(|(_, reached)| !**reached);
        let names: Vec<&str> = left.map(|(code, _)| code.code.as_str()).take(6).collect();
        let first = CodeId::find(&is_reached, |reached| !reached);
        let place = first.and_then(|place| self.written.get(&place)).copied();
        let problem = Problem::ParentCycle { codes: names.join(", ") };
        report.say(place.unwrap_or(self.span), problem, Some("take one `under` away".into()));
    }

    /// Moves the codes into the order given (old ids) and follows with every id that names a code.
    pub(super) fn rearrange(&mut self, order: &[CodeId]) {
        // A code in a circle of parents is not in the order: what names it names nothing then.
        let Ok(nothing) = CodeId::try_from(self.set.codes.len()) else { return };
        let mut new = vec![nothing; self.set.codes.len()];
        for (id, old) in CodeId::numbered(order) {
            if let Some(slot) = old.get_mut(&mut new) {
                *slot = id;
            }
        }
        let moved = |old: CodeId| old.get(&new).copied().unwrap_or(old);
        let mut codes: Vec<Option<Code>> = std::mem::take(&mut self.set.codes).into_iter().map(Some).collect();
        for old in order {
            let taken = old.get_mut(&mut codes).and_then(Option::take);
            self.set.codes.extend(taken);
        }
        for code in &mut self.set.codes {
            for parent in &mut code.parents {
                *parent = moved(*parent);
            }
            for (_, from, to) in &mut code.relations {
                (*from, *to) = (moved(*from), moved(*to));
            }
            for by in code.replaced_by.iter_mut().flat_map(|it| it.codes.iter_mut()) {
                *by = moved(*by);
            }
        }
        for (_, code) in self.set.index.iter_mut().chain(&mut self.set.wordings) {
            *code = moved(*code);
        }
        let places = std::mem::take(&mut self.places);
        self.places = places.into_iter().map(|(code, old)| (code, moved(old))).collect();
        for one in &mut self.said {
            one.codes = one.codes.iter().map(|code| moved(*code)).collect();
        }
        for (code, _) in &mut self.imported_labels {
            *code = moved(*code);
        }
        for (code, ..) in &mut self.imported_properties {
            *code = moved(*code);
        }
        self.written = std::mem::take(&mut self.written).into_iter().map(|(place, at)| (moved(place), at)).collect();
        self.assignable =
            std::mem::take(&mut self.assignable).into_iter().map(|(place, it)| (moved(place), it)).collect();
    }
}
