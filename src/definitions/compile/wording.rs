//! How people word what a code set says: the lists of a domain, and of `shared`, that search and classification read.

use super::content::Draft;
use super::world::World;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::MemberDef;
use crate::model::content::Wording;
use crate::model::ids::DomainId;
use crate::model::ids::SetId;

/// Short forms, and what they stand for.
const SPELLINGS: &str = "spellings";
/// Words of which a title has one and not another: `left right bilateral`.
const CHOICES: &str = "search-choices";
/// Words of a title that hold unless a text says otherwise: `initial encounter`.
const DEFAULTS: &str = "search-defaults";
/// Words that a title must have if the text has them, and the other way round: `family history`.
const SETTINGS: &str = "search-settings";
/// Words that people say whatever they come for: `want`, `again`.
const FAINT: &str = "search-faint";
/// Groups whose codes stand beside others and never alone.
const LAST: &str = "search-last";
/// Words that name a part of something: none of them alone is a term.
const PARTS: &str = "search-parts";
/// Groups whose codes say less than a code of another group.
const LATER: &str = "search-later";

/// Gives each code set the wording of its domain.
pub(super) fn fill(world: &mut World, drafts: &[Draft<'_>]) {
    for (set, draft) in SetId::numbered(drafts.iter()) {
        let wording = wording(world, draft.domain);
        if let Some(set) = set.get_mut(&mut world.sets) {
            set.wording = wording;
        }
    }
}

fn wording(world: &World, domain: DomainId) -> Wording {
    let members = |name: &'static str| {
        let shared = world.shared.filter(|shared| *shared != domain);
        let domains = std::iter::once(domain).chain(shared);
        domains.filter_map(move |domain| domain.get(&world.domains)?.lists.get(name)).flatten()
    };
    let texts = |name| members(name).filter_map(short_form).collect();
    Wording {
        spellings: members(SPELLINGS).filter_map(pair).collect(),
        choices: texts(CHOICES),
        defaults: texts(DEFAULTS),
        settings: texts(SETTINGS),
        faint: texts(FAINT),
        last: texts(LAST),
        parts: texts(PARTS),
        later: texts(LATER),
    }
}

/// A short form and what it stands for.
fn pair(member: &MemberDef) -> Option<(String, String)> {
    match member {
        MemberDef::Spelled(short, long) => Some((short_form(short)?, long.item.clone())),
        MemberDef::Dated(inner, _) => pair(inner),
        MemberDef::One(_) | MemberDef::Range(..) => None,
    }
}

/// A member that is a word or text.
pub(super) fn short_form(member: &MemberDef) -> Option<String> {
    match member {
        MemberDef::One(Expr::Text(text) | Expr::Word(text)) => Some(text.clone()),
        MemberDef::Spelled(short, _) => short_form(short),
        MemberDef::One(_) | MemberDef::Range(..) | MemberDef::Dated(..) => None,
    }
}
