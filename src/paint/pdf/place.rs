//! A PDF's place on the Earth, as ISO 32000-2 (12.10) has it: a viewport over the page with the positions of its corners.
//! It is appended as an update of the page, so that the document before it stays what it is.

use lopdf::{Dictionary, Document, IncrementalDocument, Object, StringFormat, dictionary};

use crate::geo::Georeference;

/// Adds the place of the whole page, which shows a picture of `size` px.
///
/// # Errors
/// Where the document cannot be read.
pub fn placed(pdf: Vec<u8>, place: &Georeference, size: (u32, u32)) -> Result<Vec<u8>, lopdf::Error> {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let corners = [(0.0, height), (0.0, 0.0), (width, 0.0), (width, height)];
    let before = Document::load_mem(&pdf)?;
    let pages = before.get_pages();
    let Some(page) = pages.values().next().copied() else { return Ok(pdf) };
    let mut update = IncrementalDocument::create_from(pdf, before);
    update.opt_clone_object_to_new_document(page)?;
    let page = update.new_document.get_object_mut(page)?.as_dict_mut()?;
    let media = page.get(b"MediaBox")?.clone();
    let numbers = |all: &[f64]| Object::Array(all.iter().map(|n| Object::Real(*n as f32)).collect());
    let mut system = Dictionary::new();
    system.set("Type", Object::Name(b"PROJCS".to_vec()));
    if let Some(code) = place.epsg() {
        system.set("EPSG", Object::Integer(i64::from(code)));
    }
    system.set("WKT", Object::String(place.wkt().into_bytes(), StringFormat::Literal));
    // From the lower left corner, clockwise: shares of the box, and latitude and longitude there.
    let shares = numbers(&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    // In 32 bits, to half a metre.
    let degrees: Vec<f64> =
        corners.iter().filter_map(|(x, y)| place.degrees(*x, *y)).flat_map(|(lon, lat)| [lat, lon]).collect();
    let measure = dictionary! {
        "Type" => "Measure",
        "Subtype" => "GEO",
        "Bounds" => shares.clone(),
        "GCS" => system,
        "GPTS" => numbers(&degrees),
        "LPTS" => shares,
    };
    let viewport = dictionary! {
        "Type" => "Viewport",
        "Name" => Object::string_literal("map"),
        "BBox" => media,
        "Measure" => measure,
    };
    page.set("VP", vec![Object::Dictionary(viewport)]);
    let mut out = Vec::new();
    update.save_to(&mut out)?;
    Ok(out)
}
