// The relations of the mirror, which has no foreign keys: every row belongs to one account and mode.
const to = (table, column, name, many) =>
  `(account, livemode, ${column}) references ${table} (account, livemode, id)|@fieldName ${name}` +
  (many ? `|@foreignFieldName ${many}|@foreignSimpleFieldName ${many}List` : "|@foreignBehavior -single -list -connection");

const table = (...foreignKey) => ({ tags: { foreignKey } });

export const relations = {
  version: 1,
  config: {
    class: {
      // PostGraphile keeps the name Subscription for the root type.
      subscriptions: {
        tags: {
          name: "subscribed",
          foreignKey: [to("customers", "customer", "customerOfIt", "subscriptions")],
        },
      },
      subscription_items: table(
        to("subscriptions", "subscription", "subscriptionOfIt", "items"),
        to("prices", "price", "priceOfIt"),
      ),
      prices: table(to("products", "product", "productOfIt")),
      invoices: table(to("customers", "customer", "customerOfIt", "invoices")),
      charges: table(to("customers", "customer", "customerOfIt", "charges")),
    },
  },
};
