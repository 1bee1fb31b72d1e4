//! Which codes an audience may see: a labelled code is withheld, or shown as the nearest group that does not speak of
//! the label. A group speaks of it if at least half of the codes in it have it.

use super::standing::Standing;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::LabelId;
use crate::model::ids::SetId;
use crate::model::outcome::label_bit;
use crate::model::policy::CodeTreatment;
use crate::model::program::Shared;
use crate::registry::Registry;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

/// What happens to codes with a label. Answers are kept: a code is worked out once a program.
pub(super) struct CodeRules {
    /// Treatment by label, strictest word of all policies.
    by_line: Vec<CodeTreatment>,
    /// The same, and what is guarded is withheld.
    by_label: Vec<CodeTreatment>,
    /// One memory a code set, made when it is first asked for.
    sets: Vec<OnceLock<Memory>>,
}

/// What one encounter adds to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodeCase {
    /// Labels whose guard is lifted.
    pub lifted: u128,
    /// What is done to every code, as the encounter has a label itself.
    pub raised: CodeTreatment,
    /// Days that may be the encounter's: a code has those of its labels that hold on one of them.
    pub days: Option<(Day, Day)>,
}

/// An encounter that adds nothing.
pub(super) const PLAIN: CodeCase = CodeCase { lifted: 0, raised: CodeTreatment::Keep, days: None };

/// What is known of each code of a set.
struct Memory {
    /// 0: not known yet; 1: withheld; n + 2: shown as code n.
    shown: Vec<AtomicU32>,
    /// Codes that speak of a label: they have it, or at least half of what is under them has it.
    speaks: OnceLock<Vec<bool>>,
}

impl CodeRules {
    /// `guarded` are the labels whose guard nothing but a consent lifts for this audience and purpose.
    pub fn new(shared: &Shared, standing: &Standing<'_>, guarded: u128, set_count: usize) -> CodeRules {
        let unsaid = if standing.keeps_codes() { CodeTreatment::Keep } else { CodeTreatment::Withhold };
        let mut by_line = vec![unsaid; shared.labels.len()];
        for line in standing.policies.iter().flat_map(|policy| &policy.codes) {
            for (label, treatment) in LabelId::numbered(&mut by_line) {
                if line.labels.is_empty() || line.labels.contains(&label) {
                    *treatment = (*treatment).max(line.treatment);
                }
            }
        }
        let with_guard = |(label, line): (LabelId, &CodeTreatment)| {
            if guarded & label_bit(label) == 0 { *line } else { CodeTreatment::Withhold }
        };
        let by_label = LabelId::numbered(&by_line).map(with_guard).collect();
        CodeRules { by_line, by_label, sets: (0..set_count).map(|_| OnceLock::new()).collect() }
    }

    /// Whether some code may have to be hidden.
    pub fn hides_any(&self, case: CodeCase) -> bool {
        case.raised != CodeTreatment::Keep || self.by_label.iter().any(|treatment| *treatment != CodeTreatment::Keep)
    }

    /// Labels whose codes some line hides, whatever the encounter, as bits.
    pub fn hidden_labels(&self) -> u128 {
        let hidden = LabelId::numbered(&self.by_line).filter(|(_, treatment)| **treatment != CodeTreatment::Keep);
        hidden.fold(0, |bits, (label, _)| bits | label_bit(label))
    }

    /// What happens to codes with a label.
    pub fn of_label(&self, label: LabelId) -> CodeTreatment {
        label.get(&self.by_label).copied().unwrap_or(CodeTreatment::Withhold)
    }

    /// The code to show for a code: itself, a group above it, or `None` to withhold it.
    pub fn shown(&self, registry: &Registry, set: SetId, code: CodeId, case: CodeCase) -> Option<CodeId> {
        if !self.hides_any(case) {
            return Some(code);
        }
        let memory = self.memory(registry, set)?;
        let days = case.days.filter(|_| registry.codes(set).has_dated_label(code));
        let case = CodeCase { days, ..case };
        if case != PLAIN {
            return self.work_out(registry, memory, set, code, case);
        }
        let known = code.get(&memory.shown)?;
        match known.load(Ordering::Relaxed) {
            0 => {
                let shown = self.work_out(registry, memory, set, code, case);
                known.store(shown.map_or(1, |code| code.to_stored().saturating_add(2)), Ordering::Relaxed);
                shown
            }
            1 => None,
            code => CodeId::from_stored(code - 2),
        }
    }

    /// Whether it may be shown as it is.
    pub fn is_shown(&self, registry: &Registry, set: SetId, code: CodeId, case: CodeCase) -> bool {
        self.shown(registry, set, code, case) == Some(code)
    }

    fn memory(&self, registry: &Registry, set: SetId) -> Option<&Memory> {
        Some(set.get(&self.sets)?.get_or_init(|| {
            let shown = (0..registry.codes(set).len()).map(|_| AtomicU32::new(0)).collect();
            Memory { shown, speaks: OnceLock::new() }
        }))
    }

    fn work_out(
        &self,
        registry: &Registry,
        memory: &Memory,
        set: SetId,
        code: CodeId,
        case: CodeCase,
    ) -> Option<CodeId> {
        let codes = registry.codes(set);
        let treatment = self.treatment(registry, set, code, case).max(case.raised);
        if treatment == CodeTreatment::Withhold {
            return None;
        }
        if treatment == CodeTreatment::Keep && codes.children(code).is_empty() {
            return Some(code);
        }
        // A guard that is lifted is not taken out of the count, nor a label that does not hold on the day: a group above
        // is only shown more seldom by that.
        let speaks = memory.speaks.get_or_init(|| self.speaking(registry, set));
        let speaks = |code: CodeId| code.get(speaks).copied().unwrap_or(true);
        if treatment == CodeTreatment::Keep && !speaks(code) {
            return Some(code);
        }
        codes.ancestors(code).into_iter().find(|above| !speaks(*above))
    }

    fn treatment(&self, registry: &Registry, set: SetId, code: CodeId, case: CodeCase) -> CodeTreatment {
        let labels = registry.codes(set).labels_within(code, case.days);
        // A label that no policy of this registry knows is treated as the strictest.
        let of = |label: LabelId| {
            let known = if case.lifted & label_bit(label) == 0 { &self.by_label } else { &self.by_line };
            label.get(known).copied().unwrap_or(CodeTreatment::Withhold)
        };
        labels.into_iter().map(of).max().unwrap_or(CodeTreatment::Keep)
    }

    /// For each code of a set whether it speaks of a hidden label.
    fn speaking(&self, registry: &Registry, set: SetId) -> Vec<bool> {
        let codes = registry.codes(set);
        let is_hidden = |code: CodeId| self.treatment(registry, set, code, PLAIN) != CodeTreatment::Keep;
        let own: Vec<bool> = codes.all().map(is_hidden).collect();
        // Hidden and all leaves under each code; codes stand in pre-order, so what is below comes later.
        let mut counts = vec![(0_u32, 0_u32); own.len()];
        for (code, hidden) in CodeId::numbered(&own).collect::<Vec<_>>().into_iter().rev() {
            let Some(count) = code.get_mut(&mut counts) else { continue };
            if count.1 == 0 {
                *count = (u32::from(*hidden), 1);
            }
            let (hidden, all) = *count;
            if let Some(above) = codes.parent(code).and_then(|parent| parent.get_mut(&mut counts)) {
                *above = (above.0 + hidden, above.1 + all);
            }
        }
        own.iter().zip(&counts).map(|(own, (hidden, all))| *own || hidden * 2 >= *all).collect()
    }
}
