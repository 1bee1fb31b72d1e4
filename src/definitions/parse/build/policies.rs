//! Labels and policies.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::LabelDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::OperatorDef;
use crate::definitions::parse::tree::PolicyDef;
use crate::definitions::parse::tree::PolicyItem;
use crate::definitions::parse::tree::SelectorDef;
use crate::diagnostics::span::Spanned;

impl Builder<'_> {
    pub(super) fn label_def(&mut self, pair: Pair<'_>) -> Option<LabelDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let title = self.next_name(&mut parts)?;
        let see = parts.next().and_then(|body| {
            let sources = self.items(body, Place::Label, Builder::inner_name);
            sources.into_iter().next().map(|source| source.item)
        });
        Some(LabelDef { name, title, see })
    }

    pub(super) fn policy(&mut self, pair: Pair<'_>) -> Option<PolicyDef> {
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts)?;
        let title = self.title(&mut parts);
        let items = self.policy_body(parts.next()?);
        Some(PolicyDef { name, title, items })
    }

    pub(super) fn policy_body(&mut self, block: Pair<'_>) -> Vec<Spanned<PolicyItem>> {
        self.items(block, Place::Policy, Builder::policy_item)
    }

    fn policy_item(&mut self, pair: Pair<'_>) -> Option<PolicyItem> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Some(match rule {
            Rule::audience => PolicyItem::Audience(self.next_name(&mut parts)?),
            Rule::version => PolicyItem::Version(self.number(parts.next()?)?),
            Rule::purpose => PolicyItem::Purpose(self.next_name(&mut parts)?),
            Rule::verb_fields => {
                let operator = OperatorDef { name: self.next_name(&mut parts)?, argument: None };
                PolicyItem::Fields { selectors: self.selectors(&mut parts), operator }
            }
            Rule::every_fields | Rule::path_fields => {
                let selectors = self.selectors(&mut parts);
                let mut operator = Parts::of(parts.next()?);
                let name = self.next_name(&mut operator)?;
                let argument = operator.next().and_then(|pair| self.number(pair));
                PolicyItem::Fields { selectors, operator: OperatorDef { name, argument } }
            }
            Rule::text_policy => self.text_policy(&mut parts)?,
            Rule::codes_policy => self.codes_policy(&mut parts)?,
            Rule::candidates => PolicyItem::Candidates(self.next_name(&mut parts)?),
            Rule::findings => PolicyItem::Findings(self.next_name(&mut parts)?),
            Rule::counts => {
                PolicyItem::Counts { under: self.number(parts.next()?)?, complement: parts.has(Rule::complement) }
            }
            _ => return None,
        })
    }

    fn text_policy(&mut self, parts: &mut Parts<'_>) -> Option<PolicyItem> {
        let verb = self.next_name(parts)?;
        let mut kinds = self.names(parts);
        if kinds.len() == 1 {
            kinds.retain(|kind| kind.item != "all");
        }
        let replacement = parts.next().and_then(|pair| self.inner_name(pair));
        Some(PolicyItem::Text { verb, kinds, replacement })
    }

    fn codes_policy(&mut self, parts: &mut Parts<'_>) -> Option<PolicyItem> {
        let labels = match parts.take(Rule::labelled_codes) {
            Some(pair) => self.names(&mut Parts::of(pair)),
            None => Vec::new(),
        };
        let pair = parts.next()?;
        let treatment = match pair.as_rule() {
            Rule::roll_up => Name::new("roll-up".to_owned(), self.span(&pair)),
            _ => self.name(pair),
        };
        Some(PolicyItem::Codes { labels, treatment })
    }

    fn selectors(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<SelectorDef>> {
        let mut selectors = Vec::new();
        while let Some(pair) = parts.take(Rule::selector) {
            let span = self.span(&pair);
            selectors.extend(self.selector(pair).map(|selector| Spanned::new(selector, span)));
        }
        selectors
    }

    fn selector(&mut self, pair: Pair<'_>) -> Option<SelectorDef> {
        let inner = pair.into_inner().next()?;
        Some(match inner.as_rule() {
            Rule::identifying => SelectorDef::Identifying(inner.into_inner().map(|kind| self.name(kind)).collect()),
            Rule::every_quasi => SelectorDef::QuasiIdentifier,
            Rule::every_date => SelectorDef::Date,
            Rule::every_free => SelectorDef::Free,
            Rule::every_sensitive => SelectorDef::Sensitive(self.inner_name(inner)),
            Rule::undeclared => SelectorDef::Undeclared,
            _ => SelectorDef::Path(self.path(inner)?),
        })
    }
}
