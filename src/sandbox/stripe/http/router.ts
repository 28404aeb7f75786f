import { priceRoutes } from '../catalog/prices.ts';
import { productRoutes } from '../catalog/products.ts';
import { checkoutRoutes } from '../checkout/routes.ts';
import { couponRoutes } from '../coupons/routes.ts';
import { customerRoutes } from '../customers/routes.ts';
import { endpointRoutes } from '../endpoints/routes.ts';
import { eventRoutes } from '../events/routes.ts';
import { invoiceRoutes } from '../invoices/routes.ts';
import { intentRoutes } from '../payments/intent-routes.ts';
import { paymentRoutes } from '../payments/routes.ts';
import { portalRoutes } from '../portal/routes.ts';
import { scheduleRoutes } from '../schedules/routes.ts';
import { subscriptionItemRoutes } from '../subscriptions/item-routes.ts';
import { subscriptionRoutes } from '../subscriptions/routes.ts';
import { taxRoutes } from '../tax/rates.ts';
import type { Method } from '../types.ts';
import type { Answer, Routes } from './route.ts';

const ALL: Routes = {
  ...checkoutRoutes,
  ...couponRoutes,
  ...customerRoutes,
  ...endpointRoutes,
  ...eventRoutes,
  ...intentRoutes,
  ...invoiceRoutes,
  ...paymentRoutes,
  ...portalRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...scheduleRoutes,
  ...subscriptionItemRoutes,
  ...subscriptionRoutes,
  ...taxRoutes,
};

interface Matched {
  readonly specPath: string;
  readonly path: Readonly<Record<string, string>>;
  readonly answer: Answer;
}
interface Pattern {
  readonly method: Method;
  readonly specPath: string;
  readonly parts: readonly string[];
  readonly answer: Answer;
}

const isName = (part: string): boolean => part.startsWith('{');

/** Fixed parts before named ones, so that `/search` is not taken for an id. */
const PATTERNS: readonly Pattern[] = Object.entries(ALL)
  .map(([key, answer]): Pattern => {
    const [method = '', specPath = ''] = key.split(' ');
    return { method: method as Method, specPath, parts: specPath.split('/'), answer };
  })
  .sort((a, b) => a.parts.filter(isName).length - b.parts.filter(isName).length);

/** The operations that the sandbox serves, `POST /v1/customers/{customer}`. */
export const OPERATIONS: readonly string[] = Object.keys(ALL).sort();

export const match = (method: string, pathname: string): Matched | null => {
  const parts = pathname.split('/').map(decodeURIComponent);
  for (const pattern of PATTERNS) {
    if (pattern.method !== method || pattern.parts.length !== parts.length) continue;
    if (!pattern.parts.every((part, at) => (isName(part) ? parts[at] !== '' : part === parts[at]))) continue;
    const path = Object.fromEntries(
      pattern.parts.flatMap((part, at) => (isName(part) ? [[part.slice(1, -1), parts[at] ?? '']] : [])),
    );
    return { specPath: pattern.specPath, path, answer: pattern.answer };
  }
  return null;
};
