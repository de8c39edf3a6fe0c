//! How a client is told of an error: in XML, in words in the picture, or by an empty picture
//! (06-042, 7.3.3.11).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::{color, output};
use super::version::Version;
use super::{Exception, Kvp};
use crate::atlas::{Frame, Size};
use crate::color::Color;
use crate::geo::{Limits, LonLat};
use crate::http::ows::xml::Element;
use crate::http::pictures::send;
use crate::service::Service;
use crate::sheet::{Furnishing, Output, Picture, Shown};

/// How a request wants to be told.
pub struct Fault {
    version: Version,
    way: Way,
    size: Option<Size>,
    output: Output,
    is_transparent: bool,
    ground: Option<Color>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Xml,
    InImage,
    Blank,
}

/// The longest text that is written in a picture, letters.
const MOST_LETTERS: usize = 300;
/// A style zoom where nothing is drawn anyway.
const ANY_ZOOM: f64 = 4.0;

impl Fault {
    pub fn plain(version: Version) -> Self {
        let output = Output::PNG;
        Self { version, way: Way::Xml, size: None, output, is_transparent: false, ground: None }
    }

    /// Takes what a request says of it. What it says of its picture stays.
    pub fn taken(version: Version, pairs: &mut Kvp) -> Self {
        let said = pairs.take("EXCEPTIONS").unwrap_or_default();
        let names = version.exception_names();
        let way = [Way::Xml, Way::InImage, Way::Blank]
            .into_iter()
            .zip(names)
            .find(|(_, name)| name.eq_ignore_ascii_case(&said))
            .map_or(Way::Xml, |(way, _)| way);
        let side = |name: &str| pairs.get(name)?.parse::<u32>().ok();
        let size = side("WIDTH").zip(side("HEIGHT"));
        let size = size.and_then(|(w, h)| Size::new(w, h, 1, Limits::PICTURE.px).ok());
        let is_raster = |output: &Output| !matches!(output, Output::Svg(_) | Output::Pdf { .. });
        let output = pairs.get("FORMAT").and_then(|name| output(name).ok()).filter(is_raster);
        let is_transparent =
            pairs.get("TRANSPARENT").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let ground = pairs.get("BGCOLOR").and_then(|text| color(text).ok());
        let output = output.unwrap_or(Output::PNG);
        Self { version, way, size, output, is_transparent, ground }
    }

    pub async fn answer(&self, service: &Service, exception: Exception) -> Response {
        if self.way != Way::Xml
            && let Some(answer) = self.picture(service, &exception).await
        {
            return answer;
        }
        self.xml(&exception)
    }

    /// The error as a picture of the size that was asked for; `None` where there can be none.
    async fn picture(&self, service: &Service, exception: &Exception) -> Option<Response> {
        let style = service.map().styles().next()?.0.to_string();
        let state = service.map().style(&style)?.state(std::iter::empty()).ok()?;
        let frame = Frame::centered(LonLat::new(0.0, 0.0)?, ANY_ZOOM, self.size?).ok()?;
        let text: String = exception.text.chars().take(MOST_LETTERS).collect();
        let is_said = self.way == Way::InImage;
        let furnishing = match is_said {
            true => Furnishing::read(Some("title"), Some(text), None, None).ok()?,
            false => Furnishing::default(),
        };
        let white = Color::new(1.0, 1.0, 1.0, 1.0);
        let ground = match is_said {
            true => Some(white),
            false => (!self.is_transparent).then_some(self.ground.unwrap_or(white)),
        };
        let shown = Shown { layers: Some(Vec::new()), ground, ..Shown::default() };
        let plain = Picture::plain(style, state, frame, self.output);
        let picture = Picture { shown, furnishing, ..plain };
        let mut answer = send(service, picture, &HeaderMap::new(), false).await.ok()?;
        let never = HeaderValue::from_static("no-store");
        answer.headers_mut().insert(header::CACHE_CONTROL, never);
        Some(answer)
    }

    fn xml(&self, exception: &Exception) -> Response {
        let mut own =
            Element::of("ServiceException", &exception.text).attribute("code", exception.code);
        if let Some(locator) = &exception.locator {
            own = own.attribute("locator", locator);
        }
        let mut report =
            Element::new("ServiceExceptionReport").attribute("version", self.version.name());
        if self.version == Version::V130 {
            report = report.attribute("xmlns", "http://www.opengis.net/ogc");
        }
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static(self.version.exception_type());
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if exception.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        (exception.status, headers, report.child(own).document()).into_response()
    }
}
