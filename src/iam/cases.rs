//! The neutral case format: one request with all its layers as one JSON object.
//!
//! Members: `id`, `principal`, `action`, `resource`, `resource_account`, `context` with `context_complete` (false: an absent
//! key is unknown), `identity[]`, `boundary[]`, `session` (null: none), `resource_policy` (null: none; also the trust
//! policy), `scp` and `rcp` (lists of `{level, policies[]}`; empty: no such layer; null: unreadable), `endpoint[]`, `expect`;
//! `kms_grants[]` as `kms:ListGrants` answers; `restrict_public_buckets` (true, false, null: unreadable).
//! Other members are ignored. A policy may stand there as an object, as its text, or as the API wraps it
//! (`PolicyDocument`); one value may stand for a list of one; a principal may be written as in a policy (`{"AWS": …}`), and
//! nobody is `"*"` or null.

use super::context::Context;
use super::decision::Decision;
use super::evaluate::evaluate;
use super::json::Json;
use super::layers::{Guardrail, KmsGrant, Layers, Level, ResourcePolicy, RestrictPublicBuckets};
use super::policy::Policy;
use super::principal::Caller;
use super::request::Request;

/// One case, compiled.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// The verdict it expects, if it says so.
    pub expect: Option<String>,
    caller: Caller,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    identity: Vec<Policy>,
    boundary: Vec<Policy>,
    session: Option<Vec<Policy>>,
    resource_policy: Option<Policy>,
    scp: Guard,
    rcp: Guard,
    endpoint: Vec<Policy>,
    kms_grants: Vec<KmsGrant>,
    restrict_public_buckets: RestrictPublicBuckets,
}

#[derive(Debug, Clone)]
enum Guard {
    None,
    Unreadable,
    Levels(LevelList),
}

impl Case {
    /// Reads one case.
    ///
    /// # Errors
    /// When the text is no JSON object or lacks `principal`, `action` or `resource`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let json = Json::parse(text)?;
        let need = |key: &str| text_of(&json, key).ok_or_else(|| format!("`{key}` is missing"));
        Ok(Self {
            id: text_of(&json, "id").unwrap_or_default(),
            expect: text_of(&json, "expect"),
            caller: caller(json.get("principal")).ok_or("`principal` is missing")?,
            action: need("action")?,
            resource: need("resource")?,
            resource_account: text_of(&json, "resource_account"),
            context: context(&json),
            identity: policies(&json, "identity"),
            boundary: policies(&json, "boundary"),
            session: Some(policies(&json, "session")).filter(|policies| !policies.is_empty()),
            resource_policy: present(&json, "resource_policy").map(|value| document("resource_policy", value)),
            scp: guard(&json, "scp"),
            rcp: guard(&json, "rcp"),
            endpoint: policies(&json, "endpoint"),
            kms_grants: present(&json, "kms_grants").map_or(&[][..], Json::one_or_many).iter().map(grant).collect(),
            restrict_public_buckets: match json.get("restrict_public_buckets") {
                None | Some(Json::Bool(false)) => RestrictPublicBuckets::Off,
                Some(Json::Bool(true)) => RestrictPublicBuckets::On,
                Some(_) => RestrictPublicBuckets::Unknown,
            },
        })
    }

    /// Decides the case.
    #[must_use]
    pub fn decide(&self) -> Decision {
        let account = self.resource_account.as_deref();
        let request = Request::new(&self.caller, &self.action, &self.resource, account, &self.context);
        evaluate(&request, &self.layers())
    }

    /// The layers of the case.
    #[must_use]
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            identity: self.identity.iter().collect(),
            boundary: self.boundary.iter().collect(),
            session: self.session.as_ref().map(|policies| policies.iter().collect()),
            resource_policy: self.resource_policy.as_ref().map_or(ResourcePolicy::None, ResourcePolicy::Read),
            scp: self.scp.guardrail(),
            rcp: self.rcp.guardrail(),
            endpoint: self.endpoint.iter().collect(),
            kms_grants: self.kms_grants.clone(),
            restrict_public_buckets: self.restrict_public_buckets,
        }
    }
}

impl Guard {
    fn guardrail(&self) -> Guardrail<'_> {
        match self {
            Self::None => Guardrail::NotApplicable,
            Self::Unreadable => Guardrail::Unreadable,
            Self::Levels(levels) => Guardrail::Levels(
                levels.iter().map(|(name, policies)| Level { name, policies: policies.iter().collect() }).collect(),
            ),
        }
    }
}

