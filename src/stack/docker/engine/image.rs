//! Images: whether one is here, and making one without a registry.

use super::{Engine, EngineError, Trouble};
use bollard::query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const PIECE: usize = 1 << 20;

impl Engine {
    /// Whether the image is on the engine's machine.
    pub async fn has_image(&self, image: &str) -> Result<bool, EngineError> {
        match self.docker.inspect_image(image).await.map_err(|error| self.error(error)) {
            Ok(_) => Ok(true),
            Err(error) if error.trouble == Trouble::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Builds an image from a build context (a tar archive with a `Dockerfile`); nothing is pulled. `line` gets what the
    /// build says.
    pub async fn build_image(
        &self,
        tag: &str,
        context: Bytes,
        line: &(dyn Fn(&str) + Sync),
    ) -> Result<(), EngineError> {
        let options = BuildImageOptionsBuilder::default().t(tag).rm(true).forcerm(true).build();
        let mut said = Box::pin(self.docker.build_image(options, None, Some(bollard::body_full(context))));
        while let Some(info) = said.next().await {
            let info = info.map_err(|error| self.error(error))?;
            if let Some(detail) = info.error_detail {
                let message = detail.message.unwrap_or_default();
                return Err(EngineError::new(Trouble::Refused, format!("building {tag} failed: {message}")));
            }
            if let Some(text) = info.stream.as_deref().map(str::trim_end).filter(|text| !text.is_empty()) {
                line(text);
            }
        }
        Ok(())
    }

    /// Makes an image of one layer from a root file system (a tar archive); `changes` are lines of a Dockerfile, such as
    /// `ENTRYPOINT ["/x"]`.
    pub async fn import_image(&self, tag: &str, tar: &Path, changes: &[String]) -> Result<(), EngineError> {
        let trouble = |error: io::Error| {
            EngineError::new(Trouble::Refused, format!("{} cannot be read: {error}", tar.display()))
        };
        let file = File::open(tar).map_err(trouble)?;
        let options = CreateImageOptionsBuilder::default().from_src("-").repo(tag).changes(changes.to_vec());
        let body = bollard::body_try_stream(pieces(file));
        let said = self.docker.create_image(Some(options.build()), Some(body), None);
        said.try_for_each(|_| async { Ok(()) }).await.map_err(|error| self.error(error))
    }
}

/// The file in pieces, read where blocking does no harm.
fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    })
}
