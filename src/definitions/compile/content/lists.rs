//! What lists that a code set imports leave to the definition: codes that they name and do not have, and rows to report.

use super::super::report::Report;
use super::Draft;
use crate::definitions::import::Leftovers;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::model::content::Replacement;
use crate::model::content::Replacing;

impl Draft<'_> {
    /// Gives codes the parents and replacements that their list names and the definition has.
    pub(super) fn close_references(&mut self) {
        for one in std::mem::take(&mut self.open) {
            let named = self.place(&one.name).filter(|named| *named != one.code);
            let Some(code) = one.code.get_mut(&mut self.set.codes) else { continue };
            match named {
                Some(parent) if !one.is_replacement => {
                    if !code.parents.contains(&parent) {
                        code.parents.push(parent);
                    }
                }
                Some(by) => {
                    let none = Replacement { how: Replacing::One, codes: Vec::new() };
                    code.replaced_by.get_or_insert(none).codes.push(by);
                }
                None => {
                    let what = if one.is_replacement { "is replaced by" } else { "stands under" };
                    let why = format!("`{}` {what} `{}`, which is not in this code set", code.code, one.name);
                    if let Some(list) = self.lists.get_mut(one.part) {
                        list.left.add(one.line, why);
                    }
                }
            }
        }
    }

    /// Names the rows of lists that could not be used.
    pub(super) fn say_leftovers(&mut self, report: &Report) {
        for list in &mut self.lists {
            std::mem::take(&mut list.left).say(&list.name, report);
        }
    }
}

impl Leftovers {
    /// Says them where the file is named.
    pub(in super::super) fn say(mut self, name: &Name, report: &Report) {
        self.rows.sort_by_key(|(line, _)| *line);
        for (line, why) in self.rows {
            report.say(name.span, Problem::RowNotUsed { file: name.item.clone(), line, why }, None);
        }
        if self.more > 0 {
            let problem = Problem::MoreRows { file: name.item.clone(), count: self.more };
            report.say(name.span, problem, None);
        }
    }
}
