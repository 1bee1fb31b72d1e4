//! Code sets by the names that people give.

use crate::diagnostics::did_you_mean;
use crate::model::ids::SetId;
use crate::registry;
use crate::registry::Registry;

/// Why no code set is meant.
#[derive(Debug, thiserror::Error)]
pub enum NoSet {
    /// There is no such code set; what may be meant.
    #[error("there is no code set `{0}`{1}")]
    Unknown(String, String),
    /// There is no such domain; what may be meant.
    #[error("there is no domain `{0}`{1}")]
    NoDomain(String, String),
    /// The registry cannot be read.
    #[error(transparent)]
    Registry(#[from] registry::Error),
}

/// The code set of a name.
///
/// # Errors
/// If there is none.
pub fn set(registry: &Registry, name: &str) -> Result<SetId, NoSet> {
    registry.set(name).ok_or_else(|| {
        let known = || registry.sets().map(|set| registry.codes(set).full_name());
        let letters =
            |name: &str| name.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase();
        let wanted = letters(name);
        let is_alike = |it: &&str| it.contains(name) || !wanted.is_empty() && letters(it).contains(&wanted);
        let alike: Vec<String> = known().filter(is_alike).map(|it| format!("`{it}`")).collect();
        let near = did_you_mean(name, known());
        let help = near.or_else(|| (!alike.is_empty()).then(|| format!("there is {}", alike.join(", "))));
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        NoSet::Unknown(name.to_owned(), help)
    })
}

/// The code sets that are asked about: the one named, as a domain means it if one is named, else all.
///
/// # Errors
/// If there is no such code set or domain.
pub fn sets_for(registry: &Registry, name: Option<&str>, domain: Option<&str>) -> Result<Vec<SetId>, NoSet> {
    let Some(domain) = domain else {
        return name.map_or_else(|| Ok(registry.sets().collect()), |name| Ok(vec![set(registry, name)?]));
    };
    let of = registry.domain(domain)?.ok_or_else(|| {
        let near = did_you_mean(domain, registry.domain_names()).map(|near| format!("; {near}")).unwrap_or_default();
        NoSet::NoDomain(domain.to_owned(), near)
    })?;
    match name {
        Some(name) => Ok(vec![registry.set_of(&of, name).map_or_else(|| set(registry, name), Ok)?]),
        None => Ok(of.sets.clone()),
    }
}

/// Whether a code of the form that a set has in a domain is one of the set itself, and that is asked too: it is shown once.
pub fn is_repeated(registry: &Registry, set: SetId, asked: &[SetId], code: &str) -> bool {
    let codes = registry.codes(set);
    let plain = registry.set(codes.name()).filter(|plain| *plain != set && asked.contains(plain));
    plain.is_some_and(|plain| registry.codes(plain).find(code).is_some())
}
