//! The PDF as a reader's program sees it.

use std::time::Instant;

use ambit::{render::Format, report::Edition};
use lopdf::{Dictionary, Document, Object};

use super::{file, fixture};

fn pdf(edition: Edition) -> Document {
    Document::load_mem(&file(Format::Pdf, &fixture::acme(), edition, "gap-report.pdf")).unwrap()
}

fn words(pdf: &Document) -> String {
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    pdf.extract_text(&pages).unwrap()
}

#[test]
fn the_text_can_be_read_back() {
    let text = words(&pdf(Edition::Internal));
    for expected in ["How far can our", "Executive summary", "PROD_AWS_KEY", "What was not checked", "Page 2 of"] {
        assert!(text.contains(expected), "{expected}");
    }
}

#[test]
fn the_buyers_pages_hold_no_name() {
    let text = words(&pdf(Edition::Buyer));
    assert!(text.contains("Buyer edition"));
    for secret in ["arn:aws", "491820013377", "shop", "claude", "devin", "Berg", "chidi", "PROD_AWS_KEY"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

fn dictionary<'a>(pdf: &'a Document, object: &'a Object) -> &'a Dictionary {
    match object {
        Object::Reference(id) => pdf.get_dictionary(*id).unwrap(),
        other => other.as_dict().unwrap(),
    }
}

/// Names of structure elements in reading order.
fn structure(pdf: &Document, element: &Dictionary, names: &mut Vec<String>) {
    if let Ok(name) = element.get(b"S").and_then(Object::as_name) {
        names.push(String::from_utf8_lossy(name).into_owned());
    }
    match element.get(b"K") {
        Ok(Object::Array(kids)) => kids.iter().for_each(|kid| structure(pdf, dictionary(pdf, kid), names)),
        Ok(kid @ Object::Reference(_)) => structure(pdf, dictionary(pdf, kid), names),
        _ => {}
    }
}

#[test]
fn the_structure_reads_in_order_and_every_page_leads_back_to_it() {
    let pdf = pdf(Edition::Internal);
    let catalog = pdf.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en");
    let root = dictionary(&pdf, catalog.get(b"StructTreeRoot").unwrap());
    let mut names = Vec::new();
    structure(&pdf, root, &mut names);
    assert_eq!(names[0], "Document");
    let count = |name: &str| names.iter().filter(|found| *found == name).count();
    assert!(count("H1") >= 9 && count("H2") > 20 && count("TR") > 100, "{}", names.len());
    assert!(count("Figure") >= 5 && count("TOCI") > 10 && count("Link") > 100);
    let position = |name: &str| names.iter().position(|found| found == name).unwrap();
    assert!(position("H1") < position("TOC") && position("TOC") < position("Figure"));
    for (page, id) in pdf.get_pages() {
        let dictionary = pdf.get_dictionary(id).unwrap();
        assert_eq!(dictionary.get(b"StructParents").unwrap().as_i64().unwrap(), i64::from(page) - 1);
    }
}

#[test]
fn bookmarks_are_nested_and_metadata_is_of_the_run() {
    let pdf = pdf(Edition::Internal);
    let catalog = pdf.catalog().unwrap();
    let outlines = dictionary(&pdf, catalog.get(b"Outlines").unwrap());
    let mut at = Some(dictionary(&pdf, outlines.get(b"First").unwrap()));
    let (mut sections, mut nested) = (0, 0);
    while let Some(section) = at {
        sections += 1;
        nested += usize::from(section.has(b"First"));
        at = section.get(b"Next").ok().map(|next| dictionary(&pdf, next));
    }
    assert!(sections >= 8 && nested >= 5, "{sections} {nested}");
    let info = dictionary(&pdf, pdf.trailer.get(b"Info").unwrap());
    assert_eq!(info.get(b"CreationDate").unwrap().as_str().unwrap(), b"D:20261124060000Z");
    let metadata = pdf.get_object(catalog.get(b"Metadata").unwrap().as_reference().unwrap()).unwrap();
    let xmp = String::from_utf8_lossy(&metadata.as_stream().unwrap().content).into_owned();
    assert!(xmp.contains("Harbour &amp; Pike") && !xmp.contains("pdfaid") && !xmp.contains("pdfuaid"), "{xmp}");
}

#[test]
fn links_lead_to_pages_that_are_there() {
    let pdf = pdf(Edition::Internal);
    let pages: Vec<lopdf::ObjectId> = pdf.get_pages().into_values().collect();
    let mut first = 0;
    for object in pdf.objects.values() {
        let Ok(annotation) = object.as_dict() else { continue };
        let Ok(action) = annotation.get(b"A").and_then(Object::as_dict) else { continue };
        let Ok(place) = action.get(b"D").and_then(Object::as_array) else { continue };
        let page = place[0].as_reference().unwrap();
        assert!(pages.contains(&page));
        first += usize::from(page == pages[0]);
    }
    // A link without a place would lead to the cover.
    assert_eq!(first, 0);
}

#[test]
fn sizes_and_times_stay_within_reason() {
    let small = file(Format::Pdf, &fixture::acme(), Edition::Internal, "gap-report.pdf");
    assert!(small.len() < 1_000_000, "{}", small.len());
    #[expect(clippy::disallowed_methods, reason = "a time limit of a test")]
    let start = Instant::now();
    let large = file(Format::Pdf, &fixture::scaled(1000), Edition::Internal, "gap-report.pdf");
    // About a second in release; a debug build on a busy machine takes many times that.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    assert!(Document::load_mem(&large).unwrap().get_pages().len() > 100);
}

/// krilla validates PDF/A-2a and PDF/UA-1 as it writes the same display list.
#[cfg(feature = "pdf-krilla")]
#[test]
fn the_display_list_conforms() {
    use super::hostile_fixture::hostile;
    use ambit::render::{Options, validated_pdf};
    for assessment in [fixture::acme(), hostile()] {
        for edition in [Edition::Internal, Edition::Auditor, Edition::Buyer] {
            let file = validated_pdf(&assessment, &Options { edition }).unwrap();
            assert!(file.starts_with(b"%PDF-"));
        }
    }
}
