//! As much of an HTTP client as load needs: one connection, one request after another.

use std::io::{Error, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection to a desk.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
    key: String,
}

impl Client {
    pub(super) async fn new(address: SocketAddr, key: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), key: key.into() })
    }

    /// Asks the API, and returns status and body.
    pub(super) async fn post(&mut self, path: &str, body: &str) -> Result<(u16, String)> {
        let head = format!(
            "POST /engagement/v3{path} HTTP/1.1\r\nhost: desk\r\nx-api-key: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.stream.get_mut().write_all(head.as_bytes()).await?;
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(Error::other("the desk closed the connection"));
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0);
            } else if let Some(bytes) = text.strip_prefix("content-length: ") {
                length = bytes.parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        String::from_utf8(body).map(|body| (status, body)).map_err(Error::other)
    }
}
