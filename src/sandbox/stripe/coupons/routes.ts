import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import type { World } from '../world.ts';
import { isValid } from './discount.ts';
import type { Coupon, PromotionCode } from './types.ts';

const createCoupon = (world: World, params: Params): Coupon => {
  const id = params.text('id') ?? world.newId('coupon');
  if (world.store.get('coupon', id)) throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
  const [percent, amount] = [params.number('percent_off'), params.integer('amount_off')];
  if ((percent === undefined) === (amount === undefined))
    throw invalid('Must provide either percent_off or amount_off, and not both.', 'percent_off');
  if (percent !== undefined && (percent <= 0 || percent > 100))
    throw invalid('Invalid percent_off: must be greater than 0 and at most 100.', 'percent_off');
  const currency = params.text('currency')?.toLowerCase() ?? null;
  if (amount !== undefined && !currency) throw missingParam('currency');
  const duration = params.oneOf('duration', ['forever', 'once', 'repeating']) ?? 'once';
  const months = params.integer('duration_in_months') ?? null;
  if ((duration === 'repeating') !== (months !== null))
    throw invalid(
      '`duration_in_months` goes with a `duration` of `repeating`, and only with it.',
      'duration_in_months',
    );
  return world.insert(
    'coupon',
    {
      id,
      object: 'coupon',
      amount_off: amount ?? null,
      created: world.now(),
      currency: amount === undefined ? null : currency,
      duration,
      duration_in_months: months,
      livemode: false,
      max_redemptions: params.integer('max_redemptions') ?? null,
      metadata: params.metadata(),
      name: params.text('name') ?? null,
      percent_off: percent ?? null,
      redeem_by: params.integer('redeem_by') ?? null,
      times_redeemed: 0,
      valid: true,
      internal: { appliesTo: params.hash('applies_to')?.texts('products') ?? [] },
    },
    'coupon.created',
  );
};

const fresh = (world: World, coupon: Coupon): Coupon => ({ ...coupon, valid: isValid(coupon, world.now()) });

const createCode = (world: World, params: Params): PromotionCode => {
  const coupon = world.named('coupon', params.required('coupon'), 'coupon');
  const code = params.text('code') ?? world.newId('code');
  const customer = params.text('customer') ?? null;
  if (customer !== null) world.named('customer', customer, 'customer');
  const twin = world.store
    .all('promotion_code')
    .some((other) => other.active && other.code.toLowerCase() === code.toLowerCase() && other.customer === customer);
  if (twin)
    throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, 'code', 'resource_already_exists');
  const restrictions = params.hash('restrictions');
  return world.insert(
    'promotion_code',
    {
      id: world.newId('promo'),
      object: 'promotion_code',
      active: params.flag('active') ?? true,
      code,
      coupon,
      created: world.now(),
      customer,
      expires_at: params.integer('expires_at') ?? null,
      livemode: false,
      max_redemptions: params.integer('max_redemptions') ?? null,
      metadata: params.metadata(),
      restrictions: {
        first_time_transaction: restrictions?.flag('first_time_transaction') ?? false,
        minimum_amount: restrictions?.integer('minimum_amount') ?? null,
        minimum_amount_currency: restrictions?.text('minimum_amount_currency') ?? null,
      },
      times_redeemed: 0,
    },
    'promotion_code.created',
  );
};

export const couponRoutes: Routes = {
  'POST /v1/coupons': (world, { params }) => createCoupon(world, params),
  'GET /v1/coupons': (world, call) =>
    listOf(
      call,
      world.store.all('coupon').map((coupon) => fresh(world, coupon)),
    ),
  'GET /v1/coupons/{coupon}': (world, call) => fresh(world, world.find('coupon', inPath(call, 'coupon'), 'coupon')),
  'POST /v1/coupons/{coupon}': (world, call) => {
    const { id, name, metadata } = world.find('coupon', inPath(call, 'coupon'), 'coupon');
    const sent = call.params.text('name');
    return world.update(
      'coupon',
      id,
      { name: sent === undefined ? name : sent, metadata: call.params.metadata(metadata) },
      'coupon.updated',
    );
  },
  'DELETE /v1/coupons/{coupon}': (world, call) => {
    const coupon = world.find('coupon', inPath(call, 'coupon'), 'coupon');
    world.store.remove('coupon', coupon.id);
    world.emit('coupon.deleted', coupon);
    return { id: coupon.id, object: 'coupon', deleted: true };
  },
  'POST /v1/promotion_codes': (world, { params }) => createCode(world, params),
  'GET /v1/promotion_codes': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('promotion_code'), {
        active: ({ active }) => active,
        code: ({ code }) => code,
        coupon: ({ coupon }) => coupon.id,
        customer: ({ customer }) => customer,
      }),
    ),
  'GET /v1/promotion_codes/{promotion_code}': (world, call) =>
    world.find('promotion_code', inPath(call, 'promotion_code'), 'promotion_code'),
  'POST /v1/promotion_codes/{promotion_code}': (world, call) => {
    const code = world.find('promotion_code', inPath(call, 'promotion_code'), 'promotion_code');
    return world.update(
      'promotion_code',
      code.id,
      { active: call.params.flag('active') ?? code.active, metadata: call.params.metadata(code.metadata) },
      'promotion_code.updated',
    );
  },
};
