import type { Invoice } from '../invoices/types.ts';
import type { World } from '../world.ts';

/**
 * A coupon for `once` is used up by the first invoice that it takes something off. That a trial's invoice of nothing does
 * not use it up is our reading of "the first charge".
 */
export const endOnceDiscount = (world: World, invoice: Invoice): void => {
  const { discount } = invoice;
  if (discount?.coupon.duration !== 'once') return;
  if (!invoice.total_discount_amounts.some(({ amount }) => amount > 0)) return;
  if (
    discount.subscription !== null &&
    world.need('subscription', discount.subscription).discount?.id === discount.id
  ) {
    world.update('subscription', discount.subscription, { discount: null }, 'customer.subscription.updated');
  } else if (world.store.get('customer', discount.customer)?.discount?.id === discount.id)
    world.update('customer', discount.customer, { discount: null }, 'customer.updated');
  else return;
  world.emit('customer.discount.deleted', discount);
};