/// The caller: a text, null for nobody, or one entry of a `Principal` element.
fn caller(json: Option<&Json>) -> Option<Caller> {
    match json? {
        Json::Null => Some(Caller::parse("*")),
        Json::Object(members) => match members.as_slice() {
            [(_, name)] => Some(Caller::parse(&name.one_or_many().first()?.scalar()?)),
            _ => None,
        },
        text => Some(Caller::parse(&text.scalar()?)),
    }
}

fn text_of(json: &Json, key: &str) -> Option<String> {
    json.get(key).and_then(Json::scalar)
}

fn present<'j>(json: &'j Json, key: &str) -> Option<&'j Json> {
    json.get(key).filter(|value| !matches!(value, Json::Null))
}

fn policies(json: &Json, key: &str) -> Vec<Policy> {
    let documents = present(json, key).map_or(&[][..], Json::one_or_many);
    documents.iter().enumerate().map(|(place, policy)| document(&format!("{key}[{place}]"), policy)).collect()
}

fn document(id: &str, json: &Json) -> Policy {
    match (json, json.get("PolicyDocument")) {
        (_, Some(wrapped)) => document(&text_of(json, "PolicyName").unwrap_or_else(|| id.to_owned()), wrapped),
        (Json::Text(text), None) => Policy::parse(id, text),
        (other, None) => Policy::from_json(id, other),
    }
}

/// A grant as `kms:ListGrants` answers it. Source: KMS API Reference, `API_GrantListEntry`.
fn grant(json: &Json) -> KmsGrant {
    let constraints = json.get("Constraints");
    let pairs = |name: &str| match constraints.and_then(|constraints| constraints.get(name)) {
        Some(Json::Object(members)) => {
            Some(members.iter().filter_map(|(key, value)| Some((key.clone(), value.scalar()?))).collect())
        }
        _ => None,
    };
    let equals: Option<Vec<(String, String)>> = pairs("EncryptionContextEquals");
    let operations = json.get("Operations").map_or(&[][..], Json::one_or_many);
    KmsGrant {
        grantee: text_of(json, "GranteePrincipal").unwrap_or_default(),
        retiring: text_of(json, "RetiringPrincipal"),
        operations: operations.iter().filter_map(Json::scalar).collect(),
        context_equals: equals.is_some(),
        context_subset: equals.or_else(|| pairs("EncryptionContextSubset")).unwrap_or_default(),
    }
}

fn context(json: &Json) -> Context {
    let complete = text_of(json, "context_complete").is_none_or(|text| !text.eq_ignore_ascii_case("false"));
    let mut context = if complete { Context::complete() } else { Context::partial() };
    let Some(Json::Object(members)) = json.get("context") else { return context };
    for (key, value) in members {
        match value {
            Json::Null => context.set_absent(key),
            Json::List(values) => context.set_many(key, values.iter().filter_map(Json::scalar).collect()),
            other => match other.scalar() {
                Some(text) => context.set(key, text),
                None => context.set_unknown(key),
            },
        }
    }
    context
}

/// Levels with their policies, outermost first.
type LevelList = Vec<(String, Vec<Policy>)>;

fn guard(json: &Json, key: &str) -> Guard {
    match json.get(key) {
        None => Guard::None,
        Some(Json::Null) => Guard::Unreadable,
        Some(value) => match levels(key, value) {
            levels if levels.is_empty() => Guard::None,
            levels => Guard::Levels(levels),
        },
    }
}

/// A list of levels; a bare policy in it, or a bare list of policies, is a level of its own.
fn levels(key: &str, value: &Json) -> LevelList {
    let read = |(place, level): (usize, &Json)| {
        let name = text_of(level, "level").unwrap_or_else(|| place.to_string());
        let documents = match level.get("policies") {
            Some(list) => list.one_or_many(),
            None => level.one_or_many(),
        };
        let policies =
            documents.iter().enumerate().map(|(number, policy)| document(&format!("{key}[{name}][{number}]"), policy));
        (name.clone(), policies.collect())
    };
    value.one_or_many().iter().enumerate().map(read).collect()
}

/// SCPs from files: lists of `{level, policies}`, and policy documents, which together form one level.
///
/// # Errors
/// When a text is no JSON.
pub fn scp_levels(texts: &[String]) -> Result<LevelList, String> {
    let (mut all, mut loose) = (LevelList::new(), Vec::new());
    for (number, text) in texts.iter().enumerate() {
        let json = Json::parse(text)?;
        if json.get("Statement").is_some() {
            loose.push(Policy::from_json(&format!("scp[{number}]"), &json));
        } else {
            all.extend(levels("scp", &json));
        }
    }
    if !loose.is_empty() {
        all.push(("account".to_owned(), loose));
    }
    Ok(all)
}
