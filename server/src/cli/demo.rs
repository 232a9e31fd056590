// SPDX-License-Identifier: Apache-2.0
//! `countersign demo`: the coalition world on the embedded store, ready to be asked and signed in to.
//! Rules for administrators are eased, and every page says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use authn::Happened;
use authn::assurance::{Level, Method, Proof};
use authn::session::{Place, open};
use clap::Args;
use countersign_authn as authn;
use countersign_directory::operation::{device, import, settings};
use countersign_directory::{
    Actor, Administration, ConnectedServer, DeviceId, Permit, PersonId, PersonKind, Status,
};
use serde_json::{Value, json};

use super::opened::{finish, outside};
use super::person::addresses;
use super::server::{Connection, connect};
use super::{Failure, block_on, serve};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::WriteTransaction;
use crate::rng::Randomness;
use crate::{house, listen, telemetry};

const WORLD: &[u8] = include_bytes!("../../../policies/worlds/coalition.world.json");
const NOTICE: &str = "Demonstration: invented people and channels. Administration asks for two \
                      factors only, from any device.";

/// Serve the coalition world.
#[derive(Args, Debug)]
pub struct Demo {
    /// Where to keep its state; a second start finds it again.
    #[arg(long, default_value = "var/demo")]
    data_dir: PathBuf,
    /// The port on localhost; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Print one line of JSON in place of text.
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        telemetry::start("warn");
        block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        let wanted = listen::on_localhost(self.port);
        let listener = listen::bind(&wanted).map_err(outside)?;
        let port = listener.local_addr().map_err(outside)?.port();
        let app = house::open(
            self.config(port)?,
            Clock::system(),
            Randomness::system().map_err(outside)?,
            Some(NOTICE.to_owned()),
        )
        .await?;
        prepare(&app).await?;
        let secret = connect(&app, connection(&app)?).await?;
        open_sessions(&app).await?;
        let people = enrolment_links(&app).await?;
        let told = told(&app, secret.expose(), &people);
        if self.json {
            println!("{told}");
        } else {
            print(&told);
        }
        serve::run(app, listener).await
    }

    fn config(&self, port: u16) -> Result<Config, Failure> {
        let mut table = toml::Table::new();
        table.insert("issuer".into(), format!("http://localhost:{port}").into());
        table.insert("data_dir".into(), self.data_dir.display().to_string().into());
        let mut record = toml::Table::new();
        record.insert("durability".into(), "process".into());
        table.insert("record".into(), record.into());
        // Nothing here is more than an example.
        let mut banner = toml::Table::new();
        banner.insert("scheme".into(), "NATO".into());
        banner.insert("level".into(), "NU".into());
        let mut login = toml::Table::new();
        login.insert("banner".into(), banner.into());
        table.insert("login".into(), login.into());
        let machines = toml::toml! { bound_tokens_from_rank = 5 };
        table.insert("machines".into(), machines.into());
        let environment = super::environment();
        Ok(Config::overlaid(table, environment)?)
    }
}

/// Imports the world into an empty store, eases the rules for administrators, and reports the
/// devices' posture anew.
async fn prepare(app: &App) -> Result<(), Failure> {
    let operator = Permit::operator();
    let now = app.now();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    let mut events = Vec::new();
    if app.snapshot().people().next().is_none() {
        let source = import::Source::read(WORLD)
            .map_err(|faults| Failure::Outside(format!("the demo world has {} faults", faults.len())))?;
        let options = import::Options::default();
        let report = import::import(source, &options, &operator, now, &mut transaction)
            .await
            .map_err(outside)?;
        events.extend(report.events);
        let mut eased = app.snapshot().settings().clone();
        eased.administration = Administration {
            aal: 2,
            managed_device: false,
        };
        let outcome = settings::put(&eased, &operator, now, &mut transaction)
            .await
            .map_err(outside)?;
        events.extend(outcome.events);
    }
    finish(app, &events, transaction).await?;
    report_devices(app).await
}

/// All of the demo's devices but `stale`, whose report is meant to be old.
async fn report_devices(app: &App) -> Result<(), Failure> {
    let now = app.now();
    let mut events = Vec::new();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    for id in ["byod", "cts", "npe", "ns", "smk"] {
        let id: DeviceId = id.parse().map_err(outside)?;
        let outcome = device::report_posture(&id, now, &Permit::operator(), now, &mut transaction)
            .await
            .map_err(outside)?;
        events.extend(outcome.events);
    }
    finish(app, &events, transaction).await
}

/// The connected server that the printed credentials belong to: as it was agreed on if it is on file,
/// else one that sees the whole world and is told true reasons.
fn connection(app: &App) -> Result<Connection, Failure> {
    if let Some(server) = app.snapshot().server("demo") {
        let server = ConnectedServer::clone(server);
        return Ok(Connection { server, client: None });
    }
    let record = json!({
        "server": {
            "id": "demo",
            "kind": "generic",
            "client_id": "demo",
            "node": null,
            "user_id": "same",
            "channel_id": "same",
            "scope": {"people": "all", "channels": "all"},
            "may_assert": ["label", "quotes", "to", "target", "node"],
            "may_search": true,
            "labels_owner": "server",
            "members_owner": "server",
            "reasons": "full"
        }
    });
    serde_json::from_value(record).map_err(outside)
}

