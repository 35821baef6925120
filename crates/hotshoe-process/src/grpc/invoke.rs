//! One call over gRPC: a request, the messages that answer it, a status.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};

use super::connection::{Connection, exited};
use super::turn::lock;
use super::wire::{self, Reader, Status};
use crate::failure::{Failure, Result, codes};

/// What another thread does with a call that is going on.
#[derive(Default)]
pub(super) struct Handle {
    cancelled: AtomicBool,
    waker: Mutex<Option<Waker>>,
    /// How its messages are written, if not raw.
    pub(super) method: Mutex<Option<crate::message::Method>>,
    /// Where more input goes, of a call that streams.
    outgoing: Mutex<Option<SendStream<Bytes>>>,
}

impl Handle {
    /// Ends the call soon.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(waker) = &*lock(&self.waker) {
            waker.wake_by_ref();
        }
    }

    fn check(&self) -> Result<()> {
        match self.cancelled.load(Ordering::SeqCst) {
            true => Err(Failure::Cancelled),
            false => Ok(()),
        }
    }
}

/// A call that has been sent.
pub(super) struct Invocation<'a> {
    connection: &'a Arc<Connection>,
    handle: &'a Handle,
    until: Option<Instant>,
    wanted: &'a dyn Fn() -> Result<()>,
    answer: Option<ResponseFuture>,
    body: Option<RecvStream>,
    frames: Reader,
    /// What was read of the body and not of a message.
    chunk: Bytes,
    head: (StatusCode, HeaderMap),
    /// Of a call that does not stream, kept to reset it.
    request: Option<SendStream<Bytes>>,
    over: bool,
}

/// What a call is.
pub(super) struct Asked<'a> {
    /// `/package.Service/Method`.
    pub(super) path: &'a str,
    /// The first message, if there is one yet.
    pub(super) message: Option<&'a [u8]>,
    /// Whether more follow.
    pub(super) streams: bool,
    /// The largest message, in bytes.
    pub(super) largest: usize,
    pub(super) until: Option<Instant>,
}

impl<'a> Invocation<'a> {
    /// Sends a request.
    pub(super) fn begin(
        connection: &'a Arc<Connection>,
        handle: &'a Handle,
        asked: &Asked<'_>,
        wanted: &'a dyn Fn() -> Result<()>,
    ) -> Result<Invocation<'a>> {
        let message = asked.message.map(|message| wire::frame(message, asked.largest)).transpose()?;
        let mut client = connection.client();
        let ready = cancellable(handle, poll_fn(|cx| client.poll_ready(cx)));
        connection.wait(ready, asked.until, wanted)??.map_err(|error| broken(connection, &error))?;
        let request = request(asked)?;
        let (answer, mut outgoing) = client.send_request(request, false).map_err(|error| broken(connection, &error))?;
        if let Some(message) = message {
            let sent = outgoing.send_data(message, !asked.streams);
            sent.map_err(|error| broken(connection, &error))?;
        }
        let request = match asked.streams {
            true => {
                *lock(&handle.outgoing) = Some(outgoing);
                None
            }
            false => Some(outgoing),
        };
        Ok(Invocation {
            connection,
            handle,
            until: asked.until,
            wanted,
            answer: Some(answer),
            body: None,
            frames: Reader::new(asked.largest),
            chunk: Bytes::new(),
            head: (StatusCode::OK, HeaderMap::new()),
            request,
            over: false,
        })
    }

    /// The next message; `None` when the call has ended well.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>> {
        let (connection, handle, until, wanted) = (self.connection, self.handle, self.until, self.wanted);
        let next = connection.wait(cancellable(handle, self.next_message()), until, wanted);
        match next {
            // The plugin keeps to the deadline too, and may be the first to say that it has passed.
            Ok(Ok(Err(Failure::Cancelled)) | Err(Failure::Cancelled))
                if handle.check().is_ok() && until.is_some_and(|until| Instant::now() >= until) =>
            {
                Err(Failure::Deadline)
            }
            Ok(Ok(next)) => next,
            Ok(Err(failure)) | Err(failure) => Err(failure),
        }
    }

    /// The answer to come, for somebody else to take.
    pub(super) fn into_answer(mut self) -> Option<ResponseFuture> {
        self.over = true;
        self.answer.take()
    }

    /// Where more messages go of a call that streams, and the answer to come, for somebody else to take.
    pub(super) fn into_parts(mut self) -> Option<(SendStream<Bytes>, ResponseFuture)> {
        self.over = true;
        Some((lock(&self.handle.outgoing).take()?, self.answer.take()?))
    }

    async fn next_message(&mut self) -> Result<Option<Bytes>> {
        if let Some(answer) = &mut self.answer {
            let answer = answer.await.map_err(|error| broken(self.connection, &error))?;
            self.answer = None;
            self.take_head(answer);
        }
        loop {
            if let Some(message) = self.frames.read(&mut self.chunk)? {
                return Ok(Some(message));
            }
            let Some(body) = &mut self.body else { return self.end(None) };
            let Some(chunk) = poll_fn(|cx| body.poll_data(cx)).await else {
                let trailers = poll_fn(|cx| body.poll_trailers(cx)).await;
                let trailers = trailers.map_err(|error| broken(self.connection, &error))?;
                return self.end(trailers.as_ref());
            };
            let chunk = chunk.map_err(|error| broken(self.connection, &error))?;
            // What was taken makes room for more: the peer is held back as long as nobody asks.
            let _ = body.flow_control().release_capacity(chunk.len());
            self.chunk = chunk;
        }
    }

    fn take_head(&mut self, answer: Response<RecvStream>) {
        let (head, body) = answer.into_parts();
        // The body of another status is no messages.
        self.body = (head.status == StatusCode::OK).then_some(body);
        self.head = (head.status, head.headers);
    }

    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<Option<Bytes>> {
        let status = Status::read(self.head.0, &self.head.1, trailers);
        self.over = true;
        if !status.is_ok() {
            return Err(status.into());
        }
        self.frames.finish().map(|()| None)
    }
}

