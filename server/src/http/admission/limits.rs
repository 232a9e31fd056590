// SPDX-License-Identifier: Apache-2.0
//! What each caller has under way and has left. Nothing here is shared between two connected servers but
//! the count of all their requests, and even beyond that one the quiet are let in.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use countersign_directory::ServerId;
use rand::Rng;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bucket::{Bucket, Rate};
use super::refusal::Refusal;
use crate::config;

/// Addresses share this many buckets; by a secret function, so that nobody can choose whose.
const ADDRESSES: usize = 1 << 16;
/// What a connected server always has room for, however many others are at it.
const ALWAYS: usize = 8;
/// Bodies of more than [`LARGE_BODY`] of one server that are read at once: read, one weighs many times its
/// length.
const LARGE_AT_ONCE: usize = 4;
/// From this length on, bytes, a body is large.
pub const LARGE_BODY: u64 = 64 * 1024;
/// So many bytes of a body weigh as much as a question.
const BYTES_PER_UNIT: u64 = 8 * 1024;

/// All callers.
#[derive(Debug)]
pub struct Limits {
    config: config::limits::Limits,
    server_rate: Rate,
    address_rate: Rate,
    servers: ArcSwap<HashMap<String, Arc<Standing>>>,
    servers_at_once: Arc<Semaphore>,
    addresses: Box<[Bucket]>,
    secret: u64,
    others_at_once: Arc<Semaphore>,
    refused: [AtomicU64; Refusal::KINDS.len()],
}

/// One connected server.
#[derive(Debug)]
pub struct Standing {
    /// Whose.
    pub server: ServerId,
    rate: Rate,
    bucket: Bucket,
    at_once: Arc<Semaphore>,
    most_at_once: usize,
    large: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// Held while something is under way.
#[derive(Debug)]
pub struct Underway {
    _held: [Option<OwnedSemaphorePermit>; 3],
}

impl Limits {
    /// As configured.
    pub fn new(config: &config::limits::Limits, rng: &mut impl Rng) -> Self {
        let many = |number: u32| Arc::new(Semaphore::new(number as usize));
        Self {
            server_rate: Rate::new(config.server_per_second, config.server_burst),
            address_rate: Rate::new(config.address_per_second, config.address_burst),
            servers: ArcSwap::default(),
            servers_at_once: many(config.servers_at_once),
            addresses: (0..ADDRESSES).map(|_| Bucket::default()).collect(),
            secret: rng.next_u64(),
            others_at_once: many(config.others_at_once),
            refused: Default::default(),
            config: config.clone(),
        }
    }

    /// The server that is known to use this client, if it has called before.
    pub fn known(&self, client: &str) -> Option<Arc<Standing>> {
        self.servers.load().get(client).cloned()
    }

    /// The standing of a server that calls by this client for the first time.
    pub fn first_call(&self, client: &str, server: &ServerId) -> Arc<Standing> {
        let many = |number: u32| Arc::new(Semaphore::new(number as usize));
        let new = Arc::new(Standing {
            server: server.clone(),
            rate: self.server_rate,
            bucket: Bucket::default(),
            at_once: many(self.config.server_at_once),
            most_at_once: self.config.server_at_once as usize,
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
            searches: many(self.config.server_searches_at_once),
            streams: many(self.config.server_streams_at_once),
        });
        self.servers.rcu(|servers| {
            let mut servers = HashMap::clone(servers);
            // Of two first calls at once, one standing is kept.
            match servers.get(client) {
                Some(there) if there.server == *server => {}
                _ => {
                    servers.insert(client.to_owned(), Arc::clone(&new));
                }
            }
            servers
        });
        self.known(client).unwrap_or(new)
    }

