//! A registry of what was compiled.
#![expect(clippy::unwrap_used, reason = "benches and tests")]

use std::path::Path;
use std::sync::Arc;
use tencode::definitions::compile::Outcome;
use tencode::registry;
use tencode::registry::Registry;

/// Writes it to a file in `folder` and opens that.
pub fn registry(outcome: &Outcome, folder: &Path) -> Arc<Registry> {
    let path = folder.join("it.registry");
    let parts = outcome.compiled.parts([0; 32]);
    registry::write(&path, &parts).unwrap();
    Arc::new(Registry::open(&path).unwrap())
}
