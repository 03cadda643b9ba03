//! A standby of the tests' Postgres, for who wants to see it lag and die.

use super::Scene;
use super::postgres::Postgres;

pub struct Standby {
    postgres: Postgres,
    database: String,
}

impl Standby {
    /// It follows the server that all tests share.
    pub fn of(scene: &Scene) -> Standby {
        Standby { postgres: scene.postgres().standby(), database: scene.database_name() }
    }

    /// The address of the scene's database there.
    pub fn url(&self) -> String {
        self.postgres.url(&self.database)
    }

    /// Statements there.
    pub fn sql(&self, sql: &str) {
        self.postgres.run(&self.database, sql).expect(sql);
    }
}
