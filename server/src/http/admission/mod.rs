// SPDX-License-Identifier: Apache-2.0
//! The door: who is let in, before anything that was sent is read. Each connected server has limits of its
//! own, found by its access token; everybody else is told apart by address. So a flood of either kind finds
//! its own end, and the others are answered meanwhile.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use authn::oidc::access_token::AccessToken;
use axum::body::HttpBody as _;
use axum::extract::connect_info::{ConnectInfo, MockConnectInfo};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_directory::ConnectedServer;
use http::{HeaderMap, HeaderName, Method, header};

use super::granting::imports;
use super::{LARGEST_BODY, matrix};
use crate::app::{App, House};
use crate::http::caller::{certificate, must_be_bound};
use crate::machines::PeerCertificate;
use crate::metrics::requests::ELSEWHERE;
use crate::traces::Span;
use crate::traces::parent::Parent;
use limits::{Standing, Underway};
use refusal::Refusal;
use tokio::sync::OwnedSemaphorePermit;

pub mod bucket;
pub mod limits;
pub mod refusal;

/// No answer to anybody but a connected server takes longer than this; what is longer is a body that comes
/// in drops.
const LONGEST: Duration = Duration::from_mins(1);

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A connected server whose request was let in. Held as long as it is under way.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Its record.
    pub server: Arc<ConnectedServer>,
    /// What it has left.
    pub standing: Arc<Standing>,
    _underway: Arc<Underway>,
}

impl Admitted {
    /// Takes `more` questions, beyond the one that a request is.
    pub fn take(&self, more: usize, house: &House) -> Result<(), Refusal> {
        let taken = self.standing.take(more as u64, house.clock.steady());
        taken.inspect_err(|refusal| house.limits.refused(*refusal))
    }
}

impl Admitted {
    /// Held while a search, or a question about a whole list of people, is worked on.
    pub fn search(&self, house: &House) -> Result<OwnedSemaphorePermit, Refusal> {
        let held = self.standing.search();
        held.inspect_err(|refusal| house.limits.refused(*refusal))
    }
}

/// Lets a request in, or tells it to come back.
pub async fn admit(app: &App, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Who watches over the house looks when it is busy most of all.
    if matches!(path, "/healthz" | "/metrics" | "/readyz") {
        return next.run(request).await;
    }
    match judge(app, &request) {
        Ok(Judged::Server(admitted)) => {
            let traced = Traced::begin(app, &request, true);
            request.extensions_mut().insert(admitted.clone());
            let answer = next.run(request).await;
            drop(admitted);
            Traced::end(traced, app, answer)
        }
        Ok(Judged::Other(underway)) => {
            let traced = Traced::begin(app, &request, false);
            let path = path.to_owned();
            let answer = tokio::time::timeout(LONGEST, next.run(request)).await;
            drop(underway);
            let answer = answer.unwrap_or_else(|_| refused(Refusal::TooSlow, &path, app));
            Traced::end(traced, app, answer)
        }
        Err(refusal) => refused(refusal, path, app),
    }
}

/// A request whose span is open.
struct Traced {
    span: Span,
    method: Method,
    route: Option<MatchedPath>,
}

impl Traced {
    /// Begins a span, where that is wanted. Only a connected server says to which trace it belongs: others
    /// could have everything traced.
    fn begin(app: &App, request: &Request, from_server: bool) -> Option<Self> {
        if !app.traces.are_on() {
            return None;
        }
        let told = request.headers().get(TRACEPARENT).filter(|_| from_server);
        let parent = told.and_then(|told| Parent::read(told.to_str().ok()?));
        Some(Self {
            span: app.traces.begin(parent, app.now(), &mut app.rng())?,
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
        })
    }

    fn end(traced: Option<Self>, app: &App, answer: Response) -> Response {
        if let Some(Self { span, method, route }) = traced {
            let route = route.as_ref().map_or(ELSEWHERE, MatchedPath::as_str);
            app.traces.end(span, method, route, answer.status());
        }
        answer
    }
}

enum Judged {
    Server(Admitted),
    Other(Underway),
}

fn judge(app: &App, request: &Request) -> Result<Judged, Refusal> {
    let headers = request.headers();
    let length = request.body().size_hint().upper();
    let largest = if request.uri().path().starts_with(matrix::SEND) {
        matrix::TRANSACTION
    } else if request.uri().path().starts_with(imports::PLACE) {
        imports::LARGEST
    } else {
        LARGEST_BODY
    };
    if length.is_some_and(|length| length > largest as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    let now = app.clock.steady();
    let Some((server, standing)) = connected_server(app, headers, certificate(request.extensions())) else {
        return app
            .limits
            .admit_other(address(app, request), now)
            .map(Judged::Other);
    };
    // Waiting is no work, and may last.
    let underway = if matches!(request.uri().path(), "/api/v1/changes" | "/api/v1/stream") {
        standing.take(1, now)?;
        standing.stream()?
    } else {
        let journal_full = request.uri().path().starts_with("/access/") && app.recorder.is_filling();
        if journal_full {
            return Err(Refusal::JournalFull);
        }
        app.limits.admit(&standing, length, now)?
    };
    Ok(Judged::Server(Admitted {
        server,
        standing,
        _underway: Arc::new(underway),
    }))
}

fn refused(refusal: Refusal, path: &str, house: &House) -> Response {
    house.limits.refused(refusal);
    refusal.answer(path, house)
}

/// The record of the server whose client's token was sent, beside its certificate where that is needed, and
/// where it stands.
fn connected_server(
    house: &House,
    headers: &HeaderMap,
    certificate: Option<&PeerCertificate>,
) -> Option<(Arc<ConnectedServer>, Arc<Standing>)> {
    let token = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")?;
    let token = AccessToken::open(token, &house.sealer, house.now())?;
    if token.person.is_some() || !token.fits(certificate.map(|one| one.thumbprint.as_str())) {
        return None;
    }
    let snapshot = house.snapshot();
    let server = server_of(&token.client, house, &snapshot)?;
    if token.cnf.is_none() && must_be_bound(house, &snapshot, server) {
        return None;
    }
    let standing = house.limits.known(&token.client);
    let standing = standing.filter(|standing| standing.server == server.id);
    let standing = standing.unwrap_or_else(|| house.limits.first_call(&token.client, &server.id));
    Some((Arc::clone(server), standing))
}

/// The record of a client: the one it had last, most of the time.
fn server_of<'a>(client: &str, house: &House, snapshot: &'a Snapshot) -> Option<&'a Arc<ConnectedServer>> {
    let known = house.limits.known(client);
    let server = known.and_then(|standing| snapshot.server(standing.server.as_str()));
    server.filter(|server| server.client_id == client).or_else(|| {
        let mut servers = snapshot.servers().map(|(_, server)| server);
        servers.find(|server| server.client_id == client)
    })
}

/// From where a request comes; behind a proxy, as that one says it.
fn address(house: &House, request: &Request) -> Option<IpAddr> {
    let extensions = request.extensions();
    let peer = match extensions.get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(peer)) => peer.ip(),
        None => extensions.get::<MockConnectInfo<SocketAddr>>()?.0.ip(),
    };
    if !house.config.listen.behind_tls_proxy {
        return Some(peer);
    }
    // The last one is what the proxy itself has seen; what stands before it, anybody can write.
    let told = request.headers().get_all(FORWARDED_FOR).iter().next_back();
    let told = told.and_then(|told| told.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    Some(told.unwrap_or(peer))
}
