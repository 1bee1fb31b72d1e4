//! Labels and policies.

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::build::Pair;
use crate::definitions::parse::build::Parts;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::recover::Place;
use crate::definitions::parse::tree::EncounterDef;
use crate::definitions::parse::tree::LabelDef;
use crate::definitions::parse::tree::LiftDef;
use crate::definitions::parse::tree::OperatorDef;
use crate::definitions::parse::tree::PolicyDef;
use crate::definitions::parse::tree::PolicyItem;
use crate::definitions::parse::tree::PurposeDef;
use crate::definitions::parse::tree::SelectorDef;
use crate::definitions::parse::tree::TextDef;
use crate::diagnostics::span::Spanned;
use crate::model::policy::CodeTreatment;
use crate::model::policy::Showing;

impl Builder<'_> {
    pub(super) fn label_def(&mut self, pair: Pair<'_>) -> Option<LabelDef> {
        let mut parts = Parts::of(pair);
        let mut label = LabelDef {
            name: self.next_name(&mut parts)?,
            title: self.next_name(&mut parts)?,
            see: None,
            says: Vec::new(),
            fields: Vec::new(),
            is_never_shown: false,
            wants_own_consent: false,
        };
        if let Some(body) = parts.next() {
            self.items(body, Place::Label, |builder, pair| {
                match pair.as_rule() {
                    Rule::says => label.says.extend(builder.names(&mut Parts::of(pair))),
                    Rule::label_fields => label.fields.extend(builder.names(&mut Parts::of(pair))),
                    Rule::never_shown => label.is_never_shown = true,
                    Rule::own_consent => label.wants_own_consent = true,
                    _ => label.see = builder.inner_name(pair),
                }
                Some(())
            });
        }
        Some(label)
    }

    pub(super) fn purpose_def(&mut self, pair: Pair<'_>) -> Option<PurposeDef> {
        let mut parts = Parts::of(pair);
        let mut purpose = PurposeDef {
            name: self.next_name(&mut parts)?,
            title: self.next_name(&mut parts)?,
            see: None,
            under: None,
            is_emergency: false,
            is_public: false,
        };
        if let Some(body) = parts.next() {
            self.items(body, Place::Purpose, |builder, pair| {
                match pair.as_rule() {
                    Rule::emergency => purpose.is_emergency = true,
                    Rule::public => purpose.is_public = true,
                    Rule::purpose_under => purpose.under = builder.inner_name(pair),
                    _ => purpose.see = builder.inner_name(pair),
                }
                Some(())
            });
        }
        Some(purpose)
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
            Rule::policy_says => {
                let says = parts.next()?;
                self.refuse_old(&says);
                let item = self.policy_item(says)?;
                let days = self.days(&mut parts);
                if days.days().is_always() { item } else { PolicyItem::Dated(Box::new(item), days) }
            }
            Rule::audience => PolicyItem::Audience(self.next_name(&mut parts)?),
            Rule::version => PolicyItem::Version(self.number(parts.next()?)?),
            Rule::purpose => {
                let purposes = self.names(&mut parts);
                let not = parts.next().map(|pair| self.names(&mut Parts::of(pair))).unwrap_or_default();
                PolicyItem::Purpose { purposes, not }
            }
            Rule::verb_fields | Rule::every_fields | Rule::path_fields => {
                let (selectors, operator) = self.field_line(rule, &mut parts)?;
                PolicyItem::Fields { selectors, operator }
            }
            Rule::guard => {
                let labels = self.names(&mut parts);
                let unless = parts.next().map(|pair| self.lifts(pair)).unwrap_or_default();
                PolicyItem::Withhold { labels, unless }
            }
            Rule::requires_consent => PolicyItem::RequireConsent,
            Rule::domains_keep => {
                let name = self.next_name(&mut parts)?;
                let operator = OperatorDef { name, argument: None };
                PolicyItem::Domains { selectors: self.selectors(&mut parts), operator }
            }
            Rule::domains_coarsen => {
                let (selectors, operator) = self.field_line(Rule::path_fields, &mut parts)?;
                PolicyItem::Domains { selectors, operator }
            }
            Rule::encounters => self.encounters(&mut parts)?,
            Rule::obligation => PolicyItem::Obligation {
                name: self.next_name(&mut parts)?,
                text: self.next_name(&mut parts)?,
                labels: parts.next().map(|pair| self.names(&mut Parts::of(pair))).unwrap_or_default(),
            },
            Rule::text_policy => self.text_policy(&mut parts)?,
            Rule::codes_policy => self.codes_policy(&mut parts)?,
            Rule::candidates => PolicyItem::Candidates(showing(parts.next()?.as_str())),
            Rule::findings => PolicyItem::Findings(showing(parts.next()?.as_str())),
            Rule::counts => {
                PolicyItem::Counts { under: self.number(parts.next()?)?, complement: parts.has(Rule::complement) }
            }
            _ => return None,
        })
    }

    /// `remove …`, `every … to OP`, `PATH to OP`: which fields, and what is done.
    fn field_line(&mut self, rule: Rule, parts: &mut Parts<'_>) -> Option<(Vec<Spanned<SelectorDef>>, OperatorDef)> {
        if rule == Rule::verb_fields {
            let operator = OperatorDef { name: self.next_name(parts)?, argument: None };
            return Some((self.selectors(parts), operator));
        }
        let selectors = self.selectors(parts);
        let mut operator = Parts::of(parts.next()?);
        let name = self.next_name(&mut operator)?;
        let argument = operator.next().and_then(|pair| self.number(pair));
        Some((selectors, OperatorDef { name, argument }))
    }

    fn lifts(&mut self, pair: Pair<'_>) -> Vec<LiftDef> {
        let lift = |pair: Pair<'_>| match pair.as_rule() {
            Rule::by_consent => LiftDef::Consent,
            Rule::emergency => LiftDef::Emergency,
            _ => LiftDef::Recipient(self.names(&mut Parts::of(pair))),
        };
        pair.into_inner().map(lift).collect()
    }

    fn encounters(&mut self, parts: &mut Parts<'_>) -> Option<PolicyItem> {
        let labels = parts.take(Rule::labelled_codes).map(|pair| self.names(&mut Parts::of(pair)))?;
        let pair = parts.next()?;
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let doing = match rule {
            Rule::refuse => EncounterDef::Refuse,
            Rule::encounter_codes => EncounterDef::Codes(code_treatment(&parts.next()?)),
            _ => {
                let (selectors, operator) = self.field_line(rule, &mut parts)?;
                EncounterDef::Fields { selectors, operator }
            }
        };
        Some(PolicyItem::Encounters { labels, doing })
    }

    fn text_policy(&mut self, parts: &mut Parts<'_>) -> Option<PolicyItem> {
        let verb = parts.next()?;
        let mut kinds = self.names(parts);
        if kinds.len() == 1 {
            kinds.retain(|kind| kind.item != "all");
        }
        let replacement = parts.next().and_then(|pair| self.inner_name(pair));
        Some(PolicyItem::Text(match verb.as_str() {
            "keep" => TextDef::Keep,
            "remove" => TextDef::Remove,
            _ => TextDef::Mask { kinds, replacement },
        }))
    }

    fn codes_policy(&mut self, parts: &mut Parts<'_>) -> Option<PolicyItem> {
        let labels = match parts.take(Rule::labelled_codes) {
            Some(pair) => self.names(&mut Parts::of(pair)),
            None => Vec::new(),
        };
        let treatment = code_treatment(&parts.next()?);
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
            Rule::every_plain => SelectorDef::Plain,
            Rule::every_signal => SelectorDef::Signal,
            Rule::every_field => SelectorDef::Every,
            Rule::undeclared => SelectorDef::Undeclared,
            _ => SelectorDef::Path(self.path(inner)?),
        })
    }
}

// The grammar lets through the words below and no others, so the last of each list stands for itself.

fn code_treatment(pair: &Pair<'_>) -> CodeTreatment {
    match (pair.as_rule(), pair.as_str()) {
        (Rule::roll_up, _) => CodeTreatment::RollUp,
        (_, "keep") => CodeTreatment::Keep,
        _ => CodeTreatment::Withhold,
    }
}

fn showing(word: &str) -> Showing {
    match word {
        "remove" => Showing::Remove,
        "codes-only" => Showing::CodesOnly,
        _ => Showing::Keep,
    }
}
