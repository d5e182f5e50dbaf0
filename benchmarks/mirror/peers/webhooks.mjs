// @supabase/stripe-sync-engine behind fastify, as the project's own server has it: the raw body, the signature, one call
// of processWebhook, and the answer when that is done. Takes the settings PORT, DATABASE_URL, STRIPE_SECRET_KEY,
// STRIPE_WEBHOOK_SECRET, STRIPE_API_VERSION, CONNECTIONS, and the port of what it takes for Stripe: STRIPE_PORT.
// REVALIDATE=true has it fetch anew what an event tells of.
import { createRequire } from "node:module";
import fastify from "fastify";

// Its ES module looks for its migrations by a name that only CommonJS has.
const { StripeSync, runMigrations } = createRequire(import.meta.url)("@supabase/stripe-sync-engine");
const { env } = process;
const FETCHED = ["charge", "customer", "invoice", "payment_intent", "payment_method", "refund", "subscription"];

await runMigrations({ databaseUrl: env.DATABASE_URL, schema: "stripe" });
const sync = new StripeSync({
  schema: "stripe",
  stripeSecretKey: env.STRIPE_SECRET_KEY,
  stripeWebhookSecret: env.STRIPE_WEBHOOK_SECRET,
  stripeApiVersion: env.STRIPE_API_VERSION,
  autoExpandLists: false,
  backfillRelatedEntities: false,
  revalidateObjectsViaStripeApi: env.REVALIDATE === "true" ? FETCHED : [],
  poolConfig: { connectionString: env.DATABASE_URL, max: Number(env.CONNECTIONS) },
});
for (const [field, value] of [["host", "127.0.0.1"], ["port", env.STRIPE_PORT], ["protocol", "http"]]) {
  sync.stripe._setApiField(field, value);
}

const app = fastify({ logger: false });
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post("/webhooks", async (request, reply) => {
  try {
    await sync.processWebhook(request.body, request.headers["stripe-signature"]);
  } catch (error) {
    return reply.code(400).send(`Webhook Error: ${error.message}`);
  }
  return { received: true };
});
await app.listen({ port: Number(env.PORT), host: "127.0.0.1" });
