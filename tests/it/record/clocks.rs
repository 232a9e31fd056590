// SPDX-License-Identifier: Apache-2.0
//! A process whose clock is not the store's: it would end validities at other moments than its peers.

use chrono::TimeDelta;
use countersign_server::http as wire;
use countersign_tests::house::{open_house, request};
use http::Method;
use tower::ServiceExt as _;

#[tokio::test]
async fn more_than_five_seconds_from_the_store_nothing_of_rank_1_is_decided() {
    let house = open_house().await;
    for (seconds, trusted) in [(0, true), (3, true), (7, false), (-7, false)] {
        let app = house.reopened_off_by(TimeDelta::seconds(seconds)).await;
        app.follow().await.unwrap();
        assert_eq!(app.tail.is_fresh(app.now()), trusted, "{seconds} s");
        assert_eq!(app.tail.is_skewed(), !trusted, "{seconds} s");
        let ready = request(Method::GET, "/readyz", &[], None);
        let answer = wire::router(app).oneshot(ready).await.unwrap();
        assert_eq!(answer.status() == 200, trusted, "{seconds} s");
    }
}
