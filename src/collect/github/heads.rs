//! Files at the heads of default branches, many repositories in one GraphQL document of one point.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Error, client::Client, repository::Listed};
use crate::{
    facts::github::{
        files::{BY_NAME, CODEOWNERS},
        heads::{Head, OWNERS, alias, of_answer},
    },
    model::id::RepoName,
};

/// Repositories in one document, largest first: GitHub ends what takes it over ten seconds.
const SIZES: [usize; 3] = [25, 10, 1];

/// Reads heads in batches; a batch that is too much makes the later ones smaller.
pub(super) struct Heads {
    sizes: &'static [usize],
}

impl Heads {
    pub fn new() -> Heads {
        Heads { sizes: &SIZES }
    }

    /// How many repositories to hand in at once.
    pub fn batch(&self) -> usize {
        self.sizes.first().copied().unwrap_or(SIZES[0])
    }

    /// What could be read of these; the others are left to REST. A host that does not answer GraphQL is not asked again.
    pub async fn read(&mut self, client: &Client, batch: &[Listed]) -> Result<BTreeMap<RepoName, Head>, Error> {
        let mut heads = BTreeMap::new();
        let mut rest = batch;
        while let ([size, smaller @ ..], false) = (self.sizes, rest.is_empty()) {
            let (now, later) = rest.split_at((*size).min(rest.len()));
            let (document, variables) = document(now);
            let answer = client.graphql(&document, variables).await?;
            let body = answer.json();
            let given = body.get("data").is_some_and(|data| !data.is_null());
            match answer.status {
                Some(200) if given => {
                    heads.extend(of_answer(&body));
                    rest = later;
                }
                None | Some(200 | 502 | 504) => self.sizes = smaller,
                Some(_) => self.sizes = &[],
            }
        }
        Ok(heads)
    }
}

/// Its name is [`crate::facts::github::heads::QUERY`].
fn document(repositories: &[Listed]) -> (String, Value) {
    let mut declared = Vec::new();
    let mut fields = String::new();
    let mut variables = Map::new();
    for (at, repository) in repositories.iter().enumerate() {
        declared.push(format!("$o{at}: String!, $n{at}: String!"));
        fields.push_str(&format!("  r{at}: repository(owner: $o{at}, name: $n{at}) {{ ...Head }}\n"));
        variables.insert(format!("o{at}"), repository.name.owner().into());
        variables.insert(format!("n{at}"), repository.name.name().into());
    }
    let owners = CODEOWNERS.iter().zip(OWNERS).map(|(path, alias)| (*path, alias.to_owned()));
    let named = BY_NAME.iter().map(|path| (path.as_str(), alias(path)));
    let texts: String = owners
        .chain(named)
        .map(|(path, alias)| format!("  {alias}: object(expression: \"HEAD:{path}\") {{ ...Text }}\n"))
        .collect();
    let document = format!(
        "query Heads({}) {{\n{fields}}}\nfragment Head on Repository {{\n  nameWithOwner\n\
         \x20 root: object(expression: \"HEAD:\") {{ ... on Tree {{ entries {{ name type oid }} }} }}\n\
         \x20 github: object(expression: \"HEAD:.github\") {{ ... on Tree {{ entries {{ name type oid object {{ ... on Tree {{ entries {{ name type oid object {{ ... on Tree {{ entries {{ name type oid }} }} }} }} }} }} }} }} }}\n\
         \x20 workflows: object(expression: \"HEAD:.github/workflows\") {{ ... on Tree {{ entries {{ name type object {{ ...Text }} }} }} }}\n\
         {texts}}}\nfragment Text on Blob {{ text isBinary isTruncated }}",
        declared.join(", ")
    );
    (document, Value::Object(variables))
}