impl Drop for Invocation<'_> {
    /// A call that nobody wants any more is reset, so that the plugin hears of it.
    fn drop(&mut self) {
        let streaming = lock(&self.handle.outgoing).take();
        if self.over {
            return;
        }
        for mut outgoing in self.request.take().into_iter().chain(streaming) {
            outgoing.send_reset(Reason::CANCEL);
        }
        self.body = None;
        self.answer = None;
        self.connection.nudge();
    }
}

/// Sends one more message of a call that streams, and waits while the plugin cannot take it.
pub(super) fn send(
    connection: &Arc<Connection>,
    handle: &Handle,
    message: &[u8],
    largest: usize,
    until: Option<Instant>,
) -> Result<()> {
    // While one thread waits for room, another one's message waits for the first.
    let mut outgoing = lock(&handle.outgoing);
    let outgoing = outgoing.as_mut().ok_or(Failure::Closed)?;
    let mut frame = wire::frame(message, largest)?;
    while !frame.is_empty() {
        outgoing.reserve_capacity(frame.len());
        let room = connection.wait(poll_fn(|cx| outgoing.poll_capacity(cx)), until, &|| handle.check())?;
        let room = room.ok_or(Failure::Closed)?.map_err(|error| broken(connection, &error))?;
        let piece = frame.split_to(room.min(frame.len()));
        outgoing.send_data(piece, false).map_err(|error| broken(connection, &error))?;
    }
    connection.nudge();
    Ok(())
}

/// Says that a call that streams gets no more.
pub(super) fn finish(connection: &Arc<Connection>, handle: &Handle) -> Result<()> {
    let mut outgoing = lock(&handle.outgoing).take().ok_or(Failure::Closed)?;
    outgoing.send_data(Bytes::new(), true).map_err(|error| broken(connection, &error))?;
    connection.nudge();
    Ok(())
}

/// Polls a future until the call is cancelled.
fn cancellable<T>(handle: &Handle, future: impl Future<Output = T>) -> impl Future<Output = Result<T>> {
    let mut future = Box::pin(future);
    let mut known = false;
    poll_fn(move |cx: &mut Context<'_>| {
        if !known {
            // A call is made and waited for on one thread, whose waker never changes.
            *lock(&handle.waker) = Some(cx.waker().clone());
            known = true;
        }
        match handle.check() {
            Err(failure) => Poll::Ready(Err(failure)),
            Ok(()) => Pin::new(&mut future).poll(cx).map(Ok),
        }
    })
}

fn request(asked: &Asked<'_>) -> Result<Request<()>> {
    let mut request = Request::builder()
        .method(Method::POST)
        .version(Version::HTTP_2)
        // go-plugin's servers want this authority, whatever they listen on.
        .uri(format!("http://localhost{}", asked.path))
        .header("te", "trailers")
        .header("content-type", "application/grpc")
        .header("user-agent", concat!("hotshoe/", env!("CARGO_PKG_VERSION")));
    if let Some(until) = asked.until {
        request = request.header("grpc-timeout", wire::timeout(until.saturating_duration_since(Instant::now())));
    }
    request.body(()).map_err(|_| {
        Failure::new(codes::METHOD_UNKNOWN, "a method of gRPC is `/package.Service/Method`, without odd characters")
    })
}

/// What an error of the connection means for the call.
fn broken(connection: &Connection, error: &h2::Error) -> Failure {
    if let Some(how) = connection.over() {
        return exited(how);
    }
    match error.reason() {
        Some(Reason::CANCEL) if error.is_remote() => Failure::Cancelled,
        Some(reason) if error.is_reset() => {
            Failure::new(codes::CALL_FAILED, format!("the plugin broke the call off: {}", reason.description()))
        }
        _ => exited(&error.to_string()),
    }
}