    /// Lets in a request of a connected server; `length` of its body, none where that is not said.
    pub fn admit(
        &self,
        standing: &Standing,
        length: Option<u64>,
        now: Duration,
    ) -> Result<Underway, Refusal> {
        let large = if length.is_none_or(|length| length >= LARGE_BODY) {
            let room = Arc::clone(&standing.large).try_acquire_owned();
            Some(room.map_err(|_| Refusal::ServerAtOnce)?)
        } else {
            None
        };
        let own = Arc::clone(&standing.at_once).try_acquire_owned();
        let own = own.map_err(|_| Refusal::ServerAtOnce)?;
        let all = Arc::clone(&self.servers_at_once).try_acquire_owned().ok();
        if all.is_none() && standing.under_way() > ALWAYS {
            return Err(Refusal::Overloaded);
        }
        standing.take(1 + length.unwrap_or(LARGE_BODY) / BYTES_PER_UNIT, now)?;
        Ok(Underway {
            _held: [Some(own), all, large],
        })
    }

    /// Lets in somebody who is no connected server.
    pub fn admit_other(&self, from: Option<IpAddr>, now: Duration) -> Result<Underway, Refusal> {
        if let Some(address) = from.filter(|address| !address.is_loopback()) {
            let taken = self.bucket(address).map(|b| b.take(self.address_rate, 1, now));
            taken.unwrap_or(Ok(())).map_err(Refusal::AddressRate)?;
        }
        let one = Arc::clone(&self.others_at_once).try_acquire_owned();
        let one = one.map_err(|_| Refusal::Overloaded)?;
        Ok(Underway {
            _held: [Some(one), None, None],
        })
    }

    /// Counts a refusal.
    pub fn refused(&self, refusal: Refusal) {
        if let Some(count) = self.refused.get(refusal.kind()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often each was refused, by [`Refusal::KINDS`].
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.refused.iter().map(|count| count.load(Ordering::Relaxed));
        Refusal::KINDS.into_iter().zip(counts)
    }

    fn bucket(&self, address: IpAddr) -> Option<&Bucket> {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        match address.to_canonical() {
            IpAddr::V4(address) => address.octets().hash(&mut hasher),
            // Who has one address of such a network has all of them.
            IpAddr::V6(address) => address.segments().get(..4).hash(&mut hasher),
        }
        self.addresses.get(hasher.finish() as usize % ADDRESSES)
    }
}

impl Standing {
    /// Takes so many questions.
    pub fn take(&self, units: u64, now: Duration) -> Result<(), Refusal> {
        self.bucket
            .take(self.rate, units, now)
            .map_err(Refusal::ServerRate)
    }

    /// Held while a search goes on.
    pub fn search(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let one = Arc::clone(&self.searches).try_acquire_owned();
        one.map_err(|_| Refusal::SearchesAtOnce)
    }

    /// Held while a stream is open, or a change is waited for.
    pub fn stream(&self) -> Result<Underway, Refusal> {
        let one = Arc::clone(&self.streams).try_acquire_owned();
        let one = one.map_err(|_| Refusal::StreamsAtOnce)?;
        Ok(Underway {
            _held: [Some(one), None, None],
        })
    }

