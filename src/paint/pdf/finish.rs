//! What the writer of PDFs cannot say itself, added to its document: layers that a reader can turn
//! off (optional content, ISO 32000-1, 8.11), and the page's place on the Earth (a geospatial
//! viewport, ISO 32000-2, 12.10).

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};

use crate::geo::Georeference;

/// What is to be added.
pub struct Additions<'a> {
    /// The names of the page's layers, lowest first; each begins in the page's content with
    /// [`MARK`], and one more ends the last.
    pub layers: &'a [&'a str],
    /// Where the page lies, and the size of the picture on it in px.
    pub place: Option<(&'a Georeference, (u32, u32))>,
}

/// What the writer makes of an empty artifact of the kind that marks layers.
pub const MARK: &[u8] = b"/Artifact<</Type/Page>>BDC\nEMC";

/// Adds them to a document of one page.
///
/// # Errors
/// Where the document cannot be read.
pub fn finished(pdf: &[u8], additions: &Additions) -> Result<Vec<u8>, lopdf::Error> {
    let mut document = Document::load_mem(pdf)?;
    let pages = document.get_pages();
    let page = pages.values().next().copied().ok_or(lopdf::Error::PageNumberNotFound(1))?;
    add_layers(&mut document, page, additions.layers)?;
    if let Some((place, size)) = additions.place {
        let page = document.get_object_mut(page)?.as_dict_mut()?;
        let viewport = viewport(page.get(b"MediaBox")?.clone(), place, size);
        page.set("VP", vec![Object::Dictionary(viewport)]);
    }
    let mut out = Vec::new();
    document.save_to(&mut out)?;
    Ok(out)
}

fn add_layers(
    document: &mut Document,
    page: ObjectId,
    layers: &[&str],
) -> Result<(), lopdf::Error> {
    let content = document.get_dictionary(page)?.get(b"Contents")?.as_reference()?;
    let plain = document.get_object(content)?.as_stream()?.decompressed_content()?;
    let Some(marked) = marked(&plain, layers.len()) else { return Ok(()) };
    let mut stream = Stream::new(Dictionary::new(), marked);
    stream.compress()?;
    document.set_object(content, stream);
    let mut known: Vec<String> = Vec::new();
    let mut groups: Vec<Object> = Vec::new();
    let mut properties = Dictionary::new();
    for (i, layer) in layers.iter().enumerate() {
        // Each by a name of its own: two maps in one picture have the same layers.
        let nth = known.iter().filter(|name| name == layer).count() + 1;
        let name = if nth == 1 { layer.to_string() } else { format!("{layer} ({nth})") };
        known.push(layer.to_string());
        let group = document.add_object(dictionary! {"Type" => "OCG", "Name" => text(&name)});
        properties.set(format!("L{i}"), group);
        groups.push(Object::Reference(group));
    }
    let configuration = dictionary! {
        "Name" => text("Layers"),
        "Order" => groups.clone(),
    };
    document
        .catalog_mut()?
        .set("OCProperties", dictionary! {"OCGs" => groups, "D" => configuration});
    let resources = document.get_or_create_resources(page)?.as_dict_mut()?;
    resources.set("Properties", properties);
    Ok(())
}

/// The content with its marks made into the begins and ends of optional content; `None` where they
/// are not as many as there should be.
fn marked(content: &[u8], layers: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len() + layers * 8);
    let (mut rest, mut seen) = (content, 0);
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        out.extend_from_slice(&rest[..at]);
        let words = match seen {
            0 => "\n/OC/L0 BDC\n".to_string(),
            n if n == layers => "\nEMC\n".to_string(),
            n => format!("\nEMC/OC/L{n} BDC\n"),
        };
        out.extend_from_slice(words.as_bytes());
        rest = &rest[at + MARK.len()..];
        seen += 1;
    }
    out.extend_from_slice(rest);
    (layers > 0 && seen == layers + 1).then_some(out)
}

/// A viewport of the whole page.
fn viewport(media: Object, place: &Georeference, size: (u32, u32)) -> Dictionary {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let numbers =
        |all: &[f64]| Object::Array(all.iter().map(|n| Object::Real(*n as f32)).collect());
    let mut system = Dictionary::new();
    system.set("Type", Object::Name(b"PROJCS".to_vec()));
    if let Some(code) = place.epsg() {
        system.set("EPSG", Object::Integer(i64::from(code)));
    }
    system.set("WKT", Object::String(place.wkt().into_bytes(), StringFormat::Literal));
    // From the lower left corner, clockwise: shares of the box, and latitude and longitude there,
    // in 32 bits to half a metre.
    let shares = numbers(&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    let corners = [(0.0, height), (0.0, 0.0), (width, 0.0), (width, height)];
    let degrees: Vec<f64> = corners
        .iter()
        .filter_map(|(x, y)| place.degrees(*x, *y))
        .flat_map(|(lon, lat)| [lat, lon])
        .collect();
    let measure = dictionary! {
        "Type" => "Measure",
        "Subtype" => "GEO",
        "Bounds" => shares.clone(),
        "GCS" => system,
        "GPTS" => numbers(&degrees),
        "LPTS" => shares,
    };
    dictionary! {"Type" => "Viewport", "Name" => text("map"), "BBox" => media, "Measure" => measure}
}

/// A text string: ASCII as it is, else UTF-16 with its mark.
fn text(words: &str) -> Object {
    let bytes = match words.is_ascii() {
        true => words.as_bytes().to_vec(),
        false => [0xfe, 0xff]
            .into_iter()
            .chain(words.encode_utf16().flat_map(u16::to_be_bytes))
            .collect(),
    };
    Object::String(bytes, StringFormat::Literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_begins_and_ends() {
        let mark = String::from_utf8_lossy(MARK);
        let content = format!("q\n{mark}\na\n{mark}\nb\n{mark}\nQ");
        let marked_up = String::from_utf8(marked(content.as_bytes(), 2).unwrap()).unwrap();
        assert_eq!(marked_up, "q\n\n/OC/L0 BDC\n\na\n\nEMC/OC/L1 BDC\n\nb\n\nEMC\n\nQ");
        assert!(marked(content.as_bytes(), 3).is_none() && marked(b"", 0).is_none());
    }
}
