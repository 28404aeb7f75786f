import { addTaxId } from '../customers/tax-ids.ts';
import { updateCustomer } from '../customers/write.ts';
import { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import type { BillingDetailsChange } from '../seam.ts';
import type { Address } from '../types.ts';
import type { World } from '../world.ts';
import { allow, portalOf } from './acts.ts';

/** As a form sends it: empty takes a part away. */
const formOf = (address: Address): Record<string, string> =>
  Object.fromEntries(Object.entries(address).map(([name, value]) => [name, value ?? '']));

/** Name, address and tax numbers, each only where the portal's configuration lists it. */
export const changeDetails = (world: World, portalId: string, change: BillingDetailsChange): void => {
  const { session, features } = portalOf(world, portalId);
  const { enabled, allowed_updates } = features.customer_update;
  const { name, address, taxId } = change;
  allow(enabled);
  allow(name === undefined || allowed_updates.includes('name'));
  allow(address === undefined || allowed_updates.includes('address'));
  allow(taxId === undefined || allowed_updates.includes('tax_id'));
  const form = {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address: formOf(address) }),
  };
  if (Object.keys(form).length > 0) updateCustomer(world, session.customer, new Params(form));
  if (taxId) addTaxId(world, session.customer, taxId.type, taxId.value);
};

export const removeTaxId = (world: World, portalId: string, taxIdId: string): void => {
  const { session, features } = portalOf(world, portalId);
  allow(features.customer_update.enabled && features.customer_update.allowed_updates.includes('tax_id'));
  const taxId = world.find('tax_id', taxIdId, 'tax_id');
  if (taxId.customer !== session.customer) throw invalid('This tax number cannot be changed here.', 'tax_id');
  world.store.remove('tax_id', taxId.id);
  world.emit('customer.tax_id.deleted', taxId);
};
