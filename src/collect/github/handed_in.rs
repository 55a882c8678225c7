//! Files that an owner exported and handed in, kept as evidence like an answer.

use jiff::Timestamp;

use crate::{
    base::digest::Digest,
    evidence::{self, Answer, Api, Caller, Params, Record, Response, RunWriter, Scope},
    facts::github::trail::audit,
    model::id::EvidenceId,
};

/// Why a file is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "`{name}` is no exported audit log: {why}\nhint: export it as JSON from the organisation's settings, Logs, Audit log"
    )]
    NoAuditLog { name: String, why: String },
    #[error(transparent)]
    Store(#[from] evidence::Error),
}

/// Records an exported audit log under its file name and digest.
///
/// # Errors
/// A file that is no JSON and no JSON lines, or a store that cannot be written.
pub async fn hand_in_audit_log(
    run: &RunWriter,
    scope: Scope,
    name: &str,
    bytes: Vec<u8>,
    at: Timestamp,
) -> Result<(), Error> {
    let no = |why: String| Error::NoAuditLog { name: name.to_owned(), why };
    let text = str::from_utf8(&bytes).map_err(|_| no("it is not UTF-8".to_owned()))?;
    audit::values(text).map_err(no)?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let digest: Digest = run.put(bytes.into()).await?;
    let response = Response {
        status: 200,
        headers: Default::default(),
        body: Some(digest),
        size,
        received: None,
        redactions: Vec::new(),
        code: None,
        transient: false,
    };
    run.append(Record {
        id: EvidenceId::new(""),
        number: 0,
        key: None,
        scope,
        api: Api::Github,
        service: "file".to_owned(),
        region: String::new(),
        operation: audit::FILE.to_owned(),
        method: "FILE".to_owned(),
        url: format!("file:{name}"),
        path: format!("/{name}"),
        accept: String::new(),
        params: Params::new(),
        request_body: None,
        at,
        took_ms: 0,
        caller: Caller { name: "an owner, by hand".to_owned(), credential: String::new() },
        attempt: 1,
        page: None,
        next: None,
        answer: Answer::Response(response),
    })
    .await?;
    Ok(())
}
