//! `gap-report.html`: one file that needs nothing else, with a content security policy that lets nothing else in.
//!
//! Text goes through tera, which escapes it; styles, script and fonts are ours and are put in front of the page here,
//! with their digests in the policy (CSP Level 3, 2.3.1).

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use crate::{base::foreign, report::Assessment};

use super::{
    artifact::{Artifact, Options, RenderError},
    branding::{self, Accent},
    figure::{self, Figure},
    type_face::Faces,
    view::{self, Report},
};

const CSS: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

const TEMPLATES: [(&str, &str); 15] = [
    ("agents.html", include_str!("../../templates/html/agents.html")),
    ("answers.html", include_str!("../../templates/html/answers.html")),
    ("basis.html", include_str!("../../templates/html/basis.html")),
    ("contents.html", include_str!("../../templates/html/contents.html")),
    ("cover.html", include_str!("../../templates/html/cover.html")),
    ("criteria.html", include_str!("../../templates/html/criteria.html")),
    ("evidence.html", include_str!("../../templates/html/evidence.html")),
    ("figure.html", include_str!("../../templates/html/figure.html")),
    ("findings.html", include_str!("../../templates/html/findings.html")),
    ("hops.html", include_str!("../../templates/html/hops.html")),
    ("ids.html", include_str!("../../templates/html/ids.html")),
    ("matrix.html", include_str!("../../templates/html/matrix.html")),
    ("paths.html", include_str!("../../templates/html/paths.html")),
    ("recovery.html", include_str!("../../templates/html/recovery.html")),
    ("summary.html", include_str!("../../templates/html/summary.html")),
];

const FONTS: [(&str, u16, &[u8]); 3] = [
    ("Inter Report", 400, include_bytes!("../../templates/fonts/Inter-Regular.woff2")),
    ("Inter Report", 600, include_bytes!("../../templates/fonts/Inter-SemiBold.woff2")),
    ("Mono Report", 400, include_bytes!("../../templates/fonts/Mono-Regular.woff2")),
];

/// Maps drawn; the gates of further targets stand in their tables.
const MAPS: usize = 24;

#[derive(Serialize)]
struct Page<'a> {
    report: &'a Report,
    run_id: String,
    logo: Option<&'a str>,
    /// The path under the headline.
    hero: Option<Figure>,
    maps: Vec<Figure>,
}

pub(super) fn write(assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
    let report = view::report(assessment, options.edition);
    let faces = Faces::load()?;
    let page = Page {
        run_id: assessment.run.id.to_string(),
        logo: branding::logo(&assessment.branding)?,
        hero: report.headline.path.as_ref().map(|path| figure::path(path, figure::SCREEN, &faces)),
        maps: report.targets.iter().take(MAPS).map(|target| figure::target(target, figure::SCREEN, &faces)).collect(),
        report: &report,
    };
    let mut tera = Tera::new();
    tera.add_raw_templates(
        TEMPLATES.into_iter().chain([("report.html", include_str!("../../templates/html/report.html"))]),
    )?;
    let body = tera.render("report.html", &Context::from_serialize(&page)?)?;
    let head = head(&report, branding::accent(&assessment.branding)?);
    Ok(vec![Artifact::new("gap-report.html", format!("{head}{body}"))])
}

/// Everything up to the title: policy, styles with fonts, script. No foreign text but two strings in CSS form.
fn head(report: &Report, accent: Option<Accent>) -> String {
    let css = format!("{}{CSS}{}{}", fonts(), accent_rule(accent), running_heads(report));
    let script = format!("addEventListener(\"DOMContentLoaded\", () => {{\n{SCRIPT}}});\n");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src {}; script-src {}; img-src data:; font-src data:; base-uri 'none'; \
         form-action 'none'\">\n<link rel=\"icon\" href=\"data:,\">\n<style>{css}</style>\n<script>{script}</script>\n",
        source(&css),
        source(&script)
    )
}

/// `'sha256-…'` of an inline block.
fn source(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text)))
}

fn fonts() -> String {
    FONTS
        .iter()
        .map(|(family, weight, bytes)| {
            format!(
                "@font-face {{ font-family: \"{family}\"; font-weight: {weight}; font-display: swap; src: url(data:font/woff2;base64,{}) format(\"woff2\"); }}\n",
                BASE64.encode(bytes)
            )
        })
        .collect()
}

fn accent_rule(accent: Option<Accent>) -> String {
    accent.map_or_else(String::new, |accent| format!(":root {{ --accent: {}; }}\n", accent.css()))
}

/// Edition, confidentiality and page numbers on every printed page (CSS Paged Media 3, margin boxes).
fn running_heads(report: &Report) -> String {
    let left = foreign::css_string(&format!("{} · {}", report.organisation, report.edition));
    let right = foreign::css_string(&report.confidentiality);
    format!(
        "@page {{ size: A4; margin: 18mm 14mm 16mm; @top-left {{ content: {left}; font: 8pt sans-serif; color: #566072; }} \
         @top-right {{ content: {right}; font: 8pt sans-serif; color: #566072; }} \
         @bottom-right {{ content: \"Page \" counter(page) \" of \" counter(pages); font: 8pt sans-serif; color: #566072; }} }}\n"
    )
}
