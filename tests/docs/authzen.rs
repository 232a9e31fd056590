// SPDX-License-Identifier: Apache-2.0
//! The program of docs/connect/authzen.md, letter by letter below this line, so that it is built with
//! everything else; tests/docs/test_authzen.py compares them and runs it.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

const CAN_DO: [&str; 1] = ["display_marking"];

/// Why there is no answer.
enum Missing {
    /// The same may be asked again after so many seconds.
    Busy(u64),
    Other,
}

impl From<reqwest::Error> for Missing {
    fn from(_: reqwest::Error) -> Self {
        Self::Other
    }
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn at(path: &str) -> String {
    setting("COUNTERSIGN") + path
}

async fn send(request: RequestBuilder) -> Result<Value, Missing> {
    let answer = request.timeout(Duration::from_secs(5)).send().await?;
    match answer.status() {
        StatusCode::OK => Ok(answer.json().await?),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let wait = answer.headers().get("retry-after");
            let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
            Err(Missing::Busy(wait.unwrap_or(0)))
        }
        _ => Err(Missing::Other),
    }
}

/// A new one; a server keeps it for four of its five minutes.
async fn token(client: &Client) -> Result<String, Missing> {
    let request = client
        .post(at("/oauth2/token"))
        .basic_auth(setting("CLIENT_ID"), Some(setting("CLIENT_SECRET")))
        .form(&[("grant_type", "client_credentials")]);
    let told = send(request).await?;
    let token = told["access_token"].as_str().ok_or(Missing::Other)?;
    Ok(token.to_owned())
}

async fn evaluate(client: &Client, question: &Value) -> Result<Value, Missing> {
    let token = token(client).await?;
    let request = client.post(at("/access/v1/evaluation")).bearer_auth(token);
    send(request.json(question)).await
}

/// Until when she may, or why not.
async fn ask(client: &Client, person: &str, action: &str, channel: &str) -> Result<String, String> {
    let question = json!({
        "subject": {"type": "user", "id": person},
        "action": {"name": action},
        "resource": {"type": "channel", "id": channel},
    });
    let mut answer = evaluate(client, &question).await;
    if let Err(Missing::Busy(wait @ ..=5)) = answer {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        answer = evaluate(client, &question).await;
    }
    let answer = answer.map_err(|_| "NO_ANSWER")?;
    let context = &answer["context"];
    if answer["decision"] != true {
        return Err(context["reason"].as_str().unwrap_or("NO_ANSWER").to_owned());
    }
    let mut duties = context["obligations"].as_array().into_iter().flatten();
    let can_do = |duty: &Value| duty["type"].as_str().is_some_and(|duty| CAN_DO.contains(&duty));
    if duties.any(|duty| duty["mandatory"] == true && !can_do(duty)) {
        return Err("OBLIGATION".to_owned());
    }
    Ok(context["expires_at"].as_str().ok_or("NO_ANSWER")?.to_owned())
}

/// Prints each change as it comes, until the stream ends; go on with the id of the last event.
async fn follow(client: &Client, last: &mut Option<String>) -> Result<(), Missing> {
    let token = token(client).await?;
    let mut request = client.get(at("/api/v1/stream")).bearer_auth(token);
    if let Some(last) = last.as_deref() {
        request = request.header("last-event-id", last);
    }
    let mut stream = request.send().await?.error_for_status()?;
    let mut text = Vec::new();
    while let Some(bytes) = stream.chunk().await? {
        text.extend_from_slice(&bytes);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(id) = line.strip_prefix("id:") {
                *last = Some(id.trim().to_owned());
            } else if let Some(data) = line.strip_prefix("data:") {
                let told: Value = serde_json::from_str(data).unwrap_or_default();
                for change in told["changes"].as_array().into_iter().flatten() {
                    println!("{}", change["kind"].as_str().unwrap_or_default());
                }
            }
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() {
    // reqwest without a built-in provider takes the one that the program names.
    let _already_named = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = Client::builder().no_proxy().build().expect("a client");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [person, action, channel] = arguments.as_slice() else {
        let mut last = None;
        loop {
            if follow(&client, &mut last).await.is_err() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    match ask(&client, person, action, channel).await {
        Ok(until) => println!("yes, until {until}"),
        Err(reason) => {
            println!("no: {reason}");
            std::process::exit(1);
        }
    }
}
