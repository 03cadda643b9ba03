//! Who is logged in, and at which instances.

use crate::support::{Scene, Service, request, scene};
use serde_json::json;

/// Two instances with the same settings; the token that the first gave out.
fn two(scene: &Scene, kept: &str) -> (Service, Service, String) {
    let (one, other) = (
        Service::start(scene, "sessions", &[("SESSIONS", kept)]),
        Service::start(scene, "sessions", &[("SESSIONS", kept)]),
    );
    let login = one.send("POST", "/login", json!({ "user": "ann" }));
    assert_eq!(login.status, 200, "{}", login.text);
    let token = login.body["token"].as_str().expect("a token").to_owned();
    assert_eq!(
        login.header("set-cookie"),
        Some(format!("session={token}; Path=/; HttpOnly; SameSite=Lax").as_str())
    );
    (one, other, token)
}

/// The status of `GET /me`, by header and by cookie.
fn me(service: &Service, token: &str) -> [u16; 2] {
    [("Authorization", format!("Bearer {token}")), ("Cookie", format!("theme=dark; session={token}"))].map(
        |(name, value)| {
            let reply = request(service.address, "GET", "/me", &[(name, &value)], None).expect("a reply");
            assert!(reply.status != 200 || reply.body == json!({ "user": "ann" }));
            reply.status
        },
    )
}

#[test]
fn in_redis_and_in_a_signed_cookie_every_instance_knows_the_user() {
    let Some(scene) = scene() else { return };
    for kept in ["redis", "cookie"] {
        let (one, other, token) = two(&scene, kept);
        assert_eq!((me(&one, &token), me(&other, &token)), ([200; 2], [200; 2]), "{kept}");
        drop(one);
        assert_eq!(me(&other, &token), [200; 2], "{kept}");
        assert_eq!(me(&other, &format!("{token}x")), [401; 2], "{kept}");
    }
}

#[test]
fn in_memory_only_the_instance_itself_knows_the_user() {
    let Some(scene) = scene() else { return };
    let (one, other, token) = two(&scene, "memory");
    assert_eq!((me(&one, &token), me(&other, &token)), ([200; 2], [401; 2]));
}

#[test]
fn nobody_is_nobody() {
    let Some(scene) = scene() else { return };
    let service = Service::start(&scene, "sessions", &[]);
    assert_eq!(service.get("/me").status, 401);
    assert_eq!(service.send("POST", "/login", json!({ "user": "" })).status, 400);
    assert_eq!(service.send("POST", "/login", json!({ "user": "a;b" })).status, 400);
}
