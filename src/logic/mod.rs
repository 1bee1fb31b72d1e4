//! Evaluates expressions, tables and rules on an encounter. Imports model, registry.
