//! The map for Google Earth and other readers of KML 2.3 (OGC 12-007r2): a tree of documents, each a
//! tile over the ground and links to the four below it, which are fetched as they come near. The
//! tiles are those of WorldCRS84Quad.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::xml::Element;
use crate::atlas::StyledMap;
use crate::http::matrix::{MatrixSet, MissingTile, TILE_PX};
use crate::http::ogc::segment;
use crate::http::request::{Asker, Params, UrlPath, number, tagged};
use crate::http::site::PublicUrl;
use crate::http::styles::no_style;
use crate::http::{Problem, attribution, tiles};
use crate::service::Service;

const KML: &str = "application/vnd.google-earth.kml+xml";
/// The zoom of the last tiles: half a metre a px.
const DEEPEST: u8 = 17;

/// The map that a tree is of, and how its links begin and end.
struct Tree<'a> {
    styled: &'a StyledMap,
    /// `http://host/styles/conflict`
    here: String,
    /// `?date=2020-11-25` as it was asked for, or nothing.
    query: String,
}

impl<'a> Tree<'a> {
    /// # Errors
    /// Where there is no such style, or it has no such settings.
    fn new(
        service: &'a Service,
        id: &str,
        mut params: Params,
        (url, uri): (&str, &Uri),
    ) -> Result<Self, Problem> {
        let map = service.map();
        let styled = map.style(id).ok_or_else(|| no_style(map, id))?;
        tiles::shown_layers(styled, &mut params)?;
        styled.state(params.pairs())?;
        params.refuse_lists()?;
        let query = uri.query().filter(|query| !query.is_empty());
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Ok(Self { styled, here: format!("{url}/styles/{}", segment(id)), query })
    }

    /// A link to a tile's document, which is followed where the tile is large enough to be seen well.
    fn link(&self, (zoom, row, column): (u8, u32, u32), bounds: [f64; 4]) -> Element {
        let place = format!("{}/kml/{zoom}/{row}/{column}.kml{}", self.here, self.query);
        Element::new("NetworkLink")
            .child(Element::of("name", format!("{zoom}/{row}/{column}")))
            .child(region(bounds))
            .child(
                Element::new("Link")
                    .child(Element::of("href", place))
                    .child(Element::of("viewRefreshMode", "onRegion")),
            )
    }
}

/// `/styles/{id}/map.kml?date=2020-11-25`
pub async fn root(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    uri: Uri,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let settings: Vec<String> = params.pairs().map(|(k, v)| format!("{k} {v}")).collect();
    let tree = Tree::new(&service, &id, params, (&url, &uri))?;
    let sources = tree.styled.style.json.pointer("/metadata/contactline:attribution");
    let sources = sources.and_then(serde_json::Value::as_str).map(attribution::cleaned);
    let name = if tree.styled.style.name.is_empty() { &id } else { &tree.styled.style.name };
    let name = match settings.is_empty() {
        true => name.clone(),
        false => format!("{name} ({})", settings.join(", ")),
    };
    let links = [0, 1].map(|column| {
        let west = f64::from(column) * 180.0 - 180.0;
        tree.link((0, 0, column), [west, -90.0, west + 180.0, 90.0])
    });
    let document = Element::new("Document")
        .child(Element::of("name", name))
        .children(sources.map(|sources| Element::of("description", sources)))
        .children(links);
    Ok(answer(&headers, document))
}

/// `/styles/{id}/kml/{zoom}/{row}/{column}.kml`
pub async fn tile(
    Asker(service): Asker,
    UrlPath((id, zoom, row, file)): UrlPath<(String, String, String, String)>,
    PublicUrl(url): PublicUrl,
    uri: Uri,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let column = file.strip_suffix(".kml").ok_or_else(|| {
        Problem::not_found("a tile's document is at kml/{zoom}/{row}/{column}.kml")
    })?;
    let (zoom, row) = (number("zoom", &zoom)?, number("row", &row)?);
    let column = number("column", column)?;
    let set = MatrixSet::degrees();
    let missing = |e: MissingTile| Problem::not_found(e.to_string());
    let own = set.tile(zoom, column, row).map_err(missing)?;
    let tree = Tree::new(&service, &id, params, (&url, &uri))?;
    let tile = format!("{}/map/tiles/{}/{zoom}/{row}/{column}", tree.here, set.id);
    let query = match tree.query.is_empty() {
        true => "?f=png".to_string(),
        false => format!("{}&f=png", tree.query),
    };
    let overlay = Element::new("GroundOverlay")
        .child(Element::of("drawOrder", zoom))
        .child(Element::new("Icon").child(Element::of("href", format!("{tile}{query}"))))
        .child(corners("LatLonBox", own.bounds));
    let mut document = Element::new("Document").child(region(own.bounds)).child(overlay);
    if zoom < u32::from(DEEPEST) {
        for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (zoom, row, column) = (zoom + 1, row * 2 + down, column * 2 + right);
            let below = set.tile(zoom, column, row).map_err(missing)?;
            document = document.child(tree.link((zoom as u8, row, column), below.bounds));
        }
    }
    Ok(answer(&headers, document))
}

fn answer(headers: &HeaderMap, document: Element) -> Response {
    let root = Element::new("kml").attribute("xmlns", "http://www.opengis.net/kml/2.2");
    tagged(headers, KML, root.child(document).document())
}

/// Where and how large a tile is shown: from half its px on.
fn region(bounds: [f64; 4]) -> Element {
    Element::new("Region").child(corners("LatLonAltBox", bounds)).child(
        Element::new("Lod")
            .child(Element::of("minLodPixels", TILE_PX / 2))
            .child(Element::of("maxLodPixels", -1)),
    )
}

fn corners(name: &'static str, [west, south, east, north]: [f64; 4]) -> Element {
    Element::new(name)
        .child(Element::of("north", north))
        .child(Element::of("south", south))
        .child(Element::of("east", east))
        .child(Element::of("west", west))
}
