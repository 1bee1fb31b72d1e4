//! Which codes an audience may see: a labelled code is withheld, or shown as the nearest group that does not speak of
//! the label. A group whose codes are all labelled speaks of the label as they do.

use super::decide::Standing;
use crate::model::policy::CodeTreatment;
use crate::model::program::Shared;
use crate::registry::Registry;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

/// What happens to codes with a label. Answers are kept: a code is worked out once a program.
pub(super) struct CodeRules {
    /// Treatment by label, strictest word of all policies.
    by_label: Vec<CodeTreatment>,
    /// One memory a code set, made when it is first asked for.
    sets: Vec<OnceLock<Memory>>,
}

/// What is known of each code of a set; 0 where nothing is known yet.
struct Memory {
    /// 1: withheld; n + 2: shown as code n.
    shown: Vec<AtomicU32>,
    /// 1: may be shown; 2: it or all that is under it has a label that hides it.
    hidden: Vec<AtomicU32>,
}

impl CodeRules {
    pub fn new(shared: &Shared, standing: &Standing<'_>, set_count: u16) -> CodeRules {
        let mut by_label = vec![CodeTreatment::Keep; shared.labels.len()];
        for line in standing.policies.iter().flat_map(|policy| &policy.codes) {
            for (label, treatment) in by_label.iter_mut().enumerate() {
                if line.labels.is_empty() || line.labels.iter().any(|it| usize::from(*it) == label) {
                    *treatment = (*treatment).max(line.treatment);
                }
            }
        }
        CodeRules { by_label, sets: (0..set_count).map(|_| OnceLock::new()).collect() }
    }

    /// Whether some code may have to be hidden.
    pub fn hides_any(&self) -> bool {
        self.by_label.iter().any(|treatment| *treatment != CodeTreatment::Keep)
    }

    /// The code to show for a code: itself, a group above it, or `None` to withhold it.
    pub fn shown(&self, registry: &Registry, set: u16, code: u32) -> Option<u32> {
        if !self.hides_any() {
            return Some(code);
        }
        let memory = self.memory(registry, set)?;
        let known = memory.shown.get(code as usize)?;
        match known.load(Ordering::Relaxed) {
            0 => {
                let shown = self.work_out(registry, memory, set, code);
                known.store(shown.map_or(1, |code| code.saturating_add(2)), Ordering::Relaxed);
                shown
            }
            1 => None,
            code => Some(code - 2),
        }
    }

    /// Whether it may be shown as it is.
    pub fn is_shown(&self, registry: &Registry, set: u16, code: u32) -> bool {
        self.shown(registry, set, code) == Some(code)
    }

    fn memory(&self, registry: &Registry, set: u16) -> Option<&Memory> {
        Some(self.sets.get(usize::from(set))?.get_or_init(|| {
            let fresh = || (0..registry.codes(set).len()).map(|_| AtomicU32::new(0)).collect();
            Memory { shown: fresh(), hidden: fresh() }
        }))
    }

    fn work_out(&self, registry: &Registry, memory: &Memory, set: u16, code: u32) -> Option<u32> {
        if self.treatment(registry, set, code) == CodeTreatment::Withhold {
            return None;
        }
        let hidden = |code: u32| self.is_hidden(registry, memory, set, code, 0);
        if !hidden(code) {
            return Some(code);
        }
        registry.codes(set).ancestors(code).into_iter().find(|above| !hidden(*above))
    }

    fn treatment(&self, registry: &Registry, set: u16, code: u32) -> CodeTreatment {
        let labels = registry.codes(set).labels(code);
        // A label that no policy of this registry knows is treated as the strictest.
        let of = |label: u16| self.by_label.get(usize::from(label)).copied().unwrap_or(CodeTreatment::Withhold);
        labels.into_iter().map(of).max().unwrap_or(CodeTreatment::Keep)
    }

    fn is_hidden(&self, registry: &Registry, memory: &Memory, set: u16, code: u32, depth: u8) -> bool {
        let Some(known) = memory.hidden.get(code as usize) else { return true };
        match known.load(Ordering::Relaxed) {
            0 => {
                let children = registry.codes(set).children(code);
                let hidden = self.treatment(registry, set, code) != CodeTreatment::Keep
                    || depth > 32
                    || !children.is_empty()
                        && children.into_iter().all(|child| self.is_hidden(registry, memory, set, child, depth + 1));
                known.store(1 + u32::from(hidden), Ordering::Relaxed);
                hidden
            }
            known => known == 2,
        }
    }
}
