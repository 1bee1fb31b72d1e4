//! Which fields each rule reads: a finding tells of them all, whatever it points at.

use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::FieldId;
use crate::model::ids::RecordId;
use crate::model::ids::VariableId;
use crate::model::outcome::label_bit;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Check;
use crate::model::rules::Piece;
use crate::model::rules::Rule;
use crate::model::rules::Step;
use std::collections::HashMap;

/// For each rule by name the fields that it reads, by their names from the top without places in lists.
pub(super) fn reads(domain: &Domain) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for rule in &domain.rules {
        let Some(record) = rule.record.get(&domain.records) else { continue };
        let mut reader = Reader { fields: &record.fields, variables: HashMap::new(), paths: Vec::new() };
        reader.rule(rule);
        found.entry(rule.id.clone()).or_default().append(&mut reader.paths);
    }
    found
}

/// For each rule whose message has values in it the fields that these come from.
pub(super) fn tells(domain: &Domain) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for rule in &domain.rules {
        let Some(record) = rule.record.get(&domain.records) else { continue };
        let mut reader = Reader { fields: &record.fields, variables: HashMap::new(), paths: Vec::new() };
        reader.around(rule);
        let mut told = Vec::new();
        for check in &rule.checks {
            reader.check(check);
            reader.paths = std::mem::take(&mut told);
            for piece in rule.message.iter().chain(check.message.iter().flatten()) {
                if let Piece::Value(value) = piece {
                    reader.expression(value);
                }
            }
            told = std::mem::take(&mut reader.paths);
        }
        if !told.is_empty() {
            found.entry(rule.id.clone()).or_default().append(&mut told);
        }
    }
    found
}

/// The fields on which labels of a record rest, and those from which fields are worked out: by their names from the top,
/// without places in lists. `asked` are the labels that make a difference, as bits.
pub fn read_by_labels(domain: &Domain, record: RecordId, asked: u128) -> Vec<String> {
    let Some(fields) = record.get(&domain.records).map(|record| &record.fields) else { return Vec::new() };
    let mut reader = Reader { fields, variables: HashMap::new(), paths: Vec::new() };
    let mut marks =
        domain.marks.iter().filter(|mark| mark.record == record && asked & label_bit(mark.label) != 0).peekable();
    if marks.peek().is_some() {
        marks.for_each(|mark| reader.expression(&mark.when));
        let derivations = domain.derivations.iter().filter(|derivation| derivation.record == record);
        derivations.for_each(|derivation| reader.expression(&derivation.value));
    }
    reader.paths
}

/// One rule being looked through.
struct Reader<'r> {
    fields: &'r [Field],
    /// Where the value of each variable stands, if it stands somewhere.
    variables: HashMap<VariableId, Vec<FieldId>>,
    paths: Vec<String>,
}

impl Reader<'_> {
    fn rule(&mut self, rule: &Rule) {
        self.around(rule);
        rule.checks.iter().for_each(|check| self.check(check));
        rule.severities.iter().for_each(|(when, _)| self.expression(when));
    }

    /// What stands around the checks of a rule.
    fn around(&mut self, rule: &Rule) {
        if let Some(together) = &rule.together {
            together.keys.iter().for_each(|key| self.expression(key));
            together.asked.iter().for_each(|asked| self.bound(asked.variable, &asked.of));
            // The order of a group, and what lies near, are told by the dates.
            self.dates(self.fields, &mut Vec::new());
        }
        rule.scope.iter().for_each(|scope| self.expression(scope));
    }

    fn check(&mut self, check: &Check) {
        for step in &check.steps {
            match step {
                Step::Each { variable, list, .. } => self.bound(*variable, list),
                Step::Pairs { first, second, list, .. } => {
                    self.bound(*first, list);
                    self.bound(*second, list);
                }
                Step::Let { variable, value } => self.bound(*variable, value),
            }
        }
        let conditions = check.when.iter().chain(check.demands.iter().map(|demand| &demand.condition));
        conditions.for_each(|condition| self.expression(condition));
    }

    fn dates(&mut self, fields: &[Field], above: &mut Vec<FieldId>) {
        for (slot, field) in FieldId::numbered(fields) {
            above.push(slot);
            if field.dates_encounter {
                self.add(above);
            }
            if let Kind::Record(inner) = field.kind.innermost() {
                self.dates(inner, above);
            }
            above.pop();
        }
    }

    /// A variable, and the value or list that it stands for.
    fn bound(&mut self, variable: VariableId, value: &Expression) {
        self.expression(value);
        if let Expression::Path(path) = value
            && let Some(slots) = self.slots(path)
        {
            self.variables.insert(variable, slots);
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Path(path) => {
                if let Some(slots) = self.slots(path) {
                    self.add(&slots);
                }
            }
            Expression::Quantified { variable, list, .. } | Expression::Count { variable, list, .. } => {
                self.bound(*variable, list);
                expression.each_part(&mut |part| self.expression(part));
            }
            Expression::With { variable, value, body } => {
                self.bound(*variable, value);
                self.expression(body);
            }
            other => other.each_part(&mut |part| self.expression(part)),
        }
    }

    /// The slots of a path from the top; `None` if it starts from what was worked out.
    fn slots(&self, path: &Path) -> Option<Vec<FieldId>> {
        match path.root {
            Root::Encounter => Some(path.slots.clone()),
            Root::Variable(number) => {
                let above = self.variables.get(&number)?;
                Some(above.iter().chain(&path.slots).copied().collect())
            }
        }
    }

    fn add(&mut self, slots: &[FieldId]) {
        let (mut fields, mut name) = (self.fields, String::new());
        for slot in slots {
            let Some(field) = slot.get(fields) else { return };
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&field.name);
            fields = if let Kind::Record(inner) = field.kind.innermost() { inner } else { &[] };
        }
        // A record or list as a whole tells only whether it is there; what is read of it is read by its own path.
        if fields.is_empty() && !name.is_empty() && !self.paths.contains(&name) {
            self.paths.push(name);
        }
    }
}
