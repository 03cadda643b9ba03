//! Logging in, and being known afterwards.

use super::Store;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The cookie's name.
const COOKIE: &str = "session";

/// Who logs in. Nobody checks passwords here.
#[derive(Debug, Deserialize)]
pub(super) struct Who {
    user: String,
}

/// `POST /login` with `{"user": "ann"}`: 200 with the user and a token, which the cookie `session` carries as well.
pub(super) async fn login(
    State(store): State<Arc<Store>>,
    body: Result<Json<Who>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(Who { user }) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    if user.is_empty() || user.len() > 100 || !user.bytes().all(plain) {
        return Err(Problem::bad_request("user must be 1 to 100 letters, digits, `-`, `_`, `.` or `@`"));
    }
    let token = match &*store {
        Store::Redis(remote) => {
            remote.begin(&user).await.map_err(|error| Problem::unavailable(error.to_string()))?
        }
        Store::Cookie(cookies) => cookies.begin(&user),
        Store::Memory(memory) => memory.begin(&user),
    };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({ "user": user, "token": token }))).into_response())
}

/// `GET /me` with the cookie or `Authorization: Bearer TOKEN`: who that is, or 401.
pub(super) async fn me(State(store): State<Arc<Store>>, headers: HeaderMap) -> Result<Json<Value>, Problem> {
    let unknown = || Problem::new(StatusCode::UNAUTHORIZED, "nobody is logged in: POST /login first");
    let token = token(&headers).ok_or_else(unknown)?;
    let user = match &*store {
        Store::Redis(remote) => {
            remote.user(token).await.map_err(|error| Problem::unavailable(error.to_string()))?
        }
        Store::Cookie(cookies) => cookies.user(token),
        Store::Memory(memory) => memory.user(token),
    };
    Ok(Json(json!({ "user": user.ok_or_else(unknown)? })))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(token.trim());
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, token)| (name == COOKIE).then_some(token))
}
