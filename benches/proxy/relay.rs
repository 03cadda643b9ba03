//! The yardstick: accept, dial, `copy_bidirectional`; on a thread of its own, like the proxy.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// A relay to one address.
pub struct Relay {
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl Relay {
    pub fn start(to: SocketAddr) -> Relay {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("relay")
            .enable_all()
            .build()
            .expect("a thread");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut upstream = TcpStream::connect(to).await.expect("the upstream");
                    client.set_nodelay(true).and_then(|()| upstream.set_nodelay(true)).expect("sockets");
                    let _ = copy_bidirectional(&mut client, &mut upstream).await;
                });
            }
        });
        Relay { address, _runtime: runtime }
    }
}
