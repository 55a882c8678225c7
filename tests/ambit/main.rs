#[cfg(test)]
mod github_fake;
