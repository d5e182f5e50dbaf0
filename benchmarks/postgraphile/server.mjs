// PostGraphile on the mirror's own tables, tuned as its documentation advises: one process, prepared statements, no
// transaction around reads. Takes the settings PORT, SOCKET, DATABASE, JWT_SECRET, ACCOUNT.
import { createServer } from "node:http";
import jwt from "jsonwebtoken";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";
import { relations } from "./relations.mjs";
import { isActive, subscribed } from "./words.mjs";

const { PORT, SOCKET, DATABASE, JWT_SECRET } = process.env;

const pool = new pg.Pool({ host: SOCKET, user: "postgres", database: DATABASE, max: 16 });
const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [jsonPgSmartTags(relations), isActive, subscribed],
  pgServices: [makePgService({ pool, schemas: ["public"] })],
  disablePlugins: ["NodePlugin", "PgIndexBehaviorsPlugin"],
  schema: { defaultBehavior: "+list -insert -update -delete +attribute:orderBy +attribute:filterBy" },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: { explain: false },
};

const verified = new Map();

function isOperator(authorization) {
  const token = authorization?.startsWith("Bearer ") ? authorization.slice(7) : undefined;
  if (token === undefined) return false;
  let until = verified.get(token);
  if (until === undefined) {
    try {
      const claims = jwt.verify(token, JWT_SECRET, { algorithms: ["HS256"] });
      until = claims.scope === "billing:operator" ? claims.exp * 1000 : 0;
    } catch {
      until = 0;
    }
    if (until > 0) verified.set(token, until);
  }
  return Date.now() < until;
}

const instance = postgraphile(preset);
const serv = instance.createServ(grafserv);
const server = createServer();
await serv.addTo(server);
const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  if (isOperator(request.headers.authorization)) return answer(request, response);
  response.writeHead(401, { "WWW-Authenticate": "Bearer" });
  response.end();
});
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), "127.0.0.1");
