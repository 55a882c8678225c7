//! One job of a workflow file.

use std::collections::BTreeMap;

use github_actions_models::workflow::job::{DeploymentEnvironment, RunsOn};
use yaml_serde::{Mapping, Value};

use super::{
    expression::SecretUse,
    outline::JobLines,
    parse::{get, permissions, scalar, scan, texts},
};
use crate::model::{
    id::EnvironmentName,
    pipeline::{EnvironmentRef, Job, RunnerRef, Step},
};

/// `None` when the body is no mapping. `shared` is what the workflow's own `env` reads.
pub(super) fn job(id: &str, body: &Value, shared: &SecretUse, lines: &JobLines) -> Option<Job> {
    let map = body.as_mapping()?;
    let mut secrets = shared.clone();
    scan(body, false, &mut secrets);
    let inherits = get(map, "secrets").and_then(Value::as_str) == Some("inherit");
    let steps = get(map, "steps").and_then(Value::as_sequence).map_or(&[][..], Vec::as_slice);
    Some(Job {
        id: id.to_owned(),
        name: get(map, "name").and_then(scalar),
        permissions: get(map, "permissions").and_then(permissions),
        environment: get(map, "environment").map(environment),
        runner: get(map, "runs-on").map_or_else(|| RunnerRef::Unknown(String::new()), |value| runner(value, map)),
        needs: get(map, "needs").map(texts).unwrap_or_default(),
        condition: get(map, "if").and_then(scalar),
        calls: get(map, "uses").and_then(scalar),
        inherits_secrets: inherits,
        secrets: secrets.names.into_iter().collect(),
        reads_all_secrets: secrets.all,
        steps: steps.iter().enumerate().map(|(at, value)| step(value, lines.step(at, steps.len()))).collect(),
        line: (lines.line > 0).then_some(lines.line),
    })
}

/// A name, or a mapping with `name`; anything computed is decided at run time.
fn environment(value: &Value) -> EnvironmentRef {
    let name = match yaml_serde::from_value::<DeploymentEnvironment>(value.clone()) {
        Ok(DeploymentEnvironment::Name(name) | DeploymentEnvironment::NameURL { name, .. }) => name,
        Err(_) => return EnvironmentRef::Expression(written(value)),
    };
    if name.contains("${{") {
        EnvironmentRef::Expression(name)
    } else {
        EnvironmentRef::Named(EnvironmentName::new(name))
    }
}

/// Where a job runs. GitHub's own machines are known by their labels ("Choosing the runner for a job"); a label of
/// somebody's own may be either, so it stays unknown unless `self-hosted` stands beside it.
fn runner(value: &Value, job: &Mapping) -> RunnerRef {
    let labels = match yaml_serde::from_value::<RunsOn>(value.clone()) {
        Ok(RunsOn::Target(labels)) => labels,
        Ok(RunsOn::Group { .. }) | Err(_) => return RunnerRef::Unknown(written(value)),
    };
    let labels = match labels.as_slice() {
        [one] => match from_matrix(one, job) {
            Some(values) => values,
            None => labels,
        },
        _ => labels,
    };
    let hosted = |label: &String| ["ubuntu-", "windows-", "macos-"].iter().any(|os| label.starts_with(os));
    if labels.iter().any(|label| label.eq_ignore_ascii_case("self-hosted")) {
        RunnerRef::SelfHosted(labels)
    } else if !labels.is_empty() && labels.iter().all(hosted) && !labels.iter().any(|label| label.contains("${{")) {
        RunnerRef::Hosted(labels)
    } else {
        RunnerRef::Unknown(labels.join(", "))
    }
}

/// The values of `${{ matrix.NAME }}`, where the matrix spells all of them out.
fn from_matrix(label: &str, job: &Mapping) -> Option<Vec<String>> {
    let expression = label.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    let name = expression.trim().strip_prefix("matrix.")?;
    let matrix = get(get(job, "strategy")?.as_mapping()?, "matrix")?.as_mapping()?;
    let included = get(matrix, "include").and_then(Value::as_sequence).into_iter().flatten();
    let mut values: Vec<String> = match get(matrix, name) {
        Some(Value::Sequence(items)) => items.iter().map(scalar).collect::<Option<_>>()?,
        Some(_) => return None,
        None => Vec::new(),
    };
    values.extend(included.filter_map(|row| get(row.as_mapping()?, name)).filter_map(scalar));
    let computed = get(matrix, "include").is_some_and(|include| !include.is_sequence());
    (!values.is_empty() && !computed).then_some(values)
}

fn step(value: &Value, line: Option<usize>) -> Step {
    let Some(map) = value.as_mapping() else { return Step { line, ..Step::default() } };
    let of = |name: &str| get(map, name).and_then(scalar);
    let members = |name: &str| get(map, name).and_then(Value::as_mapping).map(strings).unwrap_or_default();
    Step {
        name: of("name"),
        uses: of("uses"),
        run: of("run"),
        with: members("with"),
        env: members("env"),
        condition: of("if"),
        line,
    }
}

fn strings(map: &Mapping) -> BTreeMap<String, String> {
    map.iter()
        .filter_map(|(name, value)| Some((scalar(name)?, scalar(value).unwrap_or_else(|| written(value)))))
        .collect()
}

/// A value as YAML would write it on one line, for a person to read.
fn written(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| serde_json::to_string(value).unwrap_or_default())
}
