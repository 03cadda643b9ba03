//! The byte stream under a connection: TCP, or TLS over it, counting what the socket took.

use super::socket;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A socket that counts the bytes written to it.
#[derive(Debug)]
pub(crate) struct Metered {
    tcp: TcpStream,
    written: u64,
}

/// The byte stream under a connection.
pub(crate) enum Stream {
    /// In clear.
    Plain(Metered),
    /// Under TLS.
    Tls(Box<TlsStream<Metered>>),
}

impl Metered {
    /// A socket nothing was counted on yet.
    pub(crate) fn new(tcp: TcpStream) -> Metered {
        Metered { tcp, written: 0 }
    }
}

impl Stream {
    /// Bytes that the socket has accepted since it was connected, TLS's own included.
    #[inline]
    pub(crate) fn written(&self) -> u64 {
        self.metered().written
    }

    /// Whether bytes may lie between the caller and the socket, so that only a flush tells that they left.
    pub(crate) fn buffers(&self) -> bool {
        matches!(self, Stream::Tls(_))
    }

    /// Whether an idle connection can carry another request: still open, and nothing came that nobody asked for.
    ///
    /// The runtime knows of news on the socket from its last look at all of them, so the usual answer costs no system
    /// call. `closely` asks the socket itself, which also knows what came since.
    pub(crate) fn is_fresh(&mut self, closely: bool) -> bool {
        if closely && !self.is_silent() {
            return false;
        }
        match self {
            Stream::Plain(metered) => {
                // Reads only if there is news; then whatever but "nothing there after all" is the end of it.
                let read = metered.tcp.try_read(&mut [0u8; 1]);
                matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
            }
            Stream::Tls(tls) => {
                // A server may send session tickets at any time: TLS reads over them and has nothing for us.
                let (mut byte, mut cx) = ([0u8; 1], Context::from_waker(Waker::noop()));
                Pin::new(tls).poll_read(&mut cx, &mut ReadBuf::new(&mut byte)).is_pending()
            }
        }
    }

    fn is_silent(&self) -> bool {
        let peeked = socket2::SockRef::from(&self.metered().tcp).peek(&mut [MaybeUninit::uninit(); 1]);
        matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    #[inline]
    fn metered(&self) -> &Metered {
        match self {
            Stream::Plain(metered) => metered,
            Stream::Tls(tls) => tls.get_ref().0,
        }
    }
}

impl AsyncRead for Metered {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        socket::poll_recv(&self.tcp, cx, buffer)
    }
}

impl AsyncWrite for Metered {
    #[inline]
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = socket::poll_send(&self.tcp, cx, bytes);
        self.count(polled)
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write_vectored(cx, parts);
        self.count(polled)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

impl Metered {
    #[inline]
    fn count(&mut self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(length)) = &polled {
            self.written += *length as u64;
        }
        polled
    }
}

impl AsyncRead for Stream {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(metered) => Pin::new(metered).poll_read(cx, buffer),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    #[inline]
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(metered) => Pin::new(metered).poll_write(cx, bytes),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(metered) => Pin::new(metered).poll_write_vectored(cx, parts),
            Stream::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(metered) => Pin::new(metered).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(metered) => Pin::new(metered).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
