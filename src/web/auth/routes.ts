import type { Hono } from 'hono';
import { frameOf, type Site, type WebEnv } from '../context.ts';
import { dropKey, makeKey, showApi } from '../pages/account/api/handlers.ts';
import { doDelete, exportData, showData, showDelete } from '../pages/account/data/handlers.ts';
import { askEmail, confirmEmail, showConfirmEmail, showEmail } from '../pages/account/email/handlers.ts';
import { doChangePassword, showPassword } from '../pages/account/password/handlers.ts';
import { showProfile } from '../pages/account/profile/handlers.ts';
import {
  beginSetUp,
  confirmSetUp,
  removeSecondFactor,
  renewRecoveryCodes,
  showSecondFactor,
} from '../pages/account/second-factor/handlers.ts';
import { showSecurity } from '../pages/account/security/handlers.ts';
import { endAllSessions, endOneSession, endOtherSessions, showSessions } from '../pages/account/sessions/handlers.ts';
import { disclosuresPage, termsPage } from '../pages/terms/page.tsx';
import { route } from '../routes.ts';
import { doConfirm, showConfirm } from './confirm.ts';
import { doDemoSignIn } from './demo-sign-in.ts';
import { doUndoEmail, showUndoEmail } from './email-change/undo.ts';
import { doForgot, showForgot } from './password-reset/forgot.ts';
import { doReset, showReset } from './password-reset/reset.ts';
import { doSignInCode, showSignInCode } from './second-factor/sign-in-code.ts';
import { doSignIn, showSignIn } from './sign-in.ts';
import { doSignOut } from './sign-out.ts';
import { doSignUp, showSignUp } from './sign-up.ts';
import { acceptTermsAgain, showTermsAgain } from './terms-again.ts';
import { resend } from './verify/resend.ts';
import { confirmAddress, showVerify } from './verify/verify.ts';

/** Coming in: signing up, proving who one is, signing in and out. */
const addDoorRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /sign-up', showSignUp(site));
  route(app, 'POST /sign-up', doSignUp(site));
  route(app, 'GET /verify', showVerify(site));
  route(app, 'POST /verify', confirmAddress(site));
  route(app, 'POST /verify/resend', resend(site));
  route(app, 'GET /sign-in', showSignIn(site));
  route(app, 'POST /sign-in', doSignIn(site));
  route(app, 'GET /sign-in/code', showSignInCode(site));
  route(app, 'POST /sign-in/code', doSignInCode(site));
  route(app, 'POST /sandbox/sign-in', doDemoSignIn(site));
  route(app, 'POST /sign-out', doSignOut(site));
  route(app, 'GET /forgot', showForgot(site));
  route(app, 'POST /forgot', doForgot(site));
  route(app, 'GET /reset', showReset(site));
  route(app, 'POST /reset', doReset(site));
  route(app, 'GET /email/undo', showUndoEmail(site));
  route(app, 'POST /email/undo', doUndoEmail(site));
  route(app, 'GET /terms', (c) => c.html(termsPage({ frame: frameOf(site, c) })));
  route(app, 'GET /disclosures', (c) => c.html(disclosuresPage({ frame: frameOf(site, c) })));
  route(app, 'GET /terms/accept', showTermsAgain(site));
  route(app, 'POST /terms/accept', acceptTermsAgain(site));
  route(app, 'GET /confirm', showConfirm(site));
  route(app, 'POST /confirm', doConfirm(site));
};

/** One's own account. */
const addAccountRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /account', showProfile(site));
  route(app, 'GET /account/email', showEmail(site));
  route(app, 'POST /account/email', askEmail(site));
  route(app, 'GET /account/email/confirm', showConfirmEmail(site));
  route(app, 'POST /account/email/confirm', confirmEmail(site));
  route(app, 'GET /account/password', showPassword(site));
  route(app, 'POST /account/password', doChangePassword(site));
  route(app, 'GET /account/security', showSecurity(site));
  route(app, 'GET /account/sessions', showSessions(site));
  route(app, 'POST /account/sessions/end', endOneSession(site));
  route(app, 'POST /account/sessions/end-others', endOtherSessions(site));
  route(app, 'POST /account/sessions/end-all', endAllSessions(site));
  route(app, 'GET /account/api', showApi(site));
  route(app, 'POST /account/api/keys', makeKey(site));
  route(app, 'POST /account/api/keys/revoke', dropKey(site));
  route(app, 'GET /account/data', showData(site));
  route(app, 'POST /account/data/export', exportData(site));
  route(app, 'GET /account/data/delete', showDelete(site));
  route(app, 'POST /account/data/delete', doDelete(site));
  route(app, 'GET /account/second-factor', showSecondFactor(site));
  route(app, 'POST /account/second-factor/begin', beginSetUp(site));
  route(app, 'POST /account/second-factor/confirm', confirmSetUp(site));
  route(app, 'POST /account/second-factor/codes', renewRecoveryCodes(site));
  route(app, 'POST /account/second-factor/remove', removeSecondFactor(site));
};

export const addAuthRoutes = (app: Hono<WebEnv>, site: Site): void => {
  addDoorRoutes(app, site);
  addAccountRoutes(app, site);
};
