//! What all domains stand on.

use super::wording;
use super::world::World;
use crate::definitions::load::DomainSource;
use crate::model::ids::DomainId;
use crate::model::program::CUE_LISTS;
use crate::model::program::Domain;
use crate::model::program::Shared;

/// What all domains stand on: labels, the policies of `shared` and its word lists.
pub(super) fn shared(sources: &[DomainSource], world: &World, domains: &[Domain]) -> Shared {
    let policies = world.shared.and_then(|shared| shared.get(domains)).map(|domain| domain.policies.clone());
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    if let Some(names) = world.shared.and_then(|shared| shared.get(&world.domains)) {
        let mut words: Vec<_> = names.lists.iter().collect();
        words.sort_by(|one, two| one.0.cmp(two.0));
        for (name, members) in words {
            lists.push((name.clone(), members.iter().filter_map(wording::short_form).collect()));
        }
    }
    Shared {
        sets: world.sets.iter().map(|set| set.name.clone()).collect(),
        labels: world.labels.clone(),
        label_rules: world.label_rules.clone(),
        purposes: world.purposes.clone(),
        policies: policies.unwrap_or_default(),
        domains: sources.iter().map(|source| source.name.clone()).collect(),
        lists,
    }
}

/// The words that a domain adds to the lists of cues.
pub(super) fn cues(world: &World, domain: DomainId) -> Vec<(String, Vec<String>)> {
    let own = domain.get(&world.domains).filter(|_| world.shared != Some(domain));
    let words = |name: &str| own.and_then(|names| names.lists.get(name)).into_iter().flatten();
    let lists =
        CUE_LISTS.into_iter().map(|name| (name.to_owned(), words(name).filter_map(wording::short_form).collect()));
    lists.filter(|(_, words): &(String, Vec<String>)| !words.is_empty()).collect()
}
