//! The script host. Imports model, registry.
