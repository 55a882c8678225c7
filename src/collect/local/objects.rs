//! Objects by id, each within its cap. Replacements (`refs/replace`), grafts and promised objects are not looked at.

use gix_hash::ObjectId;
use gix_object::{Find, Kind};
use gix_odb::Header;

use super::{
    Error, Limits,
    layout::{self, Layout},
};

pub(super) struct Objects {
    database: gix_odb::Handle,
    pub hash: gix_hash::Kind,
}

/// Why an object could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    NotThere,
    /// Bytes.
    TooLarge(u64),
    Damaged,
}

impl Missing {
    pub fn why(&self) -> String {
        match self {
            Missing::NotThere => "the clone does not hold it".to_owned(),
            Missing::TooLarge(bytes) => format!("it has {bytes} bytes"),
            Missing::Damaged => "the clone is damaged there".to_owned(),
        }
    }
}

impl Objects {
    /// The database of a clone that holds `commit`, whose length tells the hash function.
    pub fn open(layout: &Layout, commit: &str, limits: Limits) -> Result<Objects, Error> {
        let hash = match commit.len() {
            64 => gix_hash::Kind::Sha256,
            _ => gix_hash::Kind::Sha1,
        };
        let options = gix_odb::store::init::Options {
            // One index a pack: fewer formats to trust.
            use_multi_pack_index: false,
            alloc_limit_bytes: Some(limits.object),
            ..gix_odb::store::init::Options::default()
        };
        let path = layout.common.join("objects");
        let mut database = gix_odb::at_opts(path.clone(), hash, None, options).map_err(|e| layout::io(&path, &e))?;
        database.refresh_never();
        Ok(Objects { database, hash })
    }

    pub fn id(&self, hex: &str) -> Option<ObjectId> {
        ObjectId::from_hex(hex.as_bytes()).ok().filter(|id| id.kind() == self.hash)
    }

    /// An object's bytes, no more than `limit` of them. Its size is looked up before anything is unpacked.
    pub fn read<'a>(
        &self,
        id: &gix_hash::oid,
        kind: Kind,
        limit: u64,
        buffer: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Missing> {
        let header = self.database.try_header(id).map_err(|_| Missing::Damaged)?.ok_or(Missing::NotThere)?;
        if header.size() > limit {
            return Err(Missing::TooLarge(header.size()));
        }
        let object = self.database.try_find(id, buffer).map_err(|_| Missing::Damaged)?.ok_or(Missing::NotThere)?;
        if object.kind == kind { Ok(object.data) } else { Err(Missing::Damaged) }
    }
}
