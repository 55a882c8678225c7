//! Title, author, times and id: all of the run, so that two renderings are equal.

use lopdf::{Object, Result, Stream, StringFormat, dictionary};
use sha2::{Digest, Sha256};

use super::list::{Document, Mark};

pub fn write(file: &mut lopdf::Document, document: &Document) -> Result<()> {
    let meta = &document.meta;
    let created = meta.created.strftime("D:%Y%m%d%H%M%SZ").to_string();
    let info = dictionary! {
        "Title" => text_string(&meta.title),
        "Author" => text_string(&meta.author),
        "Subject" => text_string(&meta.subject),
        "Creator" => text_string(&meta.creator),
        "Producer" => text_string("ambit with printpdf"),
        "CreationDate" => Object::string_literal(created.clone()),
        "ModDate" => Object::string_literal(created),
    };
    let info = file.add_object(info);
    file.trailer.set("Info", info);
    let id = Object::String(id(document), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
    let mut xmp = Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xmp(document).into_bytes());
    xmp.allows_compression = false;
    let xmp = file.add_object(xmp);
    let catalog = file.catalog_mut()?;
    catalog.set("Lang", Object::string_literal("en"));
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("Metadata", xmp);
    Ok(())
}

/// A text string in UTF-16 with its mark (ISO 32000-1, 7.9.2.2).
pub fn text_string(text: &str) -> Object {
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// Half a digest of all that is written.
fn id(document: &Document) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(document.meta.created.to_string());
    for item in document.pages.iter().flat_map(|page| &page.items) {
        if let Mark::Text(text) = &item.mark {
            digest.update(text.text.as_bytes());
            digest.update([0]);
        }
    }
    digest.finalize().iter().copied().take(16).collect()
}

/// XMP (ISO 16684-1) without a claim to PDF/A or PDF/UA: nothing has validated this file.
fn xmp(document: &Document) -> String {
    let meta = &document.meta;
    let at = meta.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    let (title, author, creator) = (xml(&meta.title), xml(&meta.author), xml(&meta.creator));
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\
         <dc:language><rdf:Bag><rdf:li>en</rdf:li></rdf:Bag></dc:language>\
         <xmp:CreatorTool>{creator}</xmp:CreatorTool><xmp:CreateDate>{at}</xmp:CreateDate>\
         <xmp:ModifyDate>{at}</xmp:ModifyDate><pdf:Producer>ambit with printpdf</pdf:Producer>\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
