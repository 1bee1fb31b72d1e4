//! A body that is read while its answer is written, so that neither is held whole.

use axum::body::Body;
use axum::body::Bytes;
use axum::body::HttpBody;
use hyper::body::Frame;
use std::future::poll_fn;
use std::io;
use std::io::Read;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// How long the other side may take for the next piece, in either direction.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pieces of an answer that may wait for the other side.
const WAITING: usize = 4;

/// A body that comes in and an answer that goes out, for a handler that may wait.
pub struct Talk {
    /// The body.
    pub input: Incoming,
    /// The answer.
    pub output: Outgoing,
}

/// A body, read piece by piece.
pub struct Incoming {
    body: Body,
    piece: Bytes,
    /// Bytes that may still come.
    left: usize,
    is_too_long: Arc<AtomicBool>,
    runtime: Handle,
}

/// An answer, written piece by piece. Its status and headers leave with the first piece; until then it can become a problem
/// instead.
pub struct Outgoing {
    head: Option<(oneshot::Sender<Head>, Head)>,
    pieces: mpsc::Sender<Piece>,
    runtime: Handle,
}

/// How an answer begins.
#[derive(Debug, Default)]
pub struct Head {
    /// Media type.
    pub kind: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// The answer is whole. Without it the connection is cut, so that nobody takes a part for the whole.
    End,
}

/// The pieces of an answer on their way to the connection.
#[derive(Debug)]
pub struct Pieces(mpsc::Receiver<Piece>);

/// The other side of a [`Talk`].
pub struct Listener {
    /// Says how the answer begins.
    pub begins: oneshot::Receiver<Head>,
    /// The answer.
    pub pieces: Pieces,
    /// The body had more bytes than it may have.
    pub is_too_long: Arc<AtomicBool>,
}

impl Talk {
    /// Begins one; `most` bytes of the body are read at most.
    pub fn begin(body: Body, most: usize, runtime: Handle) -> (Talk, Listener) {
        let (head, begins) = oneshot::channel();
        let (sender, pieces) = mpsc::channel(WAITING);
        let is_too_long = Arc::new(AtomicBool::new(false));
        let kept = Arc::clone(&is_too_long);
        let input = Incoming { body, piece: Bytes::new(), left: most, is_too_long: kept, runtime: runtime.clone() };
        let output = Outgoing { head: Some((head, Head::default())), pieces: sender, runtime };
        (Talk { input, output }, Listener { begins, pieces: Pieces(pieces), is_too_long })
    }
}

impl Incoming {
    /// The next piece of the body; `None` at its end.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let body = &mut self.body;
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let frame = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, frame).await }).map_err(late)?;
        let Some(frame) = frame.transpose().map_err(io::Error::other)? else { return Ok(None) };
        let piece = frame.into_data().unwrap_or_default();
        let Some(left) = self.left.checked_sub(piece.len()) else {
            self.is_too_long.store(true, Ordering::Relaxed);
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.left = left;
        Ok(Some(piece))
    }
}

impl Incoming {
    /// Waits for something that happens on the threads of the service, such as the next field of a form; not for longer than
    /// for a piece of a body.
    ///
    /// # Errors
    /// If it takes too long.
    pub fn wait<T>(runtime: &Handle, work: impl Future<Output = T>) -> io::Result<T> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await }).map_err(late)
    }

    /// The body as it comes, how many bytes of it may come, and what waits for it.
    pub fn into_parts(self) -> (Body, usize, Handle) {
        (self.body, self.left, self.runtime)
    }
}

/// A body of which so many bytes may come; more may be allowed later.
pub struct Bounded {
    body: Body,
    left: Arc<AtomicUsize>,
}

impl Bounded {
    /// Bounds a body; also gives what allows more bytes.
    pub fn new(body: Body, most: usize) -> (Bounded, Arc<AtomicUsize>) {
        let left = Arc::new(AtomicUsize::new(most));
        (Bounded { body, left: Arc::clone(&left) }, left)
    }
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match self.left.load(Ordering::Relaxed).checked_sub(length) {
                Some(left) => self.left.store(left, Ordering::Relaxed),
                None => {
                    let error = io::Error::from(io::ErrorKind::FileTooLarge);
                    return Poll::Ready(Some(Err(axum::Error::new(error))));
                }
            }
        }
        polled
    }
}

impl Read for Incoming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let Some(piece) = self.next()? else { return Ok(0) };
            self.piece = piece;
        }
        let taken = self.piece.split_to(out.len().min(self.piece.len()));
        if let Some(out) = out.get_mut(..taken.len()) {
            out.copy_from_slice(&taken);
        }
        Ok(taken.len())
    }
}

impl Outgoing {
    /// Says how the answer begins.
    #[must_use]
    pub fn of(mut self, begins: Head) -> Outgoing {
        if let Some((_, known)) = &mut self.head {
            *known = begins;
        }
        self
    }

    /// Ends the answer.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub fn end(mut self) -> io::Result<()> {
        self.send(Piece::End)
    }

    fn send(&mut self, piece: Piece) -> io::Result<()> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        if let Some((head, begins)) = self.head.take() {
            head.send(begins).map_err(|_| gone())?;
        }
        let sent = async { tokio::time::timeout(PATIENCE, self.pieces.send(piece)).await };
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            self.send(Piece::Bytes(Bytes::copy_from_slice(bytes)))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context).map(|piece| match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => None,
            None => Some(Err(io::ErrorKind::UnexpectedEof.into())),
        })
    }
}
