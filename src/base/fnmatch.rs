//! Ref patterns as GitHub matches them: Ruby's `File.fnmatch` with `FNM_PATHNAME`.
//!
//! Source: GitHub docs, "Managing a branch protection rule" and "Creating rulesets for a repository" (fnmatch syntax).

/// Whether `name` matches `pattern`. `*` and `?` stay within one path segment, `**/` crosses them, `[a-z]` and
/// `[^a]` are classes, `\` escapes. A malformed class matches itself literally, as in Ruby.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    step(&pattern, &name)
}

fn step(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            step(rest, name)
                || (1..=name.len())
                    .any(|n| name.get(n - 1) == Some(&'/') && name.get(n..).is_some_and(|tail| step(rest, tail)))
        }
        ['*', rest @ ..] => {
            let rest = strip_stars(rest);
            let segment = name.iter().position(|c| *c == '/').unwrap_or(name.len());
            (0..=segment).any(|n| name.get(n..).is_some_and(|tail| step(rest, tail)))
        }
        ['?', rest @ ..] => matches!(name, [c, tail @ ..] if *c != '/' && step(rest, tail)),
        ['[', rest @ ..] => match (class(rest), name) {
            (Some((accepts, after)), [c, tail @ ..]) => *c != '/' && accepts(*c) && step(after, tail),
            (Some(_), []) => false,
            (None, _) => literal('[', rest, name),
        },
        ['\\', c, rest @ ..] => literal(*c, rest, name),
        [c, rest @ ..] => literal(*c, rest, name),
    }
}

/// `***` means `*`: only a `**` that is a whole segment crosses a slash.
fn strip_stars(mut rest: &[char]) -> &[char] {
    while let ['*', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

fn literal(wanted: char, rest: &[char], name: &[char]) -> bool {
    matches!(name, [c, tail @ ..] if *c == wanted && step(rest, tail))
}

type Class<'a> = (Box<dyn Fn(char) -> bool + 'a>, &'a [char]);

/// A class and the pattern after it; `None` when it never closes.
fn class(pattern: &[char]) -> Option<Class<'_>> {
    let (negated, body) = match pattern {
        ['^' | '!', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let close = body.iter().skip(1).position(|c| *c == ']')? + 1;
    let (members, after) = (body.get(..close)?, body.get(close + 1..)?);
    Some((Box::new(move |c| member(members, c) != negated), after))
}

fn member(mut members: &[char], c: char) -> bool {
    loop {
        match members {
            [] => return false,
            [low, '-', high, rest @ ..] => {
                if (*low..=*high).contains(&c) {
                    return true;
                }
                members = rest;
            }
            [one, rest @ ..] => {
                if *one == c {
                    return true;
                }
                members = rest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn follows_ruby_fnmatch_with_pathname() {
        for (pattern, name, expected) in [
            ("main", "main", true),
            ("main", "mainline", false),
            ("release/*", "release/1.0", true),
            ("release/*", "release/1.0/hotfix", false),
            ("release/**/*", "release/1.0/hotfix", true),
            ("release/**/*", "release/1.0", true),
            ("**/main", "main", true),
            ("**/main", "a/b/main", true),
            ("*", "feature/x", false),
            ("**/*", "feature/x", true),
            ("v?", "v1", true),
            ("v?", "v/", false),
            ("v[0-9]", "v7", true),
            ("v[^0-9]", "v7", false),
            ("v[", "v[", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("", "", true),
            ("**", "a/b", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} against {name}");
        }
    }
}
