use clap::Args;
use matching_protocol::{Body, CommandId, ErrorCode, Refresh, SessionRequest};

use super::Context;
use super::failure::Failure;
use super::link::failed;
use crate::connection::RequestError;

/// Revoke the login and forget it
#[derive(Args)]
pub(super) struct Logout {}

impl Logout {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut client = context.connect().await?;
        let session = context.config.session.load_for(&context.config.url)?.ok_or(Failure::NotLoggedIn)?;
        let refresh_token = session.refresh_token.clone();
        let logout = SessionRequest::Logout(Refresh { refresh_token });
        match client.request(CommandId::generate(), Body::Session(logout)).await {
            Ok(_) => {}
            // Revoked already: as good as done.
            Err(RequestError::Refused(error)) if error.code == ErrorCode::Unauthenticated => {}
            Err(error) => return Err(failed(error, None)),
        }
        client.close().await;
        Ok(context.config.session.forget(&session.refresh_token)?)
    }
}
