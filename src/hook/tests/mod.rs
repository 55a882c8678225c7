//! The rules' own examples, and what no file under `src/hook/` can test alone.

mod examples;
