import type Stripe from 'stripe';
import { entitlementsOf, PAID_TIERS, type PaidTier, PRICES, type Price } from '../plans.ts';
import { asking, StripeFailure } from '../stripe/client.ts';

/** What was done, in words; empty when everything stood as it should. */
export type Done = readonly string[];

const productId = (tier: PaidTier): string => `quanticity_${tier}`;
const productName = (tier: PaidTier): string => `QuantiCity ${entitlementsOf(tier).name}`;

const findProduct = async (stripe: Stripe, tier: PaidTier): Promise<Stripe.Product | null> => {
  try {
    return await asking(() => stripe.products.retrieve(productId(tier)));
  } catch (error) {
    if (error instanceof StripeFailure && error.code === 'resource_missing') return null;
    throw error;
  }
};

const setUpProduct = async (stripe: Stripe, tier: PaidTier): Promise<Done> => {
  const wanted = { name: productName(tier), active: true, metadata: { tier } };
  const found = await findProduct(stripe, tier);
  if (!found) {
    await asking(() => stripe.products.create({ id: productId(tier), ...wanted }));
    return [`made the product ${productId(tier)}`];
  }
  if (found.name === wanted.name && found.active && found.metadata['tier'] === tier) return [];
  await asking(() => stripe.products.update(found.id, wanted));
  return [`put the product ${found.id} right`];
};

/** Prices never change at Stripe: another amount is another price, to which the lookup key moves. Subscribers keep theirs. */
const setUpPrice = async (stripe: Stripe, price: Price, found: Stripe.Price | undefined): Promise<Done> => {
  const { tier, interval, cents, lookupKey } = price;
  const stands =
    found?.unit_amount === cents &&
    found.currency === 'usd' &&
    found.recurring?.interval === interval &&
    found.metadata['tier'] === tier &&
    found.active;
  if (stands) return [];
  await asking(() =>
    stripe.prices.create({
      product: productId(tier),
      currency: 'usd',
      unit_amount: cents,
      recurring: { interval },
      lookup_key: lookupKey,
      transfer_lookup_key: true,
      tax_behavior: 'exclusive',
      nickname: `${entitlementsOf(tier).name} by the ${interval}`,
      metadata: { tier },
    }),
  );
  return [`${found ? 'replaced' : 'made'} the price ${lookupKey}: ${cents} cents`];
};

export const setUpCatalogue = async (stripe: Stripe): Promise<Done> => {
  const done: string[] = [];
  for (const tier of PAID_TIERS) done.push(...(await setUpProduct(stripe, tier)));
  const lookup_keys = PRICES.map(({ lookupKey }) => lookupKey);
  const { data } = await asking(() => stripe.prices.list({ lookup_keys, limit: 100 }));
  for (const price of PRICES) {
    const found = data.find(({ lookup_key: key }) => key === price.lookupKey);
    done.push(...(await setUpPrice(stripe, price, found)));
  }
  return done;
};
