// What the contract says and no column holds: which subscriptions are active, and who is subscribed to what.
import { TYPES } from "postgraphile/@dataplan/pg";
import { addPgTableCondition, extendSchema, gql } from "postgraphile/utils";

const LEEWAY_SECONDS = 3600;

const ahead = (sql, moment) => sql`${moment} > extract(epoch from now())::bigint - ${sql.literal(LEEWAY_SECONDS)}`;

export const isActive = addPgTableCondition(
  { schemaName: "public", tableName: "subscriptions" },
  "isActive",
  (build) => ({ type: build.graphql.GraphQLBoolean }),
  (_value, { sql, sqlTableAlias: row }) =>
    sql`(not ${row}.deleted and ${row}.status = 'active' and ${ahead(sql, sql`${row}.current_period_end`)})`,
);

const givesAccess = (sql, customer, product) => sql`exists (
  select from public.subscriptions s
  join public.subscription_items i
    on i.account = s.account and i.livemode = s.livemode and i.subscription = s.id and not i.deleted
  where s.account = ${customer}.account and s.livemode = ${customer}.livemode and s.customer = ${customer}.id
    and not s.deleted and s.status in ('active', 'trialing')
    and (${ahead(sql, sql`i.current_period_end`)} or (s.status = 'trialing' and ${ahead(sql, sql`s.trial_end`)}))
    ${product}
)`;

const ofProduct = (sql, product) => sql`and exists (
  select from public.prices p
  where p.account = i.account and p.livemode = i.livemode and p.id = i.price and p.product = ${product}
)`;

export const subscribed = extendSchema(({ sql }) => ({
  typeDefs: gql`
    extend type Customer {
      isSubscribedTo(product: String!): Boolean
      hasAnyActiveSubscription: Boolean
    }
  `,
  objects: {
    Customer: {
      plans: {
        isSubscribedTo($customer, { $product }) {
          const $rows = $customer.getClassStep();
          const product = ofProduct(sql, $rows.placeholder($product, TYPES.text));
          return $customer.select(givesAccess(sql, $rows.alias, product), TYPES.boolean);
        },
        hasAnyActiveSubscription($customer) {
          return $customer.select(givesAccess(sql, $customer.getClassStep().alias, sql.blank), TYPES.boolean);
        },
      },
    },
  },
}));
