use clap::Args;
use matching_protocol::{Body, CommandId, Nothing, ResultBody, SessionRequest};

use super::failure::Failure;
use super::link::unfitting;
use super::{Context, login};

/// Tell who is logged in
#[derive(Args)]
pub(super) struct WhoAmI {}

impl WhoAmI {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let who = Body::Session(SessionRequest::WhoAmI(Nothing {}));
        let ResultBody::Account(account) = link.ask(CommandId::generate(), who).await? else {
            return Err(unfitting());
        };
        link.close().await;
        login::tell(context, &account)
    }
}
