// SPDX-License-Identifier: Apache-2.0
//! Requests, by the template of the address that was met: never by the address itself, which names people
//! and channels.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use http::{Method, StatusCode};

use super::histogram::{Held, Histogram};

const METHODS: [&str; 6] = ["DELETE", "GET", "PATCH", "POST", "PUT", "other"];
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Where no route was met.
pub const ELSEWHERE: &str = "none";

/// All that was asked.
#[derive(Debug, Default)]
pub struct Requests(ArcSwap<HashMap<String, Arc<[OneMethod; METHODS.len()]>>>);

#[derive(Debug, Default)]
struct OneMethod {
    took: Histogram,
    statuses: [AtomicU64; STATUSES.len()],
}

/// What came of one route and method.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The method.
    pub method: &'static str,
    /// The template.
    pub route: String,
    /// How often each class of status was answered.
    pub statuses: Vec<(&'static str, u64)>,
    /// How long it took until the answer began.
    pub took: Held,
}

impl Requests {
    /// Notes one answer.
    pub fn note(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let known = self.0.load().get(route).cloned();
        let methods = known.unwrap_or_else(|| self.first(route));
        let place = METHODS.iter().position(|name| *name == method.as_str());
        let Some(one) = methods.get(place.unwrap_or(METHODS.len() - 1)) else {
            return;
        };
        one.took.note(took);
        if let Some(count) = one
            .statuses
            .get(usize::from(status.as_u16() / 100).saturating_sub(1))
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// INVARIANT: routes are as many as the program has; a caller cannot make one.
    fn first(&self, route: &str) -> Arc<[OneMethod; METHODS.len()]> {
        let new: Arc<[OneMethod; METHODS.len()]> = Arc::default();
        self.0.rcu(|routes| {
            let mut routes = HashMap::clone(routes);
            routes.entry(route.to_owned()).or_insert_with(|| Arc::clone(&new));
            routes
        });
        self.0.load().get(route).cloned().unwrap_or(new)
    }

    /// All that was met at least once.
    pub fn counted(&self) -> Vec<Counted> {
        let routes = self.0.load();
        let all = routes.iter().flat_map(|(route, methods)| {
            METHODS
                .into_iter()
                .zip(methods.iter())
                .map(move |(method, one)| Counted {
                    method,
                    route: route.clone(),
                    statuses: STATUSES
                        .into_iter()
                        .zip(one.statuses.iter().map(|count| count.load(Ordering::Relaxed)))
                        .filter(|(_, count)| *count > 0)
                        .collect(),
                    took: one.took.held(),
                })
        });
        let mut all: Vec<Counted> = all.filter(|counted| counted.took.count > 0).collect();
        all.sort_by(|a, b| (&a.route, a.method).cmp(&(&b.route, b.method)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_route_method_and_class_of_status() {
        let requests = Requests::default();
        for (method, status) in [("GET", 200), ("GET", 204), ("GET", 404), ("PURGE", 405)] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let status = StatusCode::from_u16(status).unwrap();
            requests.note("/a/{id}", &method, status, Duration::from_micros(7));
        }
        let counted = requests.counted();
        assert_eq!(counted.len(), 2);
        assert_eq!(counted[0].statuses, [("2xx", 2), ("4xx", 1)]);
        assert_eq!((counted[1].method, counted[1].took.count), ("other", 1));
    }
}