    fn under_way(&self) -> usize {
        self.most_at_once.saturating_sub(self.at_once.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn limits(config: config::limits::Limits) -> Limits {
        Limits::new(&config, &mut StdRng::seed_from_u64(1))
    }

    fn server(limits: &Limits, id: &str) -> Arc<Standing> {
        limits.first_call(id, &id.parse().unwrap())
    }

    #[test]
    fn one_servers_requests_at_once_are_bounded_and_take_nothing_from_another() {
        let limits = limits(config::limits::Limits {
            server_at_once: 3,
            ..Default::default()
        });
        let (one, other) = (server(&limits, "one"), server(&limits, "other"));
        let mut held: Vec<Underway> = (0..3)
            .map(|_| limits.admit(&one, Some(1), NOW).unwrap())
            .collect();
        assert_eq!(
            limits.admit(&one, Some(1), NOW).unwrap_err(),
            Refusal::ServerAtOnce
        );
        limits.admit(&other, Some(1), NOW).unwrap();
        held.pop();
        limits.admit(&one, Some(1), NOW).unwrap();
    }

    #[test]
    fn when_all_is_taken_who_has_few_under_way_is_let_in() {
        let limits = limits(config::limits::Limits {
            servers_at_once: 2,
            ..Default::default()
        });
        let (loud, quiet) = (server(&limits, "loud"), server(&limits, "quiet"));
        let mut held = Vec::new();
        let refused = loop {
            match limits.admit(&loud, Some(1), NOW) {
                Ok(underway) => held.push(underway),
                Err(refused) => break refused,
            }
        };
        assert_eq!((refused, held.len()), (Refusal::Overloaded, ALWAYS));
        let of_the_quiet: Vec<_> = (0..ALWAYS).map(|_| limits.admit(&quiet, Some(1), NOW)).collect();
        assert!(of_the_quiet.iter().all(Result::is_ok));
        drop(held);
        limits.admit(&loud, Some(1), NOW).unwrap();
    }

    #[test]
    fn large_bodies_and_those_of_unknown_length_are_read_a_few_at_a_time_and_weigh_more() {
        let limits = limits(config::limits::Limits::default());
        let one = server(&limits, "one");
        let held: Vec<_> = [None, Some(LARGE_BODY), None, Some(LARGE_BODY * 2)]
            .map(|length| limits.admit(&one, length, NOW).unwrap())
            .into();
        assert_eq!(limits.admit(&one, None, NOW).unwrap_err(), Refusal::ServerAtOnce);
        limits.admit(&one, Some(LARGE_BODY - 1), NOW).unwrap();
        drop(held);
        // 9 + 9 + 9 + 17 + 8 of 20,000 are gone.
        one.take(20_000 - 52, NOW).unwrap();
        assert!(one.take(1, NOW).is_err());
    }

    #[test]
    fn searches_and_streams_have_room_of_their_own() {
        let limits = limits(config::limits::Limits {
            server_searches_at_once: 1,
            server_streams_at_once: 1,
            ..Default::default()
        });
        let (one, other) = (server(&limits, "one"), server(&limits, "other"));
        let (search, stream) = (one.search().unwrap(), one.stream().unwrap());
        assert_eq!(one.search().unwrap_err(), Refusal::SearchesAtOnce);
        assert_eq!(one.stream().unwrap_err(), Refusal::StreamsAtOnce);
        drop((other.search().unwrap(), other.stream().unwrap()));
        drop((search, stream));
        drop((one.search().unwrap(), one.stream().unwrap()));
    }

    #[test]
    fn an_address_has_its_own_bucket_and_a_network_of_one_owner_one() {
        let limits = limits(config::limits::Limits {
            address_per_second: 1,
            address_burst: 1,
            ..Default::default()
        });
        let send = |text: &str| limits.admit_other(Some(text.parse().unwrap()), NOW).map(drop);
        assert_eq!(send("192.0.2.1"), Ok(()));
        assert!(send("192.0.2.1").is_err());
        assert!(send("::ffff:192.0.2.1").is_err());
        assert_eq!(send("192.0.2.2"), Ok(()));
        assert_eq!(send("2001:db8::1"), Ok(()));
        assert!(send("2001:db8::2").is_err());
        for _ in 0..9 {
            assert_eq!(send("127.0.0.1"), Ok(()));
        }
    }

    #[test]
    fn a_client_that_another_server_uses_now_is_no_longer_the_first_ones() {
        let limits = limits(config::limits::Limits::default());
        let first = limits.first_call("client", &"first".parse().unwrap());
        first.take(20_000, NOW).unwrap();
        let again = limits.first_call("client", &"first".parse().unwrap());
        assert!(again.take(1, NOW).is_err());
        let second = limits.first_call("client", &"second".parse().unwrap());
        assert_eq!(second.server.as_str(), "second");
        assert!(second.take(1, NOW).is_ok());
    }
}
