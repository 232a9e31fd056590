// SPDX-License-Identifier: Apache-2.0
//! A database server that is cut off and comes back, by a go-between that hangs up. The embedded store
//! has no server to lose; there the pool runs dry instead, see `faults`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_authn::assurance::Level;
use countersign_tests::house::{TestHouse, question, whole_world};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes bytes between the house and the database server, until it is cut.
pub(crate) struct GoBetween {
    pub(crate) address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    changed: Arc<tokio::sync::Notify>,
}

impl GoBetween {
    pub(crate) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_cut = Arc::new(AtomicBool::new(false));
        let changed = Arc::new(tokio::sync::Notify::new());
        let (cut, change) = (Arc::clone(&is_cut), Arc::clone(&changed));
        tokio::spawn(async move {
            let mut passing = JoinSet::new();
            loop {
                tokio::select! {
                    () = change.notified() => passing.shutdown().await,
                    Ok((mut house, _)) = listener.accept() => {
                        let server = server.clone();
                        // A connection to a server that is cut off is closed at once.
                        if !cut.load(Ordering::SeqCst) {
                            passing.spawn(async move {
                                let mut there = TcpStream::connect(server).await.unwrap();
                                let _ = tokio::io::copy_bidirectional(&mut house, &mut there).await;
                            });
                        }
                    }
                }
            }
        });
        Self {
            address,
            is_cut,
            changed,
        }
    }

    pub(crate) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
        if is_cut {
            self.changed.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_that_was_gone_is_found_again() {
    let Some(address) = countersign_tests::database::server_address() else {
        println!("nothing tried: the store is embedded");
        return;
    };
    let between = GoBetween::to(address.clone()).await;
    let house = TestHouse::open_by(|url| url.replace(&address, &between.address.to_string())).await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let join = || question("alice", "channel.join", "ops-ns");
    assert_eq!(house.ask(&server, join()).await["decision"], true);

    between.cut(true);
    house.app.clock.advance(chrono::TimeDelta::seconds(4));
    assert_eq!(house.ask(&server, join()).await["decision"], true, "from memory");
    let gone = tokio::time::timeout(Duration::from_secs(30), house.app.catch_up()).await;
    assert!(gone.unwrap().is_err(), "the server is gone");
    house.app.clock.advance(chrono::TimeDelta::seconds(6));
    let told = house.ask(&server, join()).await;
    assert_eq!(told["context"]["reason"], "AUDIT_UNAVAILABLE", "{told}");

    between.cut(false);
    house.app.catch_up().await.unwrap();
    assert_eq!(house.ask(&server, join()).await["decision"], true);
    house.app.drain().await.unwrap();
    let mut db = house.database.pool.acquire().await.unwrap();
    countersign_audit::verify::database(&mut db, |_, _| {})
        .await
        .unwrap();
}
