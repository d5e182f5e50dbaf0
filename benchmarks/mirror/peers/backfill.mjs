// The backfill of @stripe/sync-engine: what its `sync` command does, with the resources named and another host for Stripe.
// Takes the settings DATABASE_URL, STRIPE_SECRET_KEY, STRIPE_API_VERSION, STRIPE_PORT, ACCOUNT, SPECIFICATION (a file),
// RESOURCES (with commas), WORKERS, CONNECTIONS, RATE. Tables are made before it prints "began"; then it prints a JSON
// object with what was synced.
import { StripeSync, embeddedMigrations, runMigrationsFromContent } from "@stripe/sync-engine";

const { env } = process;
const quiet = { info() {}, warn() {}, error: console.error };
const [stripeApiVersion, release] = env.STRIPE_API_VERSION.split(".");

// PostgreSQL from the pip package has no btree_gist, and nothing that is made afterwards uses it.
const migrations = embeddedMigrations.map(({ name, sql }) => ({
  name,
  sql: sql.replace("CREATE EXTENSION IF NOT EXISTS btree_gist;", ""),
}));
await runMigrationsFromContent(
  { databaseUrl: env.DATABASE_URL, stripeApiVersion, openApiSpecPath: env.SPECIFICATION, logger: quiet },
  migrations,
);
const sync = await StripeSync.create({
  stripeSecretKey: env.STRIPE_SECRET_KEY,
  stripeAccountId: env.ACCOUNT,
  stripeApiVersion: `${stripeApiVersion}.${release}`,
  autoExpandLists: false,
  backfillRelatedEntities: false,
  poolConfig: { connectionString: env.DATABASE_URL, max: Number(env.CONNECTIONS), keepAlive: true },
  logger: quiet,
});
for (const [field, value] of [["host", "127.0.0.1"], ["port", env.STRIPE_PORT], ["protocol", "http"]]) {
  sync.stripe._setApiField(field, value);
}
console.log("began");
const { totals, errors } = await sync.fullSync(env.RESOURCES.split(","), true, Number(env.WORKERS), Number(env.RATE), false);
console.log(JSON.stringify({ totals, errors }));
await sync.close();
