//! oEmbed 1.0: for an address of the viewer the frame that shows it in another page.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::json;

use super::Problem;
use super::card::Card;
use super::ogc::escaped;
use super::request::{Asker, JSON, Params, json as answer, short};
use super::site::PublicUrl;

/// CSS px where nothing is said.
const WIDTH_PX: usize = 800;
const HEIGHT_PX: usize = 600;

/// `/oembed?url=https://maps.example/?date=2020-11-25&maxwidth=800`
pub async fn oembed(
    Asker(service): Asker,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = params.take("url").ok_or_else(|| Problem::bad_request("url: say of which page"))?;
    // They are bounds: any is kept to.
    let width = params.take_count("maxwidth", 1..=usize::MAX)?.unwrap_or(WIDTH_PX).min(WIDTH_PX);
    let height =
        params.take_count("maxheight", 1..=usize::MAX)?.unwrap_or(HEIGHT_PX).min(HEIGHT_PX);
    if let Some(format) = params.take("format").filter(|format| format != "json") {
        let told = format!("'{}' is no value for format: json", short(&format));
        return Err(Problem::not_implemented(told));
    }
    params.finish("url, maxwidth, maxheight, format")?;
    let page = asked.strip_prefix(&url).filter(|_| !url.is_empty());
    let page: Option<Uri> = page.and_then(|page| match page.starts_with('/') {
        true => page.parse().ok(),
        false => format!("/{page}").parse().ok(),
    });
    let page = page.filter(|page| matches!(page.path(), "/" | "/embed"));
    let page = page
        .ok_or_else(|| Problem::not_found(format!("'{}' is no page of this map", short(&asked))))?;
    let card = Card::new(service.map(), &url, &page)
        .ok_or_else(|| Problem::not_found("there is no map"))?;
    let query = page.query().map(|query| format!("?{query}")).unwrap_or_default();
    let frame = escaped(&format!("{url}/embed{query}"));
    let title = escaped(&card.title);
    let html = format!(
        "<iframe src=\"{frame}\" width=\"{width}\" height=\"{height}\" style=\"border:0\" \
         title=\"{title}\" loading=\"lazy\" allowfullscreen></iframe>"
    );
    let out = json!({
        "type": "rich",
        "version": "1.0",
        "title": card.title,
        "provider_name": "contactline",
        "provider_url": format!("{url}/"),
        "html": html,
        "width": width,
        "height": height,
        "thumbnail_url": format!("{url}/{}", card.picture),
        "thumbnail_width": 1_200,
        "thumbnail_height": 630,
    });
    Ok(answer(&headers, JSON, &out))
}