/// Labelled sessions at the printed server, so that an allowed question can be asked with curl.
async fn open_sessions(app: &App) -> Result<(), Failure> {
    let now = app.now();
    let mut log = Happened::new();
    let mut rng = app.rng();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    for (person, level, device) in [("alice", Level::Aal3, "ns"), ("dave", Level::Aal2, "smk")] {
        let person: PersonId = person.parse().map_err(outside)?;
        let proof = Proof {
            level,
            methods: [Method::Mfa].into(),
            at: now,
            attested: level == Level::Aal3,
            by: Vec::new(),
        };
        let device: DeviceId = device.parse().map_err(outside)?;
        let place = Place {
            device: Some(device),
            agent: Some("opened by the demo".into()),
        };
        end_earlier(app, &person, &mut log, &mut transaction).await?;
        let (session, _secret) = open::open(
            &person,
            &proof,
            place,
            &app.config.sessions.lifetimes(),
            now,
            &mut rng,
            &mut log,
            &mut transaction,
        )
        .await
        .map_err(outside)?;
        open::tie(&session, "demo", now, &mut rng, &mut log, &mut transaction)
            .await
            .map_err(outside)?;
    }
    app.settle(&Actor::Operator, &log, now, transaction)
        .await
        .map_err(outside)
}

/// Sessions that an earlier start of the demo opened would weigh on the new ones: an unnamed session
/// counts as the weakest of all.
async fn end_earlier(
    app: &App,
    person: &PersonId,
    log: &mut Happened,
    transaction: &mut WriteTransaction,
) -> Result<(), Failure> {
    let now = app.now();
    for session in app.board.of_person(person, now) {
        let ties = app.board.clients_of(&session.id);
        if ties.iter().any(|tie| tie.client == "demo") {
            let reason = authn::session::end::Reason::Replaced;
            authn::session::end::end(&session.id, reason, now, &mut app.rng(), log, transaction)
                .await
                .map_err(outside)?;
        }
    }
    Ok(())
}

/// A one-time enrolment link for everybody who can sign in.
async fn enrolment_links(app: &App) -> Result<BTreeMap<String, String>, Failure> {
    let snapshot = app.snapshot();
    let can_sign_in = snapshot
        .people()
        .filter(|(_, person)| person.status == Status::Active && person.kind != PersonKind::Service);
    let links = addresses(app, can_sign_in.map(|(id, _)| id)).await?;
    Ok(links
        .into_iter()
        .map(|(person, address)| (person.to_string(), address))
        .collect())
}

fn told(app: &App, secret: &str, people: &BTreeMap<String, String>) -> Value {
    let issuer = &app.config.issuer;
    let links = people
        .iter()
        .map(|(id, link)| (id.clone(), json!({ "enrol_url": link })));
    json!({
        "base_url": issuer,
        "issuer": issuer,
        "console_url": format!("{issuer}/admin/"),
        "data_dir": app.config.data_dir,
        "people": links.collect::<serde_json::Map<_, _>>(),
        "server": {
            "id": "demo",
            "client_id": "demo",
            "client_secret": secret,
            "token_url": format!("{issuer}/oauth2/token"),
        },
        "curl": {
            "allowed": curl(issuer, secret, "alice", "ops-ns"),
            "denied": curl(issuer, secret, "noah", "ops-ns"),
        },
    })
}

/// A question that can be pasted into a shell.
fn curl(issuer: &str, secret: &str, person: &str, channel: &str) -> String {
    let question = json!({
        "subject": {"type": "user", "id": person},
        "action": {"name": "channel.join"},
        "resource": {"type": "channel", "id": channel},
    });
    format!(
        "TOKEN=$(curl -s -u 'demo:{secret}' -d grant_type=client_credentials {issuer}/oauth2/token \
         | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/'); \
         curl -s -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \
         -d '{question}' {issuer}/access/v1/evaluation"
    )
}

fn print(told: &Value) {
    let text = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    println!("Countersign serves the coalition world at {}", text("/base_url"));
    println!(
        "\nConsole (a security officer or an auditor signs in): {}",
        text("/console_url")
    );
    println!("\nEnrol first, each link works once:");
    for (who, what) in [
        ("alice", "cleared DE GEHEIM"),
        ("noah", "not cleared"),
        ("dave", "industry, briefed"),
        ("judy", "security officer"),
        ("olga", "auditor"),
    ] {
        println!(
            "  {who:<6} {what:<18} {}",
            text(&format!("/people/{who}/enrol_url"))
        );
    }
    println!("\nA question that is allowed:\n{}", text("/curl/allowed"));
    println!("\nA question that is refused:\n{}", text("/curl/denied"));
    println!("\nStop with Ctrl-C. The state stays in {}.", text("/data_dir"));
}
