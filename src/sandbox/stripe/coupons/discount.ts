import { afterMonths } from '../clock/months.ts';
import { invalid, noSuch } from '../http/refusal.ts';
import type { World } from '../world.ts';
import type { Coupon, Discount, PromotionCode } from './types.ts';

interface Chosen {
  readonly coupon: Coupon;
  readonly promotionCode: PromotionCode | null;
}

/** Valid while it may still be redeemed: not past its date, not used up. */
export const isValid = (coupon: Coupon, nowSeconds: number): boolean =>
  (coupon.redeem_by === null || coupon.redeem_by > nowSeconds) &&
  (coupon.max_redemptions === null || coupon.times_redeemed < coupon.max_redemptions);

/** A code that the customer may use now, else why not, in Stripe's words. */
const codeProblem = (world: World, code: PromotionCode, customer: string | null): string | null => {
  const now = world.now();
  const isUsedUp = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  if (!code.active || isUsedUp || (code.expires_at !== null && code.expires_at <= now))
    return 'This promotion code cannot be redeemed because it is not active.';
  if (code.customer !== null && code.customer !== customer)
    return 'This promotion code cannot be redeemed because the associated customer is not allowed to use it.';
  if (code.restrictions.first_time_transaction && customer !== null) {
    const paid = world.store.of('charge', customer).some(({ paid: isPaid }) => isPaid);
    if (paid) return 'This promotion code cannot be redeemed because the associated customer has prior transactions.';
  }
  return null;
};

/** The coupon that a parameter names, itself or by its promotion code (id), if it may be redeemed. */
export const coupon = (
  world: World,
  named: { readonly coupon?: string | null | undefined; readonly promotionCode?: string | null | undefined },
  customer: string | null,
): Chosen => {
  if (named.coupon && named.promotionCode)
    throw invalid('You may only specify one of these parameters: coupon, promotion_code.', 'coupon');
  if (named.promotionCode) {
    const code = world.named('promotion_code', named.promotionCode, 'promotion_code');
    const problem = codeProblem(world, code, customer);
    if (problem !== null) throw invalid(problem, 'promotion_code', 'promotion_code_invalid');
    return { coupon: redeemable(world, code.coupon.id, 'promotion_code'), promotionCode: code };
  }
  return { coupon: redeemable(world, named.coupon ?? '', 'coupon'), promotionCode: null };
};

const redeemable = (world: World, id: string, param: string): Coupon => {
  const found = world.store.get('coupon', id);
  if (!found) throw noSuch('coupon', id, param);
  if (!isValid(found, world.now())) throw invalid(`Coupon expired: ${id}`, param, 'coupon_expired');
  return found;
};

/** Counts the redemption and makes the discount of it. */
export const startDiscount = (
  world: World,
  { coupon: chosen, promotionCode }: Chosen,
  on: { readonly customer: string; readonly subscription: string | null; readonly checkoutSession: string | null },
): Discount => {
  const now = world.now();
  const times = chosen.times_redeemed + 1;
  const redeemed: Coupon = {
    ...chosen,
    times_redeemed: times,
    valid: isValid({ ...chosen, times_redeemed: times }, now),
  };
  world.store.put('coupon', redeemed);
  if (promotionCode) {
    const used = promotionCode.times_redeemed + 1;
    const isUsedUp = promotionCode.max_redemptions !== null && used >= promotionCode.max_redemptions;
    world.store.put('promotion_code', {
      ...promotionCode,
      coupon: redeemed,
      times_redeemed: used,
      active: promotionCode.active && !isUsedUp,
    });
  }
  const months = chosen.duration === 'repeating' ? chosen.duration_in_months : null;
  return world.insert(
    'discount',
    {
      id: world.newId('di'),
      object: 'discount',
      checkout_session: on.checkoutSession,
      coupon: redeemed,
      customer: on.customer,
      end: months === null ? null : afterMonths(now, months),
      invoice: null,
      invoice_item: null,
      promotion_code: promotionCode?.id ?? null,
      start: now,
      subscription: on.subscription,
    },
    'customer.discount.created',
  );
};
