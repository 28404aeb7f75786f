import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import { search } from '../http/search.ts';
import type { World } from '../world.ts';
import { createPrice } from './create-price.ts';
import type { Product } from './types.ts';

const fieldsOf = (params: Params, old: Product): Product => {
  const text = (key: 'description' | 'statement_descriptor' | 'tax_code' | 'unit_label' | 'url'): string | null => {
    const value = params.text(key);
    return value === undefined ? old[key] : value;
  };
  return {
    ...old,
    active: params.flag('active') ?? old.active,
    description: text('description'),
    features: params.hashes('features')?.map((entry) => ({ name: entry.required('name') })) ?? old.features,
    images: params.texts('images') ?? old.images,
    metadata: params.metadata(old.metadata),
    name: params.text('name') ?? old.name,
    shippable: params.flag('shippable') ?? old.shippable,
    statement_descriptor: text('statement_descriptor'),
    tax_code: text('tax_code'),
    unit_label: text('unit_label'),
    url: text('url'),
  };
};

export const createProduct = (world: World, params: Params): Product => {
  const id = params.text('id') ?? world.newId('prod');
  if (world.store.get('product', id)) throw invalid(`Product already exists.`, 'id', 'resource_already_exists');
  if (!params.text('name')) throw missingParam('name');
  const now = world.now();
  const blank: Product = {
    id,
    object: 'product',
    active: true,
    created: now,
    default_price: null,
    description: null,
    features: [],
    images: [],
    livemode: false,
    metadata: {},
    name: '',
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    unit_label: null,
    updated: now,
    url: null,
  };
  const product = world.insert('product', fieldsOf(params, blank), 'product.created');
  const price = params.hash('default_price_data');
  if (!price) return product;
  const { id: default_price } = createPrice(world, price, product.id);
  return world.update('product', product.id, { default_price }, 'product.updated');
};

const updateProduct = (world: World, id: string, params: Params): Product => {
  const product = world.find('product', id);
  const price = params.text('default_price');
  if (price && world.named('price', price, 'default_price').product !== id)
    throw invalid(`The price specified is not of this product.`, 'default_price');
  return world.update(
    'product',
    id,
    {
      ...fieldsOf(params, product),
      default_price: price === undefined ? product.default_price : price,
      updated: world.now(),
    },
    'product.updated',
  );
};

export const productRoutes: Routes = {
  'POST /v1/products': (world, { params }) => createProduct(world, params),
  'GET /v1/products': (world, call) => {
    const ids = call.params.texts('ids');
    const products = world.store.all('product').filter(({ id }) => !ids || ids.includes(id));
    return listOf(
      call,
      filtered(call, products, {
        active: ({ active }) => active,
        shippable: ({ shippable }) => shippable,
        url: ({ url }) => url,
      }),
    );
  },
  'GET /v1/products/search': (world, call) =>
    search(call, world.store.all('product'), {
      active: ({ active }) => active,
      name: ({ name }) => name,
      description: ({ description }) => description,
      url: ({ url }) => url,
    }),
  'GET /v1/products/{id}': (world, call) => world.find('product', inPath(call, 'id')),
  'POST /v1/products/{id}': (world, call) => updateProduct(world, inPath(call, 'id'), call.params),
  'DELETE /v1/products/{id}': (world, call) => {
    const product = world.find('product', inPath(call, 'id'));
    if (world.store.all('price').some((price) => price.product === product.id))
      throw invalid('This product cannot be deleted because it has one or more user-created prices.', 'id');
    world.store.remove('product', product.id);
    world.emit('product.deleted', product);
    return { id: product.id, object: 'product', deleted: true };
  },
};
