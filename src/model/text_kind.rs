//! The kinds of text that identify, and the words of a policy for them: the one table of both.

macro_rules! kinds {
    ($($kind:ident $type:literal $word:literal $about:literal,)*) => {
        /// What a piece of text is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = $about] $kind,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// Its type in the list of spans: `NAME`.
            pub fn type_name(self) -> &'static str {
                match self { $(Kind::$kind => $type,)* }
            }

            /// Whether a word stands for a kind in a mask.
            pub fn is_word(word: &str) -> bool {
                matches!(word, $($word)|*)
            }

            /// The word that stands for it in a mask and in a policy: `person`.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)* }
            }
        }
    };
}

kinds! {
    Name "NAME" "person" "A person.",
    Ssn "SSN" "ssn" "A social security number.",
    CreditCard "CREDIT_CARD" "card" "A payment card.",
    Phone "PHONE" "phone" "A telephone or fax number.",
    Email "EMAIL" "email" "An e-mail address.",
    Ip "IP" "ip" "An internet address.",
    Iban "IBAN" "iban" "An international bank account.",
    Url "URL" "url" "A web address.",
    Date "DATE" "date" "A date.",
    Age "AGE" "age" "An age over 89.",
    Address "ADDRESS" "address" "A street address.",
    Location "LOCATION" "place" "A place.",
    Zip "ZIP" "zip" "A postal code.",
    Mrn "MRN" "record-number" "A medical record number.",
    HealthPlanId "HEALTH_PLAN_ID" "health-plan" "A number of a health plan or policy.",
    License "LICENSE" "licence" "A certificate or licence.",
    DriverLicense "DRIVER_LICENSE" "driver-licence" "A driver's licence.",
    Passport "PASSPORT" "passport" "A passport.",
    Account "ACCOUNT" "account" "An account.",
    Routing "ROUTING" "routing" "A bank's routing number.",
    TaxId "TAX_ID" "tax-id" "A tax number.",
    NationalId "NATIONAL_ID" "national-id" "A number a state gives to a person.",
    OtherId "OTHER_ID" "id" "Another unique number.",
    Vehicle "VEHICLE" "plate" "A licence plate.",
    DeviceId "DEVICE_ID" "device" "A serial number of a device.",
    Username "USERNAME" "user" "A user name or a password.",
    Npi "NPI" "npi" "A provider number.",
    Dea "DEA" "dea" "A prescriber's number.",
    Mbi "MBI" "mbi" "A Medicare beneficiary.",
    Mac "MAC" "mac" "A network device.",
    Vin "VIN" "vin" "A vehicle.",
    Crypto "CRYPTO" "crypto" "A wallet.",
    Org "ORG" "organisation" "An organisation.",
    Other "OTHER" "hidden" "What a hidden field of the record holds.",
}

/// Words of a policy that stand for several kinds, or for a kind by another name than its own.
const GROUPS: &[(&[&str], &[Kind])] = &[
    (&["person", "name"], &[Kind::Name]),
    (&["place", "location"], &[Kind::Address, Kind::Location, Kind::Zip]),
    (&["contact"], &[Kind::Phone, Kind::Email, Kind::Url, Kind::Username]),
    (&["account"], &[Kind::Account, Kind::Iban, Kind::Routing, Kind::Crypto]),
    (&["vehicle"], &[Kind::Vehicle, Kind::Vin]),
    (&["device"], &[Kind::DeviceId, Kind::Mac]),
    (&["ip"], &[Kind::Ip, Kind::Mac]),
    (&["licence", "license"], &[Kind::License, Kind::DriverLicense]),
    (&["driver-license"], &[Kind::DriverLicense]),
    (&["mrn"], &[Kind::Mrn]),
    (&["username"], &[Kind::Username]),
    (&["org", "organization"], &[Kind::Org]),
    (&["other"], &[Kind::Other]),
    (
        &["id", "number"],
        &[
            Kind::Mrn,
            Kind::HealthPlanId,
            Kind::License,
            Kind::DriverLicense,
            Kind::Passport,
            Kind::TaxId,
            Kind::NationalId,
            Kind::OtherId,
            Kind::Npi,
            Kind::Dea,
            Kind::Mbi,
        ],
    ),
];

/// A choice of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u64);

impl Kinds {
    /// Every kind but organisations, which a policy has to name.
    pub fn all() -> Kinds {
        Kind::ALL.iter().filter(|kind| **kind != Kind::Org).fold(Kinds::default(), |kinds, kind| kinds.with(*kind))
    }

    /// The same and one more.
    #[must_use]
    pub fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | 1 << kind as u64)
    }

    /// Whether it is one of them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u64 & 1 == 1
    }

    /// Whether one of these is one of them.
    pub fn has_any(self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.has(*kind))
    }

    /// The kinds a word of a policy stands for; `None` if it stands for none.
    pub fn named(word: &str) -> Option<Kinds> {
        if let Some((_, kinds)) = GROUPS.iter().find(|(words, _)| words.contains(&word)) {
            return Some(kinds.iter().fold(Kinds::default(), |all, kind| all.with(*kind)));
        }
        Kind::ALL.iter().find(|kind| kind.word() == word).map(|kind| Kinds::default().with(*kind))
    }

    /// Every word that a policy may say.
    pub fn words() -> impl Iterator<Item = &'static str> {
        let groups = || GROUPS.iter().flat_map(|(words, _)| words.iter().copied());
        let own = Kind::ALL.iter().map(|kind| kind.word());
        groups().chain(own.filter(move |word| !groups().any(|group| group == *word)))
    }
}
