//! The ten languages the hook parses, and which file is which.

use serde::{Deserialize, Serialize};

/// A language with a grammar. `Tsx` is TypeScript with JSX: one language for people, two grammars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Rust,
    Python,
    JavaScript,
    TypeScript,
    Tsx,
    Go,
    Java,
    CSharp,
    Ruby,
    Php,
    Kotlin,
}

impl Language {
    /// Every grammar, in the order of the documentation.
    pub const ALL: [Language; 11] = [
        Language::Rust,
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Tsx,
        Language::Go,
        Language::Java,
        Language::CSharp,
        Language::Ruby,
        Language::Php,
        Language::Kotlin,
    ];

    /// By file name. `.pyi` is absent on purpose: a stub file is made of stubs.
    pub fn of_path(path: &str) -> Option<Language> {
        let (_, extension) = path.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "rs" => Language::Rust,
            "py" | "pyw" => Language::Python,
            "js" | "jsx" | "mjs" | "cjs" => Language::JavaScript,
            "ts" | "mts" | "cts" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "go" => Language::Go,
            "java" => Language::Java,
            "cs" => Language::CSharp,
            "rb" | "rake" | "gemspec" => Language::Ruby,
            "php" | "phtml" => Language::Php,
            "kt" | "kts" => Language::Kotlin,
            _ => return None,
        })
    }

    /// The languages whose rules also hold here: JavaScript's queries are compiled against TypeScript's grammars too.
    pub fn speaks(self, rule: Language) -> bool {
        match rule {
            Language::JavaScript => matches!(self, Language::JavaScript | Language::TypeScript | Language::Tsx),
            Language::TypeScript => matches!(self, Language::TypeScript | Language::Tsx),
            other => self == other,
        }
    }

    /// The grammar of the language.
    pub fn grammar(self) -> tree_sitter::Language {
        match self {
            Language::Rust => tree_sitter_rust::LANGUAGE.into(),
            Language::Python => tree_sitter_python::LANGUAGE.into(),
            Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Language::Go => tree_sitter_go::LANGUAGE.into(),
            Language::Java => tree_sitter_java::LANGUAGE.into(),
            Language::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
            Language::Ruby => tree_sitter_ruby::LANGUAGE.into(),
            Language::Php => tree_sitter_php::LANGUAGE_PHP.into(),
            Language::Kotlin => tree_sitter_kotlin_ng::LANGUAGE.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_file_name_decides() {
        for (path, language) in [
            ("src/main.rs", Some(Language::Rust)),
            ("a.b/App.TSX", Some(Language::Tsx)),
            ("lib/x.mjs", Some(Language::JavaScript)),
            ("typing.pyi", None),
            ("Makefile", None),
        ] {
            assert_eq!(Language::of_path(path), language, "{path}");
        }
    }

    #[test]
    fn every_grammar_loads() {
        for language in Language::ALL {
            assert!(tree_sitter::Parser::new().set_language(&language.grammar()).is_ok(), "{language:?}");
        }
    }
}
