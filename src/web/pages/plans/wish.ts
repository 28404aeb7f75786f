import { deleteCookie, getCookie } from 'hono/cookie';
import type { WebContext } from '../../context.ts';
import { type AskedPlan, planFrom } from './offer.ts';

/** Holds no more than the name of a plan. */
export const WISH_COOKIE = 'plan';
/** Long enough to find the mail that proves an address. */
export const WISH_SECONDS = 86_400;

/** The plan that was chosen before signing up; null when none was. */
export const wishOf = (c: WebContext): AskedPlan | null => {
  const [tier, interval] = (getCookie(c, WISH_COOKIE) ?? '').split('.');
  return planFrom(tier, interval);
};

/** It has been come back to. */
export const forgetWish = (c: WebContext): void => {
  if (getCookie(c, WISH_COOKIE) !== undefined) deleteCookie(c, WISH_COOKIE, { path: '/' });
};
