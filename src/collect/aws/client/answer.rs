//! What came for one call.

use bytes::Bytes;
use serde_json::Value;

use crate::{
    collect::wire::{Answered, Error},
    evidence::Next,
    model::id::EvidenceId,
};

/// All pages of one call. An error answer and no answer at all are answers here: each is on record.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub pages: Vec<Page>,
    /// Every page was answered and the last one says that it is the last.
    pub complete: bool,
}

/// One recorded answer.
#[derive(Debug, Clone)]
pub struct Page {
    pub evidence: EvidenceId,
    /// `None` when no answer came.
    pub status: Option<u16>,
    /// The AWS error code: `AccessDenied`, `NoSuchBucketPolicy`.
    pub code: Option<String>,
    pub body: Bytes,
    pub(super) next: Option<Next>,
}

impl Answer {
    /// The first page was answered with 2xx.
    pub fn ok(&self) -> bool {
        self.pages.first().is_some_and(Page::ok)
    }

    /// The first page's HTTP status.
    pub fn status(&self) -> Option<u16> {
        self.pages.first()?.status
    }

    /// The first page's error code.
    pub fn code(&self) -> Option<&str> {
        self.pages.first()?.code.as_deref()
    }

    /// The texts of every XML element or JSON member of this name, at any depth, over all pages, in order: just enough
    /// to know what to ask next.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.pages.iter().filter(|page| page.ok()).flat_map(|page| page.texts(name)).collect()
    }
}

impl Page {
    /// # Errors
    /// Whatever is no observation about the world.
    pub(super) fn of(result: Result<Answered, Error>) -> Result<Page, Error> {
        match result {
            Ok(answered) => Ok(Page {
                evidence: answered.evidence,
                status: Some(answered.response.status().as_u16()),
                code: answered.code,
                body: answered.response.into_body(),
                next: answered.next,
            }),
            Err(Error::NoAnswer { evidence, .. }) => {
                Ok(Page { evidence, status: None, code: None, body: Bytes::new(), next: None })
            }
            Err(error) => Err(error),
        }
    }

    /// A 2xx answer.
    pub fn ok(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// See [`Answer::texts`].
    pub fn texts(&self, name: &str) -> Vec<String> {
        if let Ok(value) = serde_json::from_slice::<Value>(&self.body) {
            let mut found = Vec::new();
            gather(&value, name, &mut found);
            return found;
        }
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        named
            .filter_map(|node| node.text())
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    }
}

fn gather(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, name, found)),
        Value::Object(members) => {
            for (member, value) in members {
                match value {
                    Value::String(text) if member == name => found.push(text.clone()),
                    Value::Array(items) if member == name => {
                        found.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
                        items.iter().for_each(|item| gather(item, name, found));
                    }
                    _ => gather(value, name, found),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &'static str) -> Page {
        Page {
            evidence: EvidenceId::new("e-1"),
            status: Some(200),
            code: None,
            body: Bytes::from_static(body.as_bytes()),
            next: None,
        }
    }

    #[test]
    fn texts_are_found_in_xml_and_json_in_order() {
        let answer = Answer {
            pages: vec![
                page(
                    "<R xmlns=\"x\"><Buckets><Bucket><Name>b</Name></Bucket><Bucket><Name>a</Name></Bucket></Buckets></R>",
                ),
                page(r#"{"Trails":[{"Name":"c"}],"Name":["d","e"]}"#),
                page("<html>"),
            ],
            complete: true,
        };
        assert_eq!(answer.texts("Name"), ["b", "a", "d", "e", "c"]);
    }
}
