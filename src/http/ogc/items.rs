//! The features of a collection, and one of them.
//!
//! A page of a few features is made at once. A larger answer leaves in pieces, each made when the
//! one before it is gone, so that a million features are never held as text.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value as Json;

use super::negotiate::Format;
use super::page::{PIECE, Page, feature_json};
use super::small_map::small_map;
use super::versions::{self, Version, When};
use super::{html, link, parameters, segment};
use crate::atlas::Map;
use crate::geo::Stop;
use crate::http::Problem;
use crate::http::request::{Asker, Params, UrlPath, WARNING, answer, has_tag, json as json_answer};
use crate::http::site::PublicUrl;
use crate::identity::Identity;
use crate::service::{Lane, Service};

/// `/collections/{id}/items`
pub async fn items(
    Asker(service): Asker,
    UrlPath(id): UrlPath<String>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked: Vec<(String, String)> =
        params.pairs().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let format = Format::wanted(&mut params, &headers, &Format::FEATURES)?;
    let tag = Identity::of_kind("items")
        .with(&service.map().revision())
        .with(format.media_type())
        .with(&(url.as_str(), uri.to_string()));
    let tag = format!("W/\"{}\"", tag.text());
    let page = {
        let make =
            move |map: &Map, stop: &Stop| Page::make(map, id, params, format, (&asked, &url), stop);
        service.run(Lane::Question, make).await??
    };
    if has_tag(&headers, tag.trim_start_matches("W/")) {
        return Ok(answer(&headers, tag, format.media_type(), ()));
    }
    let mut response = response(page, &service).await?;
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// A page as a response.
async fn response(page: Page, service: &Service) -> Result<Response, Problem> {
    let found = page.count();
    let headers = headers_of(&page);
    let body = match page.format {
        Format::Html => {
            let document = html::document(&format!("Features of {}", page.id), &page.whole());
            let mut out = (headers, document).into_response();
            out.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(html::HTML));
            return Ok(out);
        }
        Format::FlatGeobuf => {
            streamed_file(service.run(Lane::Export, move |_, stop| page.file(stop)).await??)
        }
        _ if found <= PIECE => {
            Body::from(service.run(Lane::Question, move |_, _| page.piece(0, found)).await??)
        }
        _ => streamed(Arc::new(page), service.clone()),
    };
    Ok((headers, body).into_response())
}

/// The headers that say what a page holds.
fn headers_of(page: &Page) -> HeaderMap {
    let mut out = HeaderMap::new();
    for (name, value) in [
        (header::CONTENT_TYPE, page.format.media_type().to_string()),
        (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400".to_string()),
        (header::HeaderName::from_static("content-crs"), format!("<{}>", page.form.crs.uri())),
        (header::HeaderName::from_static("ogc-numbermatched"), page.selection.matched.to_string()),
        (header::HeaderName::from_static("ogc-numberreturned"), page.count().to_string()),
        (header::LINK, page.link_header()),
        (WARNING, page.warnings.join("; ")),
    ] {
        if value.is_empty() {
            continue;
        }
        if let Ok(value) = HeaderValue::from_str(&value) {
            out.insert(name, value);
        }
    }
    let file = match page.format {
        Format::Csv => Some("csv"),
        Format::FlatGeobuf => Some("fgb"),
        _ => None,
    };
    if let Some(extension) = file
        && let Ok(value) = HeaderValue::from_str(&format!(
            "attachment; filename=\"{}.{extension}\"",
            plain(&page.id)
        ))
    {
        out.insert(header::CONTENT_DISPOSITION, value);
    }
    out
}

/// A name that is safe in a header.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect()
}

/// An answer that leaves piece by piece.
fn streamed(page: Arc<Page>, service: Service) -> Body {
    Body::from_stream(stream::try_unfold(0, move |from| {
        let (page, service) = (page.clone(), service.clone());
        async move {
            let count = page.count();
            if from >= count {
                return Ok::<_, std::io::Error>(None);
            }
            let to = (from + PIECE).min(count);
            let piece = service.run(Lane::Export, move |_, _| page.piece(from, to)).await;
            let piece = piece
                .map_err(std::io::Error::other)?
                .map_err(|_| std::io::Error::other("a feature could not be written"))?;
            Ok(Some((Bytes::from(piece), to)))
        }
    }))
}

fn streamed_file(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; 1 << 17];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    }))
}

/// `/collections/{id}/items/{feature}`
pub async fn item(
    Asker(service): Asker,
    UrlPath((id, wanted)): UrlPath<(String, String)>,
    PublicUrl(url): PublicUrl,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::wanted(&mut params, &headers, &[Format::GeoJson, Format::Html])?;
    let when = When::of(&mut params, &headers)?;
    let (json, crs, version) = service
        .run(Lane::Question, move |map, _| {
            let version = Version::of(map, (&id, &wanted), when)?;
            let form = parameters::form(&mut params, map.catalog().schema(&id))?;
            params.finish("f, datetime, crs, properties, skipGeometry, precision")?;
            let own = version.id();
            let mut json = feature_json((own.clone(), version.feature()), &form).to_json();
            let collection = format!("{url}/collections/{}", segment(&id));
            let here = format!("{collection}/items/{}", segment(&own));
            let items = format!("{collection}/items");
            let told = (version.memento(), version.link_header(&items));
            let mut links = version.links(&items);
            links.extend([
                link(
                    "self",
                    format.media_type(),
                    format!("{here}?f={}", format.name()),
                    "This feature",
                ),
                match format {
                    Format::Html => link(
                        "alternate",
                        Format::GeoJson.media_type(),
                        format!("{here}?f=geojson"),
                        "As GeoJSON",
                    ),
                    _ => link("alternate", "text/html", format!("{here}?f=html"), "As a page"),
                },
                link("collection", "application/json", collection, "The collection"),
            ]);
            if format == Format::Html {
                let day = version.feature().validity.from().map(|day| day.to_string());
                links.extend(small_map(&url, [version.feature()].into_iter(), day.as_deref()));
            }
            json["links"] = Json::Array(links);
            Ok::<_, Problem>((json, form.crs, told))
        })
        .await??;
    let mut response = match format {
        Format::Html => html::page(&headers, &json["id"].to_string().replace('"', ""), &json),
        _ => json_answer(&headers, format.media_type(), &json),
    };
    versions::told(&mut response, version.0, version.1);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("<{}>", crs.uri())) {
        headers.insert(header::HeaderName::from_static("content-crs"), value);
    }
    Ok(response)
}
