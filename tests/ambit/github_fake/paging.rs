//! Offset and cursor paging with Link headers, as GitHub writes them: by repository id, never by name.

use serde_json::{Value, json};

use super::contract::{Query, Route};

/// Query parameters that filter a list, and the field of its rows.
const FILTERS: [(&str, &str); 6] = [
    ("state", "state"),
    ("environment", "environment"),
    ("sha", "sha"),
    ("event", "event"),
    ("branch", "head_branch"),
    ("actor", "actor"),
];

/// The list inside a body: bare, or the one array beside `total_count`.
pub fn rows_mut(body: &mut Value) -> Option<&mut Vec<Value>> {
    match body {
        Value::Array(rows) => Some(rows),
        Value::Object(object) if object.get("total_count").is_some_and(Value::is_number) => {
            object.values_mut().find_map(Value::as_array_mut)
        }
        _ => None,
    }
}

/// Keeps the rows that pass, and the total in step with them.
pub fn retain(body: &mut Value, test: impl Fn(&Value) -> bool) {
    let Some(rows) = rows_mut(body) else { return };
    rows.retain(test);
    let total = rows.len();
    if let Some(count) = body.get_mut("total_count") {
        *count = json!(total);
    }
}

/// One page of the body's list, and its Link header; the body as it is when the route has no paging.
pub fn page(mut body: Value, route: &Route, query: &Query, base: &str) -> (Value, Option<String>) {
    if !(route.takes("per_page") || route.takes("page")) || rows_mut(&mut body).is_none() {
        return (body, None);
    }
    let get = |key: &str| query.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    for (param, field) in FILTERS {
        let has_field = rows_mut(&mut body).unwrap().iter().any(|row| row[field].is_string());
        if let Some(wanted) = get(param).filter(|w| *w != "all" && has_field) {
            retain(&mut body, |row| row[field] == wanted);
        }
    }
    let number = |key: &str, otherwise: usize| get(key).and_then(|t| t.parse().ok()).unwrap_or(otherwise);
    let per = number("per_page", 30);
    let by_cursor = route.takes("after");
    let page = number("page", 1);
    let from = if by_cursor { number("after", 0) } else { (page - 1) * per };
    let rows = rows_mut(&mut body).unwrap();
    let total = rows.len();
    *rows = rows.iter().skip(from).take(per).cloned().collect();
    let links = if by_cursor { cursors(from, per, total) } else { offsets(page, per, total) };
    let link = |(rel, change): (&str, Option<String>)| format!("<{}>; rel=\"{rel}\"", address(base, query, change));
    let joined = links.into_iter().map(link).collect::<Vec<_>>().join(", ");
    (body, Some(joined).filter(|l| !l.is_empty()))
}

fn cursors(from: usize, per: usize, total: usize) -> Vec<(&'static str, Option<String>)> {
    let next = (from + per < total).then(|| ("next", Some(format!("after={}&before=", from + per))));
    next.into_iter().chain((from > 0).then_some(("first", None))).collect()
}

fn offsets(page: usize, per: usize, total: usize) -> Vec<(&'static str, Option<String>)> {
    let last = total.div_ceil(per).max(1);
    let to = |n: usize| Some(format!("page={n}"));
    let mut links = Vec::new();
    if page > 1 {
        links.push(("prev", to(page - 1)));
    }
    if page < last {
        links.extend([("next", to(page + 1)), ("last", to(last))]);
    }
    if page > 1 {
        links.push(("first", to(1)));
    }
    links
}

fn address(base: &str, query: &Query, change: Option<String>) -> String {
    let kept = query.iter().filter(|(k, _)| !["page", "after", "before"].contains(&k.as_str()));
    let pairs: Vec<String> = kept.map(|(k, v)| format!("{k}={v}")).chain(change).collect();
    format!("{base}?{}", pairs.join("&"))
}
