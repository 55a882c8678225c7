//! Where an answer says that its list goes on. Read here once, so that the record says it and nobody parses twice.

use http::{HeaderMap, Uri};
use serde_json::Value;

use super::{
    Target, github_policy,
    policy::{self, Permit},
};
use crate::{controls::operations, evidence::Next};

/// GitHub: the `Link` header's next page, or where a redirect leads. AWS: the continuation token.
pub(super) fn of(
    target: &Target,
    permit: &Permit,
    asked: &Uri,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Next> {
    match target {
        Target::Github { base, .. } if matches!(status, 301 | 302 | 303 | 307 | 308) => {
            Some(github_link(base, asked, headers.get("location")?.to_str().ok()?))
        }
        Target::Github { base, .. } => Some(github_link(base, asked, link_next(headers)?)),
        Target::Aws { .. } if (200..300).contains(&status) => {
            let (_, operation) = operations::find(&permit.service, &permit.operation)?;
            continuation(operation.token_read()?, body).map(Next::Page)
        }
        Target::Aws { .. } => None,
    }
}

fn github_link(base: &Uri, asked: &Uri, address: &str) -> Next {
    // A redirect may be relative to what was asked.
    let absolute = match address.strip_prefix('/') {
        Some(_) => format!(
            "{}://{}{address}",
            asked.scheme_str().unwrap_or("https"),
            asked.authority().map_or("", |a| a.as_str())
        ),
        None => address.to_owned(),
    };
    let Ok(uri) = absolute.parse::<Uri>() else { return Next::Elsewhere("an unreadable address".to_owned()) };
    match github_policy::below(base, &uri).filter(|_| policy::same_origin(base, &uri)) {
        Some(path) => Next::Page(path),
        // Without the query: a redirect to a file store carries a signature there.
        None => Next::Elsewhere(policy::bare(&uri)),
    }
}

/// The target of `rel="next"`. <https://www.rfc-editor.org/rfc/rfc8288>
fn link_next(headers: &HeaderMap) -> Option<&str> {
    let links = headers.get("link")?.to_str().ok()?;
    links.split(',').find_map(|link| {
        let (address, attributes) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |attribute: &str| attribute.trim().trim_matches(';').trim() == "rel=\"next\"";
        attributes.split(';').any(is_next).then_some(address)
    })
}

fn continuation(name: &str, body: &[u8]) -> Option<String> {
    if let Ok(answer) = serde_json::from_slice::<Value>(body) {
        let token = answer.get(name)?;
        return token.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    }
    let document = roxmltree::Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    // In the answer itself or in its one `…Result`, not deep in some item.
    let top = document.root_element();
    let results = top.children().filter(|node| node.tag_name().name().ends_with("Result"));
    let mut near = std::iter::once(top).chain(results).flat_map(|node| node.children());
    let token = near.find(|node| node.tag_name().name() == name)?.text()?;
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(base: &str, headers: &[(&'static str, &str)], status: u16) -> Option<Next> {
        let base: Uri = base.parse().unwrap();
        let graphql = base.clone();
        let all =
            headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        let permit = Permit {
            service: "rest".to_owned(),
            region: String::new(),
            operation: "GET".to_owned(),
            params: Default::default(),
            page: None,
            path: "/x".to_owned(),
            secrecy: policy::Secrecy::Plain,
        };
        of(&Target::Github { base: base.clone(), graphql }, &permit, &base, status, &all, b"[]")
    }

    #[test]
    fn links_by_number_and_by_id_stay_on_the_host() {
        let page = |path: &str| Some(Next::Page(path.to_owned()));
        let link = "<https://api.github.com/x?page=1>; rel=\"prev\", <https://api.github.com/repositories/7/rulesets?per_page=100&page=2>; rel=\"next\"";
        assert_eq!(
            github("https://api.github.com", &[("link", link)], 200),
            page("/repositories/7/rulesets?page=2&per_page=100")
        );
        let enterprise = "<https://ghe.example/api/v3/orgs/a/repos?page=2>; rel=\"next\"";
        assert_eq!(github("https://ghe.example/api/v3", &[("link", enterprise)], 200), page("/orgs/a/repos?page=2"));
        assert_eq!(
            github("https://api.github.com", &[("link", "<https://api.github.com/x>; rel=\"last\"")], 200),
            None
        );
    }

    #[test]
    fn another_host_is_named_without_its_query() {
        let elsewhere = |url: &str| Some(Next::Elsewhere(url.to_owned()));
        let evil = "<https://evil.example/x?page=2>; rel=\"next\"";
        assert_eq!(github("https://api.github.com", &[("link", evil)], 200), elsewhere("https://evil.example/x"));
        let port = "<https://api.github.com:8443/x>; rel=\"next\"";
        assert_eq!(
            github("https://api.github.com", &[("link", port)], 200),
            elsewhere("https://api.github.com:8443/x")
        );
        assert_eq!(
            github("https://api.github.com", &[("location", "https://blob.example/log?sig=hush")], 302),
            elsewhere("https://blob.example/log")
        );
        assert_eq!(
            github("https://api.github.com", &[("location", "/repositories/7")], 301),
            Some(Next::Page("/repositories/7".to_owned()))
        );
    }

    #[test]
    fn continuation_tokens_in_xml_and_json() {
        let xml = "<R xmlns=\"x\"><ListRolesResult><Roles><member><Marker>no</Marker></member></Roles><Marker>m1</Marker></ListRolesResult></R>";
        assert_eq!(continuation("Marker", xml.as_bytes()).as_deref(), Some("m1"));
        assert_eq!(continuation("Marker", b"<R><ListRolesResult><Marker/></ListRolesResult></R>"), None);
        assert_eq!(
            continuation("ContinuationToken", b"<R><ContinuationToken>c</ContinuationToken></R>").as_deref(),
            Some("c")
        );
        assert_eq!(continuation("NextToken", br#"{"NextToken":"n","Items":[]}"#).as_deref(), Some("n"));
        assert_eq!(continuation("NextToken", br#"{"NextToken":null}"#), None);
    }
}
