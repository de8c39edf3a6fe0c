//! A connection is busy from a request's headers until its answer is made to the last byte.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use super::connections::Connection;

/// Says that a connection is busy for as long as it is there.
pub(super) struct Busy(Arc<Connection>);

impl Busy {
    pub fn of(connection: Arc<Connection>) -> Self {
        connection.begin();
        Self(connection)
    }

    /// The same body; the connection is busy until it is gone.
    pub fn until_made(self, body: Body) -> Body {
        Body::new(Made { body, _busy: self })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.end();
    }
}

struct Made {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Made {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
