// SPDX-License-Identifier: Apache-2.0
//! `countersign source …`: which there are, what a mapping makes of a sample, and what is wrong.

use std::process::Output;

use countersign_tests::house::open_house_configured;
use countersign_tests::process::run;
use serde_json::{Value, json};

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_are_listed_tried_and_tested() {
    let house = open_house_configured(toml::Table::new()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let app = &house.app.config;
    let secret = file("secret", "correct-horse\n");
    let config = file(
        "config.toml",
        &format!(
            "data_dir = \"{}\"\n[database]\nurl = \"{}\"\n[[sources]]\nid = \"mod\"\nname = \"Ministry\"\n\
             [sources.protocol.oidc]\nissuer = \"https://127.0.0.1:{port}\"\nclient_id = \"c\"\n\
             secret_file = \"{secret}\"\n[sources.trust]\nidentity = true\nattributes = true\n\
             [sources.linking]\ncreate = \"yes\"\n\
             [[sources.mapping.rules]]\nto = \"display_name\"\nmode = \"require\"\nvalue = {{ from = \"cn\" }}\n",
            app.data_dir.display(),
            app.database.url()
        ),
    );
    let source = |arguments: &[&str]| run(&[&["source"], arguments, &["--config", &config]].concat());

    let listed = source(&["list"]);
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed));
    let line = "mod                  oidc  active    configuration   Ministry";
    assert!(text(&listed).contains(line), "{}", text(&listed));

    let sample = file("sample.json", &json!({"cn": "Ann Ash", "age": 40}).to_string());
    let mapped = source(&["map", "mod", "--file", &sample]);
    assert_eq!(mapped.status.code(), Some(0), "{}", text(&mapped));
    let told: Value = serde_json::from_slice(&mapped.stdout).unwrap();
    assert_eq!(told["sourced"]["display_name"], "Ann Ash");
    let empty = file("empty.json", "{}");
    let missing = source(&["map", "mod", "--file", &empty]);
    assert_eq!(missing.status.code(), Some(1), "{}", text(&missing));
    assert!(
        text(&missing).contains("rules[0]: nothing comes of it"),
        "{}",
        text(&missing)
    );
    let unknown = source(&["map", "nothing", "--file", &sample]);
    assert_eq!(unknown.status.code(), Some(2), "{}", text(&unknown));

    let tested = source(&["test", "mod"]);
    assert_eq!(tested.status.code(), Some(3), "{}", text(&tested));
    let told = text(&tested);
    assert!(
        told.contains("ok    record           trusted for identity, attributes"),
        "{told}"
    );
    assert!(
        told.contains(&format!(
            "FAIL  connection       `127.0.0.1:{port}` takes no connection"
        )),
        "{told}"
    );
    assert!(told.contains("mend: see that the port is right"), "{told}");
    assert!(!told.contains("correct-horse"), "{told}");
}
