//! Decision tables: the first row whose cells all fit decides.

use super::compare;
use super::frame::Frame;
use super::seen::Seen;
use super::seen::is_gone;
use crate::model::expression::Expression;
use crate::model::ids::OutputId;
use crate::model::ids::PairsId;
use crate::model::ids::TableId;
use crate::model::rules::Cell;
use crate::model::value::Value;
use std::borrow::Cow;

impl<'e> Frame<'e> {
    /// An output of the first row that fits the arguments; absent if none does.
    pub(crate) fn table(&mut self, table: TableId, output: OutputId, arguments: &'e [Expression]) -> Seen<'e> {
        let Some(table) = table.get(&self.logic.domain().tables) else { return Seen::absent() };
        let inputs: Vec<Seen<'e>> = arguments.iter().map(|argument| self.eval(argument)).collect();
        if let Some(pairs) = table.pairs {
            return self.pair(pairs, &inputs);
        }
        for row in &table.rows {
            if !self.spend(1) {
                break;
            }
            if row.days.contains(self.encounter().on)
                && row.cells.iter().enumerate().all(|(place, cell)| self.cell_fits(cell, inputs.get(place)))
            {
                let literal = output.get(&row.outputs).and_then(Option::as_ref);
                return literal.map_or(Seen::absent(), |it| Seen::Owned(compare::value_of(it, self.logic)));
            }
        }
        Seen::absent()
    }

    /// What two texts give, on the day that is asked about or on that of the encounter; absent if they are no pair.
    fn pair(&self, pairs: PairsId, inputs: &[Seen<'e>]) -> Seen<'e> {
        let value = |place: usize| inputs.get(place).map_or(&Value::Absent, Seen::single);
        let text = |value: &'_ Value<'e>| match value {
            Value::Text(text) => Some(text.clone()),
            Value::Code(code) => Some(code.text.clone()),
            _ => None,
        };
        let on = match value(2) {
            Value::Day(day) => *day,
            _ => self.encounter().on,
        };
        let asked = text(value(0)).zip(text(value(1)));
        let given = asked.and_then(|(first, second)| self.logic.registry().pairs(pairs).value(&first, &second, on));
        given.map_or(Seen::absent(), |given| Seen::Owned(Value::Text(Cow::Borrowed(given))))
    }

    fn cell_fits(&mut self, cell: &'e Cell, input: Option<&Seen<'e>>) -> bool {
        let absent = Seen::absent();
        let input = input.unwrap_or(&absent);
        match cell {
            Cell::Any => true,
            Cell::Absent => input.is_absent(),
            Cell::Members(members) => input.any(|value| self.is_one_of(value, members)),
            Cell::Compare(how, literal) => {
                let logic = self.logic;
                input.any(|value| !is_gone(value) && compare::fits(*how, compare::order_literal(value, literal, logic)))
            }
        }
    }
}
