//! `/query`: what is here, and what is nearest.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Problem;
use super::request::{GEOJSON, JSON, Params, json};
use crate::geo::LonLat;
use crate::map::{NearQuery, Service};

/// The most features that one answer to `near` may hold.
const MAX_K: usize = 1_000;

/// `/query?at=lon,lat[&datetime=]` or `/query?near=lon,lat[&k=][&collections=a,b][&datetime=]`
pub async fn query(
    State(service): State<Service>,
    mut params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let date = params.take_date()?;
    match (params.take("at"), params.take("near")) {
        (Some(at), None) => {
            params.finish("at, datetime")?;
            let position = LonLat::parse(&at)?;
            Ok(json(&headers, JSON, &service.run(move |map| map.at(position, date)).await?))
        }
        (None, Some(near)) => {
            let k = params.take_count("k", 1..=MAX_K)?.unwrap_or(1);
            let collections = params.take("collections").unwrap_or_default();
            let collections = collections.split(',').filter(|c| !c.is_empty()).map(str::to_string).collect();
            params.finish("near, k, collections, datetime")?;
            let query = NearQuery { position: LonLat::parse(&near)?, k, date, collections };
            Ok(json(&headers, GEOJSON, &service.run(move |map| map.near(&query)).await??))
        }
        _ => Err(Problem::bad_request(
            "ask one question: at=lon,lat for what is there, or near=lon,lat&k=3 for what is nearest",
        )),
    }
}
