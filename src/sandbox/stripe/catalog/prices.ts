import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import type { World } from '../world.ts';
import { createPrice, takeLookupKey } from './create-price.ts';
import { createProduct } from './products.ts';
import type { Price } from './types.ts';

const productOf = (world: World, params: Params): string => {
  const id = params.text('product');
  const data = params.hash('product_data');
  if (id && data) throw invalid('You may only specify one of these parameters: product, product_data.', 'product');
  if (id) {
    const product = world.named('product', id, 'product');
    if (!product.active)
      throw invalid(`This price is not available to be created because its product is inactive.`, 'product');
    return product.id;
  }
  if (!data) throw missingParam('product');
  return createProduct(world, data).id;
};

const updatePrice = (world: World, id: string, params: Params): Price => {
  const price = world.find('price', id, 'price');
  const [nickname, key] = [params.text('nickname'), takeLookupKey(world, params, id)];
  const behavior = params.oneOf('tax_behavior', ['exclusive', 'inclusive', 'unspecified']);
  if (behavior && price.tax_behavior !== 'unspecified' && behavior !== price.tax_behavior)
    throw invalid('You cannot change the tax behavior of a price once it is set.', 'tax_behavior');
  return world.update(
    'price',
    id,
    {
      active: params.flag('active') ?? price.active,
      lookup_key: key === undefined ? price.lookup_key : key,
      metadata: params.metadata(price.metadata),
      nickname: nickname === undefined ? price.nickname : nickname,
      tax_behavior: behavior ?? price.tax_behavior,
    },
    'price.updated',
  );
};

const listPrices = (world: World, call: Call): object => {
  const keys = call.params.texts('lookup_keys');
  const recurring = call.params.hash('recurring');
  const interval = recurring?.text('interval');
  const prices = world.store
    .all('price')
    .filter(
      (price) =>
        (!keys || (price.lookup_key !== null && keys.includes(price.lookup_key))) &&
        (!interval || price.recurring?.interval === interval),
    );
  return listOf(
    call,
    filtered(call, prices, {
      active: ({ active }) => active,
      currency: ({ currency }) => currency,
      product: ({ product }) => product,
      type: ({ type }) => type,
    }),
  );
};

export const priceRoutes: Routes = {
  'POST /v1/prices': (world, { params }) => createPrice(world, params, productOf(world, params)),
  'GET /v1/prices': listPrices,
  'GET /v1/prices/search': (world, call) =>
    search(call, world.store.all('price'), {
      active: ({ active }) => active,
      currency: ({ currency }) => currency,
      lookup_key: ({ lookup_key }) => lookup_key,
      product: ({ product }) => product,
      type: ({ type }) => type,
    }),
  'GET /v1/prices/{price}': (world, call) => world.find('price', inPath(call, 'price'), 'price'),
  'POST /v1/prices/{price}': (world, call) => updatePrice(world, inPath(call, 'price'), call.params),
};
