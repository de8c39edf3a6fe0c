//! Bodies of requests: bounded in bytes, in time and, all together, by the budget of memory.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use futures_util::StreamExt as _;

use super::Problem;
use crate::service::{Lease, Service, ServiceError};

/// Bytes of a body, and of one that is a table of points.
pub const MAX_BODY: usize = 2 << 20;
const MAX_TABLE: usize = 16 << 20;
/// How long nothing may come, and how long a body may take in all.
const MOST_SILENCE: Duration = Duration::from_secs(5);
const MOST_TIME: Duration = Duration::from_secs(30);
/// Bytes that are read of a body that is too large: who still sends would not see the answer.
const MOST_DRAINED: usize = 24 << 20;
/// What a document takes in memory for each byte of its text, as JSON and as shapes, or as rows.
const BYTES_PER_BYTE: u64 = 24;

/// A request's body, with the memory that it and what is made of it take, for as long as it is
/// held.
pub struct Document {
    pub text: Bytes,
    pub lease: Lease,
}

impl FromRequest<Service> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let reading = read(request, service, MAX_BODY);
        tokio::time::timeout(MOST_TIME, reading).await.unwrap_or_else(|_| Err(too_slow()))
    }
}

impl Document {
    /// The body of a request that is a table of points.
    ///
    /// # Errors
    /// Where it is too large or too slow, or there is no memory for it.
    pub async fn of_table(request: Request, service: &Service) -> Result<Self, Problem> {
        let reading = read(request, service, MAX_TABLE);
        tokio::time::timeout(MOST_TIME, reading).await.unwrap_or_else(|_| Err(too_slow()))
    }
}

async fn read(request: Request, service: &Service, most: usize) -> Result<Document, Problem> {
    let full = || Problem::from(ServiceError::Memory);
    let mut lease = service.documents().take(0).ok_or_else(full)?;
    let mut stream = request.into_body().into_data_stream();
    let mut text = Vec::new();
    let mut length = 0;
    while let Some(piece) =
        tokio::time::timeout(MOST_SILENCE, stream.next()).await.map_err(|_| too_slow())?
    {
        let piece = piece.map_err(|_| Problem::bad_request("the body ended before its end"))?;
        length += piece.len();
        if length > MOST_DRAINED {
            break;
        }
        if length > most {
            (text, lease) = (Vec::new(), service.documents().take(0).ok_or_else(full)?);
            continue;
        }
        if !lease.grow(piece.len() as u64) {
            return Err(full());
        }
        text.extend_from_slice(&piece);
    }
    match length > most {
        true => Err(Problem::too_large(format!("a body may have {most} bytes"))),
        false if !lease.grow(length as u64 * BYTES_PER_BYTE) => Err(full()),
        false => Ok(Document { text: text.into(), lease }),
    }
}

fn too_slow() -> Problem {
    Problem::too_slow("the body came too slowly; send it again")
}
