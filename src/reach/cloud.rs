//! What the cloud answers to reach: which principals accept a job's token, and what a principal may do to a resource.

use crate::{
    analysis::rules::Pass,
    model::{
        action::ActionClass,
        cloud::{DataStore, StoreKind},
        id::{Arn, EvidenceId, RepoName},
        observed::Gap,
    },
    reach::doors::{By, JobClaims},
};

/// One answer with its reason. `Gated` never occurs: IAM asks no person.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub pass: Pass,
    pub because: String,
    pub evidence: Vec<EvidenceId>,
    /// `an SCP that we may not read forbids it`: what would close it, for "can …, unless …".
    pub unless: Vec<String>,
    pub gaps: Vec<Gap>,
    pub by: By,
}

impl Answer {
    /// An answer that cites nothing and reserves nothing.
    pub fn new(pass: Pass, because: impl Into<String>) -> Answer {
        Answer {
            pass,
            because: because.into(),
            evidence: Vec::new(),
            unless: Vec::new(),
            gaps: Vec::new(),
            by: By::Nothing,
        }
    }
}

/// A job asking for a token: where it runs, and what the token says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenRequest {
    pub repository: RepoName,
    pub claims: JobClaims,
}

/// A step from one principal to another that the first can take by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    pub to: Arn,
    pub answer: Answer,
}

pub trait Cloud {
    /// Roles that trust an identity provider for jobs.
    fn federated_roles(&self) -> &[Arn];
    fn accepts(&self, role: &Arn, request: &TokenRequest) -> Answer;
    fn may(&self, principal: &Arn, action: &str, resource: &str) -> Answer;
    fn escalations(&self, principal: &Arn) -> Vec<Escalation>;
}

/// An action on a resource that stands for its class, and what it must be joined with to take effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    pub class: ActionClass,
    pub action: &'static str,
    /// The resource as the request names it.
    pub target: String,
    /// A second action that must be allowed as well: switch protection off, then delete.
    pub first: Option<&'static str>,
    /// Something other than IAM that stops it, and that no right of IAM lifts.
    pub stopped_by: Option<String>,
    /// What could not be read about such a stop.
    pub gaps: Vec<Gap>,
}

/// What an agent could do to a store of data, one deed a class.
///
/// Sources: Service Authorization Reference of each service; RDS User Guide, "Deleting a DB instance" (deletion
/// protection); S3 User Guide, "Using S3 Object Lock".
pub fn deeds(store: &DataStore) -> Vec<Deed> {
    let arn = store.arn.as_str();
    let deed = |class, action, target: &str| Deed {
        class,
        action,
        target: target.to_owned(),
        first: None,
        stopped_by: None,
        gaps: Vec::new(),
    };
    let objects = format!("{arn}/*");
    let mut all = match store.kind {
        StoreKind::S3Bucket => vec![
            deed(ActionClass::Destroy, "s3:DeleteObject", &objects),
            deed(ActionClass::Write, "s3:PutObject", &objects),
            deed(ActionClass::Read, "s3:GetObject", &objects),
            deed(ActionClass::RemovesRecovery, "s3:PutBucketVersioning", arn),
            deed(ActionClass::Permissions, "s3:PutBucketPolicy", arn),
        ],
        StoreKind::DynamodbTable => vec![
            deed(ActionClass::Destroy, "dynamodb:DeleteTable", arn),
            deed(ActionClass::Write, "dynamodb:PutItem", arn),
            deed(ActionClass::Read, "dynamodb:Scan", arn),
            deed(ActionClass::RemovesRecovery, "dynamodb:UpdateContinuousBackups", arn),
            deed(ActionClass::Permissions, "dynamodb:PutResourcePolicy", arn),
        ],
        StoreKind::RdsInstance => vec![
            deed(ActionClass::Destroy, "rds:DeleteDBInstance", arn),
            deed(ActionClass::Write, "rds:ModifyDBInstance", arn),
            deed(ActionClass::RemovesRecovery, "rds:DeleteDBInstanceAutomatedBackup", arn),
        ],
        StoreKind::RdsCluster => vec![
            deed(ActionClass::Destroy, "rds:DeleteDBCluster", arn),
            deed(ActionClass::Write, "rds:ModifyDBCluster", arn),
            deed(ActionClass::RemovesRecovery, "rds:DeleteDBClusterAutomatedBackup", arn),
        ],
        StoreKind::EfsFileSystem => vec![
            deed(ActionClass::Destroy, "elasticfilesystem:DeleteFileSystem", arn),
            deed(ActionClass::Write, "elasticfilesystem:ClientWrite", arn),
            deed(ActionClass::Read, "elasticfilesystem:ClientMount", arn),
            deed(ActionClass::RemovesRecovery, "elasticfilesystem:PutBackupPolicy", arn),
            deed(ActionClass::Permissions, "elasticfilesystem:PutFileSystemPolicy", arn),
        ],
        StoreKind::OpensearchDomain => vec![
            deed(ActionClass::Destroy, "es:DeleteDomain", arn),
            deed(ActionClass::Write, "es:ESHttpPut", &objects),
            deed(ActionClass::Read, "es:ESHttpGet", &objects),
            deed(ActionClass::Permissions, "es:UpdateDomainConfig", arn),
        ],
        // Who reads and writes these is not IAM's to say: they answer to passwords, or to whoever reaches their port.
        StoreKind::EbsVolume
        | StoreKind::ElasticacheGroup
        | StoreKind::ElasticacheCluster
        | StoreKind::ElasticacheServerless
        | StoreKind::MemorydbCluster
        | StoreKind::RedshiftCluster => vec![deed(ActionClass::Destroy, store.kind.destroy_action(), arn)],
    };
    for deed in all.iter_mut().filter(|deed| deed.class == ActionClass::Destroy) {
        protect(store, deed);
    }
    all
}

/// Deletion protection in the way of a delete: it must be switched off first, by a right of its own.
fn protect(store: &DataStore, deed: &mut Deed) {
    use crate::model::{observed::Reading, truth::Truth};
    match store.deletion_protection.holds(Truth::False, |on| (*on).into()) {
        Truth::False => {}
        Truth::True => match store.kind.unprotect_action() {
            Some(first) => deed.first = Some(first),
            None => deed.stopped_by = Some(format!("{} is locked against deletion", store.name)),
        },
        Truth::Unknown => {
            if !matches!(store.deletion_protection.reading, Reading::Known { .. }) {
                deed.gaps.extend(store.deletion_protection.gap(format!("deletion protection of {}", store.name)));
            }
        }
    }
}
