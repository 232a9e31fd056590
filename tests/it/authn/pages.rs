// SPDX-License-Identifier: Apache-2.0
//! What every page promises: its policy, its origin, and a page for what is not there.

use countersign_tests::house::open_house;
use http::{StatusCode, header};

use super::desk::Tab;

#[tokio::test]
async fn pages_carry_a_strict_policy_and_are_never_stored() {
    let house = open_house().await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    for path in [
        format!("/signin?flow={flow}"),
        "/enrol/nothing".into(),
        "/no-such-page".into(),
    ] {
        let answer = tab.get(&path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{path}"
        );
        assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert!(
            !answer.text.contains("style=") && !answer.text.contains("<style"),
            "{path}"
        );
        assert!(answer.text.contains("<h1>"), "{path}");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_or_from_another_browser_is_refused() {
    let house = open_house().await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    let fields = [("flow", flow.as_str()), ("name", "dave")];
    let answer = tab
        .post_from("https://evil.example", "/signin/name", &fields)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut other = Tab::new(&house);
    other.begin("/signin").await;
    assert_eq!(other.post("/signin/name", &fields).await.status, StatusCode::GONE);
    assert_eq!(
        tab.post("/signin/name", &fields).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn names_are_shown_as_text() {
    let house = open_house().await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", "<script>x</script>")])
        .await;
    let page = tab.get(&format!("/signin?flow={flow}")).await;
    assert!(!page.text.contains("<script>x"));
}

#[tokio::test]
async fn a_sign_in_runs_out_after_a_quarter_of_an_hour() {
    let house = open_house().await;
    let mut tab = Tab::new(&house);
    let flow = tab.begin("/signin").await;
    house.advance(chrono::TimeDelta::minutes(15)).await;
    assert_eq!(
        tab.get(&format!("/signin?flow={flow}")).await.status,
        StatusCode::OK
    );
    house.advance(chrono::TimeDelta::seconds(1)).await;
    assert_eq!(
        tab.get(&format!("/signin?flow={flow}")).await.status,
        StatusCode::GONE
    );
}
