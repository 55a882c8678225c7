//! Just enough HTTP/1.1 to serve a client on loopback: keep-alive, content-length bodies, and two ways to break an answer.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

pub struct Request {
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query with its question mark, or nothing.
    pub fn search(&self) -> &str {
        self.target.strip_prefix(self.path()).unwrap_or_default()
    }

    pub fn query(&self) -> Vec<(String, String)> {
        let pairs = self.search().trim_start_matches('?').split('&').filter(|p| !p.is_empty());
        pairs.map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(k, v)| (decode(k), decode(v))).collect()
    }
}

pub enum Reply {
    Answer {
        status: u16,
        headers: BTreeMap<String, String>,
        body: Vec<u8>,
    },
    /// The connection ends without a byte.
    Reset,
    /// The connection ends inside the body.
    Truncate,
}

pub type Handler = dyn Fn(&Request) -> (Duration, Reply) + Send + Sync;

/// A listening server; it stops accepting when dropped.
pub struct Server {
    pub address: SocketAddr,
    stopped: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        let acceptor = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if flag.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), handler) = (stream, Arc::clone(&handler)) else { return };
                std::thread::spawn(move || serve(&stream, &*handler));
            }
        });
        Self { address, stopped, acceptor: Some(acceptor) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes the acceptor
        if let Some(acceptor) = self.acceptor.take() {
            drop(acceptor.join());
        }
    }
}

/// One connection, until the client leaves or an answer breaks it.
fn serve(stream: &TcpStream, handler: &Handler) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let (delay, reply) = handler(&request);
        std::thread::sleep(delay);
        if write(stream, &reply).is_none() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut text = String::new();
        reader.read_line(&mut text).ok().filter(|n| *n > 0).map(|_| text.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = line()?.split_once(':') {
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, headers, body })
}

/// `None` when the connection is over.
fn write(mut stream: &TcpStream, reply: &Reply) -> Option<()> {
    match reply {
        Reply::Reset => None,
        Reply::Truncate => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n[{\"id\":1,";
            stream.write_all(head.as_bytes()).ok()?;
            None
        }
        Reply::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} \r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            if !matches!(status, 204 | 304) {
                head.push_str(&format!("content-length: {}\r\n", body.len()));
            }
            let bytes = [head.as_bytes(), b"\r\n", body].concat();
            stream.write_all(&bytes).ok()
        }
    }
}

/// Percent-decoding; a plus stays a plus, as in paths.
pub fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut rest = bytes.clone();
        let escape = [rest.next(), rest.next()].map(|b| char::from(b.unwrap_or(b'!')).to_digit(16));
        match (byte, escape) {
            (b'%', [Some(high), Some(low)]) => {
                out.push(u8::try_from(high * 16 + low).unwrap());
                bytes = rest;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
